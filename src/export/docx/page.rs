//! Page setup and page number.
//!
//! Takes the style, sets the only section: A4, margins, the grid of lines, the footers.

use docx_rs::{
    AlignmentType, DocGrid, Docx, FieldCharType, Footer, InstrPAGE, InstrText, PageMargin, Paragraph, Run,
    SpecialIndentType,
};

use super::fit;
use super::styles::{FOOTER, PAGE_NUMBER};
use super::text::{self, points, twips};
use crate::style::{PageNumber, Style};

/// A4 in millimetres.
const WIDTH: f32 = 210.0;
const HEIGHT: f32 = 297.0;
/// GB/T 9704: the page number is 7 mm below the text.
const NUMBER_BELOW: f32 = 7.0;

/// Sets page, grid and footers.
pub(super) fn set(mut docx: Docx, style: &Style) -> Docx {
    let page = &style.page;
    let mm = |millimetres: f32| twips(points(millimetres));
    let bottom = HEIGHT - page.margin_top - page.text_height;
    let number = fit::pitch(style.size.page_number) / 72.0 * 25.4;
    let margin = PageMargin {
        top: mm(page.margin_top),
        left: mm(page.margin_left),
        bottom: mm(bottom),
        right: mm(WIDTH - page.margin_left - page.text_width),
        header: mm(page.margin_top / 2.0),
        // From the edge of the paper to the lower edge of the footer.
        footer: mm((bottom - NUMBER_BELOW - number).max(5.0)),
        gutter: 0,
    };
    docx = docx.page_size(mm(WIDTH) as u32, mm(HEIGHT) as u32).page_margin(margin);
    docx.document = docx.document.doc_grid(DocGrid::new().line_pitch(twips(style.line.pitch) as usize));
    match page.page_number {
        PageNumber::Centered => docx.footer(Footer::new().add_paragraph(number_line())),
        PageNumber::Outside => {
            // One character from the edge of the text.
            let inset = twips(style.size.page_number);
            let odd = number_line().align(AlignmentType::Right).indent(None, None, Some(inset), None);
            let even =
                number_line().align(AlignmentType::Left).indent(Some(inset), None::<SpecialIndentType>, None, None);
            docx.footer(Footer::new().add_paragraph(odd)).even_footer(Footer::new().add_paragraph(even))
        }
    }
}

/// `— 1 —` with the number as a field.
fn number_line() -> Paragraph {
    let run = || text::hinted(Run::new(), "—").style(PAGE_NUMBER);
    Paragraph::new()
        .style(FOOTER)
        .add_run(run().add_text("— "))
        .add_run(run().add_field_char(FieldCharType::Begin, false))
        .add_run(run().add_instr_text(InstrText::PAGE(InstrPAGE::new())))
        .add_run(run().add_field_char(FieldCharType::Separate, false))
        .add_run(run().add_text("1"))
        .add_run(run().add_field_char(FieldCharType::End, false))
        .add_run(run().add_text(" —"))
}
