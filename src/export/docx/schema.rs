//! The order of child elements in WordprocessingML (ECMA-376, transitional), as data.
//!
//! Takes the names of an element and of its parent, gives the sequence of its children. It contains only elements whose
//! children this program writes, but their complete sequences, so a child that is not listed is not allowed.

/// The children of an element in order; a child that is not listed is not allowed. `None`: the children stay as they are.
pub(super) fn sequence(parent: &str, name: &str) -> Option<&'static [&'static str]> {
    SEQUENCES.iter().find(|s| s.name == name && s.parents.is_none_or(|p| p.contains(&parent))).map(|s| s.children)
}

/// Elements that mean nothing without children and are then omitted.
pub(super) const NOTHING_WHEN_EMPTY: &[&str] = &["w:pPr", "w:rPr", "w:trPr", "w:tcPr"];

struct Sequence {
    name: &'static str,
    /// Parents that it applies to; `None` for any. The first matching entry counts.
    parents: Option<&'static [&'static str]>,
    children: &'static [&'static str],
}

const fn any(name: &'static str, children: &'static [&'static str]) -> Sequence {
    Sequence { name, parents: None, children }
}

#[rustfmt::skip]
const SEQUENCES: &[Sequence] = &[
    // CT_RPr and CT_ParaRPr (the four marks of a tracked paragraph come first).
    any("w:rPr", &[
        "w:ins", "w:del", "w:moveFrom", "w:moveTo",
        "w:rStyle", "w:rFonts", "w:b", "w:bCs", "w:i", "w:iCs", "w:caps", "w:smallCaps", "w:strike", "w:dstrike",
        "w:outline", "w:shadow", "w:emboss", "w:imprint", "w:noProof", "w:snapToGrid", "w:vanish", "w:webHidden",
        "w:color", "w:spacing", "w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:effect",
        "w:bdr", "w:shd", "w:fitText", "w:vertAlign", "w:rtl", "w:cs", "w:em", "w:lang", "w:eastAsianLayout",
        "w:specVanish", "w:oMath", "w:rPrChange",
    ]),
    // CT_PPrGeneral: in a style there is no paragraph mark and no section.
    Sequence { name: "w:pPr", parents: Some(&["w:style", "w:pPrDefault", "w:tblStylePr"]), children: &[
        "w:pStyle", "w:keepNext", "w:keepLines", "w:pageBreakBefore", "w:framePr", "w:widowControl", "w:numPr",
        "w:suppressLineNumbers", "w:pBdr", "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap",
        "w:overflowPunct", "w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd",
        "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc",
        "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle",
        "w:pPrChange",
    ] },
    // CT_PPr.
    any("w:pPr", &[
        "w:pStyle", "w:keepNext", "w:keepLines", "w:pageBreakBefore", "w:framePr", "w:widowControl", "w:numPr",
        "w:suppressLineNumbers", "w:pBdr", "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:kinsoku", "w:wordWrap",
        "w:overflowPunct", "w:topLinePunct", "w:autoSpaceDE", "w:autoSpaceDN", "w:bidi", "w:adjustRightInd",
        "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:suppressOverlap", "w:jc",
        "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl", "w:divId", "w:cnfStyle",
        "w:rPr", "w:sectPr", "w:pPrChange",
    ]),
    // CT_TrPr is a choice; the order Word writes.
    any("w:trPr", &[
        "w:cnfStyle", "w:divId", "w:gridBefore", "w:gridAfter", "w:wBefore", "w:wAfter", "w:cantSplit", "w:trHeight",
        "w:tblHeader", "w:tblCellSpacing", "w:jc", "w:hidden", "w:ins", "w:del", "w:trPrChange",
    ]),
    // CT_TcPr.
    any("w:tcPr", &[
        "w:cnfStyle", "w:tcW", "w:gridSpan", "w:hMerge", "w:vMerge", "w:tcBorders", "w:shd", "w:noWrap", "w:tcMar",
        "w:textDirection", "w:tcFitText", "w:vAlign", "w:hideMark", "w:cellIns", "w:cellDel", "w:cellMerge",
        "w:tcPrChange",
    ]),
    any("w:tcBorders", &[
        "w:top", "w:left", "w:start", "w:bottom", "w:right", "w:end", "w:insideH", "w:insideV", "w:tl2br", "w:tr2bl",
    ]),
    // CT_TblPrBase, of which Word (and the Open XML SDK) accepts these in a style; width, layout and caption belong to the
    // table itself.
    Sequence { name: "w:tblPr", parents: Some(&["w:style", "w:tblStylePr"]), children: &[
        "w:tblStyleRowBandSize", "w:tblStyleColBandSize", "w:jc", "w:tblCellSpacing", "w:tblInd", "w:tblBorders",
        "w:shd", "w:tblCellMar",
    ] },
    // CT_TblPr.
    any("w:tblPr", &[
        "w:tblStyle", "w:tblpPr", "w:tblOverlap", "w:bidiVisual", "w:tblStyleRowBandSize", "w:tblStyleColBandSize",
        "w:tblW", "w:jc", "w:tblCellSpacing", "w:tblInd", "w:tblBorders", "w:shd", "w:tblLayout", "w:tblCellMar",
        "w:tblLook", "w:tblCaption", "w:tblDescription", "w:tblPrChange",
    ]),
    any("w:tblBorders", &["w:top", "w:left", "w:start", "w:bottom", "w:right", "w:end", "w:insideH", "w:insideV"]),
    any("w:tblCellMar", &["w:top", "w:left", "w:start", "w:bottom", "w:right", "w:end"]),
    any("w:tcMar", &["w:top", "w:left", "w:start", "w:bottom", "w:right", "w:end"]),
    // CT_SectPr.
    any("w:sectPr", &[
        "w:headerReference", "w:footerReference", "w:footnotePr", "w:endnotePr", "w:type", "w:pgSz", "w:pgMar",
        "w:paperSrc", "w:pgBorders", "w:lnNumType", "w:pgNumType", "w:cols", "w:formProt", "w:vAlign", "w:noEndnote",
        "w:titlePg", "w:textDirection", "w:bidi", "w:rtlGutter", "w:docGrid", "w:printerSettings", "w:sectPrChange",
    ]),
    // CT_Style.
    any("w:style", &[
        "w:name", "w:aliases", "w:basedOn", "w:next", "w:link", "w:autoRedefine", "w:hidden", "w:uiPriority",
        "w:semiHidden", "w:unhideWhenUsed", "w:qFormat", "w:locked", "w:personal", "w:personalCompose",
        "w:personalReply", "w:rsid", "w:pPr", "w:rPr", "w:tblPr", "w:trPr", "w:tcPr", "w:tblStylePr",
    ]),
    any("w:docDefaults", &["w:rPrDefault", "w:pPrDefault"]),
    any("w:styles", &["w:docDefaults", "w:latentStyles", "w:style"]),
    // CT_Settings without identifiers of a machine or a session (docId, rsids), which must not be published.
    any("w:settings", &[
        "w:writeProtection", "w:view", "w:zoom", "w:removePersonalInformation", "w:removeDateAndTime",
        "w:doNotDisplayPageBoundaries", "w:displayBackgroundShape", "w:printPostScriptOverText",
        "w:printFractionalCharacterWidth", "w:printFormsData", "w:embedTrueTypeFonts", "w:embedSystemFonts",
        "w:saveSubsetFonts", "w:saveFormsData", "w:mirrorMargins", "w:alignBordersAndEdges",
        "w:bordersDoNotSurroundHeader", "w:bordersDoNotSurroundFooter", "w:gutterAtTop", "w:hideSpellingErrors",
        "w:hideGrammaticalErrors", "w:activeWritingStyle", "w:proofState", "w:formsDesign", "w:attachedTemplate",
        "w:linkStyles", "w:stylePaneFormatFilter", "w:stylePaneSortMethod", "w:documentType", "w:mailMerge",
        "w:revisionView", "w:trackRevisions", "w:doNotTrackMoves", "w:doNotTrackFormatting", "w:documentProtection",
        "w:autoFormatOverride", "w:styleLockTheme", "w:styleLockQFSet", "w:defaultTabStop", "w:autoHyphenation",
        "w:consecutiveHyphenLimit", "w:hyphenationZone", "w:doNotHyphenateCaps", "w:showEnvelope", "w:summaryLength",
        "w:clickAndTypeStyle", "w:defaultTableStyle", "w:evenAndOddHeaders", "w:bookFoldRevPrinting",
        "w:bookFoldPrinting", "w:bookFoldPrintingSheets", "w:drawingGridHorizontalSpacing",
        "w:drawingGridVerticalSpacing", "w:displayHorizontalDrawingGridEvery", "w:displayVerticalDrawingGridEvery",
        "w:doNotUseMarginsForDrawingGridOrigin", "w:drawingGridHorizontalOrigin", "w:drawingGridVerticalOrigin",
        "w:doNotShadeFormData", "w:noPunctuationKerning", "w:characterSpacingControl", "w:printTwoOnOne",
        "w:strictFirstAndLastChars", "w:noLineBreaksAfter", "w:noLineBreaksBefore", "w:savePreviewPicture",
        "w:doNotValidateAgainstSchema", "w:saveInvalidXml", "w:ignoreMixedContent", "w:alwaysShowPlaceholderText",
        "w:doNotDemarcateInvalidXml", "w:saveXmlDataOnly", "w:useXSLTWhenSaving", "w:saveThroughXslt",
        "w:showXMLTags", "w:alwaysMergeEmptyNamespace", "w:updateFields", "w:hdrShapeDefaults", "w:footnotePr",
        "w:endnotePr", "w:compat", "w:docVars", "m:mathPr", "w:attachedSchema", "w:themeFontLang",
        "w:clrSchemeMapping", "w:doNotIncludeSubdocsInStats", "w:doNotAutoCompressPictures", "w:forceUpgrade",
        "w:captions", "w:readModeInkLockDown", "w:smartTagType", "w:shapeDefaults", "w:doNotEmbedSmartTags",
        "w:decimalSymbol", "w:listSeparator",
    ]),
    // CT_Compat.
    any("w:compat", &[
        "w:useSingleBorderforContiguousCells", "w:wpJustification", "w:noTabHangInd", "w:noLeading", "w:spaceForUL",
        "w:noColumnBalance", "w:balanceSingleByteDoubleByteWidth", "w:noExtraLineSpacing",
        "w:doNotLeaveBackslashAlone", "w:ulTrailSpace", "w:doNotExpandShiftReturn", "w:spacingInWholePoints",
        "w:lineWrapLikeWord6", "w:printBodyTextBeforeHeader", "w:printColBlack", "w:wpSpaceWidth",
        "w:showBreaksInFrames", "w:subFontBySize", "w:suppressBottomSpacing", "w:suppressTopSpacing",
        "w:suppressSpacingAtTopOfPage", "w:suppressTopSpacingWP", "w:suppressSpBfAfterPgBrk",
        "w:swapBordersFacingPages", "w:convMailMergeEsc", "w:truncateFontHeightsLikeWP6", "w:mwSmallCaps",
        "w:usePrinterMetrics", "w:doNotSuppressParagraphBorders", "w:wrapTrailSpaces", "w:footnoteLayoutLikeWW8",
        "w:shapeLayoutLikeWW8", "w:alignTablesRowByRow", "w:forgetLastTabAlignment", "w:adjustLineHeightInTable",
        "w:autoSpaceLikeWord95", "w:noSpaceRaiseLower", "w:doNotUseHTMLParagraphAutoSpacing",
        "w:layoutRawTableWidth", "w:layoutTableRowsApart", "w:useWord97LineBreakRules", "w:doNotBreakWrappedTables",
        "w:doNotSnapToGridInCell", "w:selectFldWithFirstOrLastChar", "w:applyBreakingRules",
        "w:doNotWrapTextWithPunct", "w:doNotUseEastAsianBreakRules", "w:useWord2002TableStyleRules", "w:growAutofit",
        "w:useFELayout", "w:useNormalStyleForList", "w:doNotUseIndentAsNumberingTabStop",
        "w:useAltKinsokuLineBreakRules", "w:allowSpaceOfSameStyleInTable", "w:doNotSuppressIndentation",
        "w:doNotAutofitConstrainedTables", "w:autofitToFirstFixedWidthCell", "w:underlineTabInNumList",
        "w:displayHangulFixedWidth", "w:splitPgBreakAndParaMark", "w:doNotVertAlignCellWithSp",
        "w:doNotBreakConstrainedForcedTable", "w:doNotVertAlignInTxbx", "w:useAnsiKerningPairs",
        "w:cachedColBalance", "w:compatSetting",
    ]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sequence_names_a_child_twice() {
        for s in SEQUENCES {
            for (i, child) in s.children.iter().enumerate() {
                assert!(!s.children[..i].contains(child), "{}: {child}", s.name);
            }
        }
    }

    #[test]
    fn the_parent_decides_where_the_schema_does() {
        let has = |parent, name, child| sequence(parent, name).unwrap().contains(&child);
        assert!(has("w:p", "w:pPr", "w:rPr"));
        assert!(!has("w:style", "w:pPr", "w:rPr"));
        assert!(!has("w:style", "w:tblPr", "w:tblCaption"));
        assert!(sequence("w:body", "w:p").is_none());
    }
}
