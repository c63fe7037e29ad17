//! Character classes for line layout (GB/T 15834, CLREQ).

use crate::model::is_invisible;

/// Class of a character for line layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Full-width opening mark: ink in its right half.
    Open,
    /// Full-width closing mark: ink in its left half.
    Close,
    /// Full-width stop, comma, colon, question or exclamation mark.
    Stop,
    /// Full-width dash or ellipsis.
    Dash,
    /// Ideographs, kana and other characters one em wide.
    Wide,
    /// Letters and digits of other scripts.
    Letter,
    /// Other marks of other scripts.
    Mark,
    Space,
}

impl Class {
    /// Whether it is one em wide, so that justification may widen the gap beside it.
    pub fn is_wide(self) -> bool {
        matches!(self, Class::Open | Class::Close | Class::Stop | Class::Dash | Class::Wide)
    }
}

/// The class of a character; quotes, dashes and ellipses are classed as in Chinese text.
pub(super) fn class(c: char) -> Class {
    match c {
        ' ' | '\u{a0}' | '\u{3000}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => Class::Space,
        '（' | '《' | '〈' | '【' | '〔' | '［' | '｛' | '「' | '『' | '“' | '‘' | '〖' => Class::Open,
        '）' | '》' | '〉' | '】' | '〕' | '］' | '｝' | '」' | '』' | '”' | '’' | '〗' => Class::Close,
        '。' | '，' | '、' | '；' | '：' | '？' | '！' | '．' => Class::Stop,
        '—' | '…' | '⋯' | '―' => Class::Dash,
        _ if is_wide(c) => Class::Wide,
        _ if c.is_alphanumeric() || "%‰+-−±°℃$€£#&@".contains(c) => Class::Letter,
        _ => Class::Mark,
    }
}

fn is_wide(c: char) -> bool {
    is_ideograph(c)
        || matches!(c, '\u{2e80}'..='\u{303f}' | '\u{3040}'..='\u{33ff}' | '\u{a960}'..='\u{a97f}'
            | '\u{ac00}'..='\u{d7a3}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff01}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
            | '\u{2460}'..='\u{27bf}' | '·' | '×' | '※' | '→' | '←' | '↑' | '↓' | '℃')
}

/// Unified and compatibility ideographs of all planes.
pub(super) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | '〇' | '々')
}

/// Whether a character is set in the Latin face regardless of its neighbours.
pub(super) fn is_latin(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{24f}' | '\u{300}'..='\u{36f}' | '\u{1e00}'..='\u{1eff}' | '–' | '€')
        && !matches!(c, '·' | '×' | '÷' | '°' | '±' | '§' | '¨')
}

/// Quotes used in both Latin and Chinese text; their neighbours decide how they are set.
pub(super) fn is_shared_quote(c: char) -> bool {
    matches!(c, '“' | '”' | '‘' | '’')
}

/// Private-use characters, which have no defined meaning.
pub(super) fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// Characters that end a line: line feed, carriage return, form feed, line and paragraph separators and the like.
pub(super) fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Invisible characters, which are never drawn; line ends are not among them (`is_line_end`).
pub(super) fn is_dropped(c: char) -> bool {
    is_invisible(c) && !is_line_end(c)
}

/// Whether a character must not begin a line.
pub(super) fn no_start(c: char) -> bool {
    matches!(class(c), Class::Close | Class::Stop) || matches!(c, '·' | '％' | '‰' | '℃' | '～' | '…' | '々')
}

/// Whether a character must not end a line.
pub(super) fn no_end(c: char) -> bool {
    class(c) == Class::Open || matches!(c, '￥' | '¥' | '№' | '＄')
}

/// Characters that stay on the line of the number before them: units, counters, parts of dates.
pub(super) fn is_unit(c: char) -> bool {
    "年月日号时分秒条件次个篇项人名份起户家元角万亿千百十余米吨期届章款第类种场处批册部台套张页版届周季度岁位辆座间层所倍成例宗".contains(c)
}

/// The character whose glyph is drawn instead if no face has that of `c`; the text keeps the original.
pub(super) fn stand_in(c: char) -> Option<char> {
    Some(match c {
        _ if class(c) == Class::Space && c != ' ' => ' ',
        '\u{2010}' | '\u{2011}' => '-',
        '〜' => '～',
        '‧' | '⋅' => '·',
        '⋯' => '…',
        '―' => '—',
        _ => return None,
    })
}

/// Width in em of em spaces, en spaces and ideographic spaces; `None` for all other characters.
pub(super) fn space_width(c: char) -> Option<f32> {
    match c {
        '\u{2001}' | '\u{2003}' | '\u{3000}' => Some(1.0),
        '\u{2000}' | '\u{2002}' => Some(0.5),
        _ => None,
    }
}
