//! The directory of an Office Open XML package: relationships, the workbook's sheets, its strings and styles.
//!
//! Takes the text of the parts that list others, returns names for [`super::package::Package::part`]. Parts are located by their
//! relationships; a usual name is only used if a program wrote no relationship. It never reads cells.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::attributes::{attribute, local_attribute, xml_unescaped};
use super::markup::counting;
use super::package::TextPackage;
use super::sheets::check_names;
use super::workbook::Skipped;
use super::xml::ill_formed;
use super::{ImportError, Limits};

/// A relationship of a package's part (ECMA-376 part 2); external ones are not kept.
pub(super) struct Relationship {
    pub id: String,
    /// Empty if office programs do not know the type.
    pub kind: String,
    /// Name of the part it refers to.
    pub target: String,
}

/// Prefixes of the types of relationships in office documents (ECMA-376, transitional and strict; Microsoft's own).
const KINDS: [&str; 3] = [
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/",
    "http://schemas.microsoft.com/office/2006/relationships/",
];

/// Returns the relationships that a `.rels` part contains; targets are relative to `folder`, which ends with a slash or is empty.
pub(super) fn relationships(xml: &str, folder: &str) -> Result<Vec<Relationship>, ImportError> {
    let keeps = |_: &[String], name: &str| matches!(name, "Relationships" | "Relationship");
    let xml = counting(xml, &["Relationships", "Relationship", "AlternateContent"], keeps)?;
    let mut all = Vec::new();
    for_each_element(&xml, |e, _| {
        let text = |name: &str| attribute(e, name).filter(|v| !v.is_empty()).map(|v| xml_unescaped(&v));
        let (Some(id), Some(target)) = (text("Id"), text("Target")) else { return };
        if e.name().as_ref() != "Relationship" || text("TargetMode").is_some_and(|m| m == "External") {
            return;
        }
        let absolute = target.strip_prefix('/').map(|t| resolved("", t));
        let known = |kind: &String| KINDS.iter().any(|k| kind.starts_with(k));
        let kind = text("Type").filter(known).unwrap_or_default();
        all.push(Relationship { id, kind, target: absolute.unwrap_or_else(|| resolved(folder, &target)) });
    })?;
    let ids: BTreeSet<_> = all.iter().map(|r| &r.id).collect();
    if ids.len() < all.len() {
        return Err(ImportError::Damaged("部件之间的关系有重号".to_owned()));
    }
    Ok(all)
}

/// Returns the name of the part that contains the relationships of a part, and the folder that their targets are relative to.
pub(super) fn relationships_part(part: &str) -> (String, String) {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    (format!("{folder}_rels/{file}.rels"), folder)
}

/// Returns the relationships of a part; none if the package has no listing of them.
fn relationships_of(package: &TextPackage, part: &str) -> Result<Vec<Relationship>, ImportError> {
    let (listing, folder) = relationships_part(part);
    package.text(&listing)?.map_or(Ok(Vec::new()), |xml| relationships(xml, &folder))
}

/// Returns the name of a package's main part, which is the `usual` one if no relationship refers to it, and its relationships.
pub(super) fn main_part(package: &TextPackage, usual: &str) -> Result<(String, Vec<Relationship>), ImportError> {
    let root = relationships_of(package, "")?;
    let main = main_target(&root)?.unwrap_or(usual);
    Ok((main.to_owned(), relationships_of(package, main)?))
}

/// Returns the main part of a package according to the relationships of the package itself.
pub(super) fn main_target(root: &[Relationship]) -> Result<Option<&str>, ImportError> {
    let mut mains = root.iter().filter(|r| r.kind.ends_with("/officeDocument"));
    let main = mains.next().map(|r| r.target.as_str());
    if mains.next().is_some() {
        return Err(ImportError::Damaged("一个文件里有两个工作簿".to_owned()));
    }
    Ok(main)
}

/// Returns the path of a target that is relative to a folder, with `.` and `..` resolved.
fn resolved(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|p| !p.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = parts.pop(),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The parts that a workbook lists.
pub(super) struct Directory {
    pub sheets: Vec<SheetEntry>,
    pub strings: Option<String>,
    pub styles: Option<String>,
    /// Whether dates count from 1904.
    pub is_1904: bool,
}

/// A sheet as the workbook lists it.
pub(super) struct SheetEntry {
    pub name: String,
    pub hidden: bool,
    pub part: SheetPart,
}

/// The part of a sheet, according to its relationship.
pub(super) enum SheetPart {
    /// The name of the part of a worksheet.
    Worksheet(String),
    /// Another kind of sheet, and its part.
    Other(Skipped, String),
    /// No part, or one of an unknown type.
    Missing,
}

impl SheetPart {
    /// The part that a relationship refers to; `has` returns whether the package contains a part.
    pub fn of(relationship: Option<&Relationship>, has: impl Fn(&str) -> bool) -> SheetPart {
        let Some(relationship) = relationship.filter(|r| has(&r.target)) else { return SheetPart::Missing };
        let part = relationship.target.clone();
        match relationship.kind.rsplit('/').next() {
            Some("worksheet") => SheetPart::Worksheet(part),
            Some("chartsheet") => SheetPart::Other(Skipped::Chart, part),
            Some("dialogsheet") => SheetPart::Other(Skipped::Dialog, part),
            Some("xlMacrosheet" | "xlIntlMacrosheet") => SheetPart::Other(Skipped::Macro, part),
            _ => SheetPart::Missing,
        }
    }
}

impl Directory {
    pub fn of(package: &TextPackage, limits: &Limits) -> Result<Directory, ImportError> {
        let (main, targets) = main_part(package, "xl/workbook.xml")?;
        let (_, folder) = relationships_part(&main);
        let has = |part: &str| package.part(part).is_some();
        let of_kind = |kind: &str, usual: &str| {
            let related = targets.iter().find(|r| r.kind.ends_with(kind)).map(|r| r.target.clone());
            related.or_else(|| Some(format!("{folder}{usual}"))).filter(|p| has(p))
        };
        let book = package.text(&main)?.ok_or_else(|| ImportError::Damaged("缺少工作簿目录".to_owned()))?;
        let keeps = |around: &[String], name: &str| match around {
            [] => name == "workbook",
            [_] => matches!(name, "sheets" | "workbookPr"),
            [_, within] => within == "sheets" && name == "sheet",
            _ => false,
        };
        let book = counting(book, &["workbook", "workbookPr", "sheets", "sheet", "AlternateContent"], keeps)?;
        let (mut sheets, mut is_1904, mut fault) = (Vec::new(), false, None);
        for_each_element(&book, |e, around| {
            let text = |name: &str| attribute(e, name).map(|v| xml_unescaped(&v));
            match (around, e.name().as_ref()) {
                ([_], "workbookPr") => is_1904 = text("date1904").is_some_and(|v| matches!(v.as_str(), "1" | "true")),
                // At most one sheet above the limit is collected, which is enough for the error; each lookup among the
                // relationships is linear.
                ([_, within], "sheet") if within == "sheets" && sheets.len() <= limits.sheets => {
                    let id = local_attribute(e, "id").map(|v| xml_unescaped(&v));
                    let name = text("name").unwrap_or_default();
                    let hidden = match text("state").as_deref() {
                        None | Some("visible" | "") => false,
                        Some("hidden" | "veryHidden") => true,
                        Some(_) => {
                            fault = Some(ImportError::Damaged(format!("工作表“{name}”显示还是隐藏，写法不明")));
                            false
                        }
                    };
                    let relationship = id.and_then(|id| targets.iter().find(|r| r.id == id));
                    sheets.push(SheetEntry { name, hidden, part: SheetPart::of(relationship, has) });
                }
                _ => {}
            }
        })?;
        if let Some(fault) = fault {
            return Err(fault);
        }
        if sheets.len() > limits.sheets {
            return Err(limits.sheets_error());
        }
        check_names(sheets.iter().map(|s| s.name.as_str()))?;
        let (strings, styles) = (of_kind("/sharedStrings", "sharedStrings.xml"), of_kind("/styles", "styles.xml"));
        Ok(Directory { sheets, strings, styles, is_1904 })
    }
}

/// Calls `each` for every element, with the names of its ancestors.
fn for_each_element(xml: &str, mut each: impl FnMut(&BytesStart<'_>, &[String])) -> Result<(), ImportError> {
    let mut reader = Reader::from_str(xml);
    let mut around: Vec<String> = Vec::new();
    loop {
        match reader.read_event().map_err(|_| ill_formed())? {
            Event::Start(e) => {
                each(&e, &around);
                around.push(e.name().as_ref().to_owned());
            }
            Event::Empty(e) => each(&e, &around),
            Event::End(_) => _ = around.pop(),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_from_their_folder_or_from_the_root() {
        let kind = format!("{}worksheet", KINDS[0]);
        for (target, part) in [
            ("worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("/a/../b/s.xml", "b/s.xml"),
            ("../s.xml", "s.xml"),
            ("./s.xml", "xl/s.xml"),
        ] {
            let xml =
                format!("<Relationships><Relationship Id=\"a\" Type=\"{kind}\" Target=\"{target}\"/></Relationships>");
            let all = relationships(&xml, "xl/").unwrap();
            assert_eq!((all[0].id.as_str(), all[0].target.as_str()), ("a", part));
        }
        let external = "<Relationships><Relationship Id=\"a\" Target=\"b\" TargetMode=\"External\"/><Relationship Id=\"\" Target=\"b\"/></Relationships>";
        assert!(relationships(external, "").unwrap().is_empty());
        let twice =
            "<Relationships><Relationship Id=\"a\" Target=\"b\"/><Relationship Id=\"a\" Target=\"c\"/></Relationships>";
        assert!(relationships(twice, "").is_err());
    }
}
