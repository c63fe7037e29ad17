//! Conservative normalisation of prose. Every change is of a named kind and counted.
//!
//! Always: Kangxi radicals and compatibility ideographs become ideographs, control and zero-width characters are removed, line
//! ends are unified. Unless the text is to be kept: half-width marks beside Chinese become full-width, spaces between Chinese and
//! digits are removed, straight quotes become pairs. Never inside numbers, times, URLs, e-mail addresses or Latin text.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use crate::import::MARKED;
use crate::model::is_invisible;

/// Kinds of change, in the order in which they are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Radical,
    Control,
    Mark,
    Space,
    Quote,
}

/// Number of changes by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changes([usize; 5]);

impl Changes {
    pub const KINDS: [Change; 5] = [Change::Radical, Change::Control, Change::Mark, Change::Space, Change::Quote];

    pub fn count(&self, kind: Change) -> usize {
        self.0[kind as usize]
    }

    fn add(&mut self, kind: Change) {
        self.0[kind as usize] += 1;
    }
}

/// Normalises one paragraph (no line breaks inside).
pub fn normalise(text: &str, keep_text: bool) -> (String, Changes) {
    if text.chars().all(stays) {
        return (text.to_owned(), Changes::default());
    }
    let mut changes = Changes::default();
    let safe = safe(text, &mut changes);
    if keep_text {
        return (safe, changes);
    }
    let chars: Vec<char> = safe.chars().collect();
    // Quotes first: the following steps treat curly quotes as Chinese.
    let chars = quotes(chars, &mut changes);
    let chars = marks(chars, &mut changes);
    (spaces(&chars, &mut changes).into_iter().collect(), changes)
}

/// Whether a character never changes, regardless of its neighbours; most paragraphs contain no others.
fn stays(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '0'..='9' | 'A'..='Z' | 'a'..='z' | '.' | '%' | '-' | '、' | '。' | '，' | '：' | '；'
        | '！' | '？' | '（' | '）' | '“' | '”' | '《' | '》' | '—' | '…' | '·')
}

/// The lines of a cell: split at every kind of line end, without blank lines and without spaces around a line.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let ends = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];
    text.split(ends).map(|l| l.trim_matches(|c: char| c.is_whitespace() || is_invisible(c))).filter(|l| !l.is_empty())
}

/// The first words of a text that are superscript, subscript or struck out, with the characters before them, and whether any of
/// them would change a number in plain text: 10⁶ would become 106, and struck-out digits would count.
pub fn marked(text: &str) -> Option<(String, bool)> {
    let (head, rest) = text.split_once(MARKED)?;
    let digit = |c: Option<char>| c.is_some_and(char::is_numeric);
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphabetic());
    let runs: Vec<&str> = text.split(MARKED).collect();
    let changes = runs.windows(2).any(|pair| {
        let (before, after) = (pair[0].trim_end().chars().next_back(), pair[1].trim_start().chars().next());
        // CO₂ and m² are names, not numbers.
        digit(before) || digit(after) && !letter(before)
    });
    let before: Vec<char> = head.chars().rev().take(6).collect();
    let words = before.into_iter().rev().chain(rest.chars().filter(|c| *c != MARKED).take(6)).collect();
    Some((words, changes))
}

/// Removes spaces and line breaks, except between two Latin words: for titles and names that are written on several lines.
pub fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut apart = false;
    for c in text.chars().filter(|c| !is_invisible(*c) && *c != MARKED).map(unified) {
        if c.is_whitespace() {
            apart = true;
            continue;
        }
        if apart && c.is_ascii_graphic() && out.ends_with(|l: char| l.is_ascii_graphic()) {
            out.push(' ');
        }
        apart = false;
        out.push(c);
    }
    out
}

/// The ideograph that a Kangxi radical, a CJK radical or a compatibility ideograph represents.
pub fn unified(c: char) -> char {
    match c {
        '\u{2e80}'..='\u{2eff}' => RADICALS.iter().find(|(r, _)| *r == c).map_or_else(|| composed(c), |(_, i)| *i),
        '\u{2f00}'..='\u{2fdf}' | '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}' => composed(c),
        _ => c,
    }
}

fn composed(c: char) -> char {
    let mut all = std::iter::once(c).nfkc();
    match (all.next(), all.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Radicals of the supplement block that have no compatibility mapping, which PDF converters produce (Unicode's
/// EquivalentUnifiedIdeograph property).
const RADICALS: &[(char, char)] = &[
    ('⺁', '厂'),
    ('⺂', '乛'),
    ('⺃', '乚'),
    ('⺄', '乙'),
    ('⺅', '亻'),
    ('⺆', '冂'),
    ('⺇', '几'),
    ('⺈', '刀'),
    ('⺉', '刂'),
    ('⺋', '㔾'),
    ('⺌', '小'),
    ('⺎', '兀'),
    ('⺏', '尣'),
    ('⺐', '尢'),
    ('⺒', '巳'),
    ('⺓', '幺'),
    ('⺔', '彑'),
    ('⺕', '彐'),
    ('⺖', '忄'),
    ('⺘', '扌'),
    ('⺙', '攵'),
    ('⺛', '旡'),
    ('⺝', '月'),
    ('⺞', '歺'),
    ('⺠', '民'),
    ('⺡', '氵'),
    ('⺢', '氺'),
    ('⺣', '灬'),
    ('⺤', '爫'),
    ('⺥', '爫'),
    ('⺦', '丬'),
    ('⺨', '犭'),
    ('⺩', '王'),
    ('⺫', '罒'),
    ('⺬', '示'),
    ('⺭', '礻'),
    ('⺮', '竹'),
    ('⺯', '糹'),
    ('⺰', '纟'),
    ('⺲', '罒'),
    ('⺳', '冈'),
    ('⺶', '羊'),
    ('⺷', '羊'),
    ('⺸', '芈'),
    ('⺹', '耂'),
    ('⺺', '肀'),
    ('⺼', '月'),
    ('⺽', '臼'),
    ('⺾', '艹'),
    ('⻀', '艹'),
    ('⻁', '虎'),
    ('⻂', '衤'),
    ('⻃', '覀'),
    ('⻄', '西'),
    ('⻅', '见'),
    ('⻆', '角'),
    ('⻇', '角'),
    ('⻈', '讠'),
    ('⻉', '贝'),
    ('⻊', '足'),
    ('⻋', '车'),
    ('⻌', '辶'),
    ('⻍', '辶'),
    ('⻎', '辶'),
    ('⻏', '阝'),
    ('⻐', '钅'),
    ('⻑', '長'),
    ('⻒', '镸'),
    ('⻓', '长'),
    ('⻔', '门'),
    ('⻕', '阝'),
    ('⻖', '阝'),
    ('⻗', '雨'),
    ('⻘', '青'),
    ('⻙', '韦'),
    ('⻚', '页'),
    ('⻛', '风'),
    ('⻜', '飞'),
    ('⻝', '食'),
    ('⻠', '饣'),
    ('⻢', '马'),
    ('⻣', '骨'),
    ('⻤', '鬼'),
    ('⻥', '鱼'),
    ('⻦', '鸟'),
    ('⻧', '卤'),
    ('⻨', '麦'),
    ('⻩', '黄'),
    ('⻪', '黾'),
    ('⻫', '斉'),
    ('⻬', '齐'),
    ('⻭', '歯'),
    ('⻮', '齿'),
    ('⻯', '竜'),
    ('⻰', '龙'),
    ('⻱', '龟'),
];

fn safe(text: &str, changes: &mut Changes) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| *c != MARKED) {
        if is_invisible(c) {
            changes.add(Change::Control);
            continue;
        }
        let one = unified(c);
        if one != c {
            changes.add(Change::Radical);
        }
        // Tabs, line breaks and no-break spaces are spaces to a reader.
        out.push(if matches!(one, '\t' | '\n' | '\r' | '\u{a0}') { ' ' } else { one });
    }
    out
}

/// Ideographs, kana and full-width marks: the characters that count as Chinese.
fn chinese(c: char) -> bool {
    matches!(c, '\u{3001}'..='\u{303f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{ff01}'..='\u{ff60}' | '\u{20000}'..='\u{3ffff}' | '“' | '”' | '‘' | '’' | '—' | '…')
}

fn space(c: char) -> bool {
    c == ' ' || c == '\u{3000}'
}

/// For every character, whether the nearest character to its left and to its right is Chinese; spaces, marks, brackets and quotes
/// of either width are skipped. Skipping both widths makes a second pass give the same result.
struct Sides {
    left: Vec<bool>,
    right: Vec<bool>,
}

impl Sides {
    fn of(chars: &[char]) -> Sides {
        let passed = |c: char| {
            let mark = matches!(
                c,
                ',' | ':' | ';' | '?' | '!' | '(' | ')' | '"' | '，' | '：' | '；' | '？' | '！' | '（' | '）'
            );
            mark || space(c) || matches!(c, '“' | '”')
        };
        let sweep = |order: &mut dyn Iterator<Item = usize>| {
            let mut seen = vec![false; chars.len()];
            let mut last = false;
            for i in order {
                seen[i] = last;
                if !passed(chars[i]) {
                    last = chinese(chars[i]);
                }
            }
            seen
        };
        Sides { left: sweep(&mut (0..chars.len())), right: sweep(&mut (0..chars.len()).rev()) }
    }

    fn beside(&self, i: usize) -> bool {
        self.left[i] || self.right[i]
    }
}

const MARKS: [(char, char); 5] = [(',', '，'), (':', '：'), (';', '；'), ('?', '？'), ('!', '！')];

fn marks(chars: Vec<char>, changes: &mut Changes) -> Vec<char> {
    if !chars.iter().any(|c| matches!(c, '(' | ')') || MARKS.iter().any(|(half, _)| half == c)) {
        return chars;
    }
    let chars = chars.as_slice();
    let mut shielded = vec![false; chars.len()];
    for range in protected(chars) {
        shielded[range].fill(true);
    }
    let (brackets, sides) = (bracket_pairs(chars), Sides::of(chars));
    let mut out = Vec::with_capacity(chars.len());
    let mut i = 0;
    while i < chars.len() {
        let wide = if shielded[i] { None } else { widened(chars, i, &brackets, &shielded, &sides) };
        let Some(wide) = wide else {
            out.push(chars[i]);
            i += 1;
            continue;
        };
        changes.add(Change::Mark);
        // Spaces around a half-width mark are removed with it, except before an opening bracket after Latin text.
        let latin_before = || out.iter().rev().find(|c: &&char| **c != ' ').is_none_or(|c| !chinese(*c));
        if wide != '（' || !latin_before() {
            while out.last() == Some(&' ') {
                out.pop();
                changes.add(Change::Space);
            }
        }
        out.push(wide);
        i += 1;
        while chars.get(i) == Some(&' ') {
            i += 1;
            changes.add(Change::Space);
        }
    }
    out
}

fn widened(chars: &[char], i: usize, brackets: &[Option<usize>], shielded: &[bool], sides: &Sides) -> Option<char> {
    let c = chars[i];
    if c == '(' || c == ')' {
        // Brackets change together or not at all.
        let partner = brackets[i].filter(|p| !shielded[*p])?;
        return (sides.beside(i) || sides.beside(partner)).then_some(if c == '(' { '（' } else { '）' });
    }
    let (_, wide) = MARKS.into_iter().find(|(half, _)| *half == c)?;
    let digit = |step: isize| {
        let at = usize::try_from(i as isize + step).ok().and_then(|i| chars.get(i));
        at.is_some_and(char::is_ascii_digit)
    };
    // 1,000 and 10:30 are numbers and times, regardless of the text around them.
    let numeric = matches!(c, ',' | ':') && digit(-1) && digit(1);
    (!numeric && sides.beside(i)).then_some(wide)
}

fn bracket_pairs(chars: &[char]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; chars.len()];
    let mut open = Vec::new();
    for (i, c) in chars.iter().enumerate() {
        match c {
            '(' => open.push(i),
            ')' => {
                if let Some(start) = open.pop() {
                    pairs[start] = Some(i);
                    pairs[i] = Some(start);
                }
            }
            _ => {}
        }
    }
    pairs
}

/// URLs and e-mail addresses: runs of ASCII that contain `http`, `www.`, `ftp`, or `@` and a dot, without the marks at their end.
fn protected(chars: &[char]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < chars.len() {
        if !chars[i].is_ascii_graphic() {
            i += 1;
            continue;
        }
        let start = i;
        while i < chars.len() && chars[i].is_ascii_graphic() {
            i += 1;
        }
        let run: String = chars[start..i].iter().collect();
        let from = [run.find("http"), run.find("www."), run.find("ftp")].into_iter().flatten().min();
        let mail = run.contains('@') && run.contains('.');
        if let Some(from) = from.or_else(|| mail.then(|| run.find(|c: char| c.is_ascii_alphanumeric()).unwrap_or(0))) {
            let end = run.trim_end_matches([',', ':', ';', '(', ')', '?', '!', '.']).len();
            out.push(start + from..start + end.max(from));
        }
    }
    out
}

/// Removes spaces between Chinese (full-width marks included) and digits, and at both ends of the text.
fn spaces(chars: &[char], changes: &mut Changes) -> Vec<char> {
    let mut out: Vec<char> = Vec::with_capacity(chars.len());
    let mut i = 0;
    while i < chars.len() {
        if chars[i] != ' ' {
            out.push(chars[i]);
            i += 1;
            continue;
        }
        let run = chars[i..].iter().take_while(|c| **c == ' ').count();
        let (before, after) = (out.last().copied(), chars.get(i + run).copied());
        let drop = match (before, after) {
            (Some(a), Some(b)) => (chinese(a) && b.is_ascii_digit()) || (a.is_ascii_digit() && chinese(b)),
            _ => true,
        };
        if drop {
            for _ in 0..run {
                changes.add(Change::Space);
            }
        } else {
            out.extend(std::iter::repeat_n(' ', run));
        }
        i += run;
    }
    out
}

/// Straight quotes become pairs if their number is even and Chinese is beside or between them.
fn quotes(mut chars: Vec<char>, changes: &mut Changes) -> Vec<char> {
    let places: Vec<usize> = chars.iter().enumerate().filter(|(_, c)| **c == '"').map(|(i, _)| i).collect();
    if places.is_empty() || places.len() % 2 == 1 {
        return chars;
    }
    let sides = Sides::of(&chars);
    for pair in places.chunks(2) {
        if sides.left[pair[0]] || sides.right[pair[1]] || chars[pair[0]..pair[1]].iter().any(|c| chinese(*c)) {
            chars[pair[0]] = '“';
            chars[pair[1]] = '”';
            changes.add(Change::Quote);
            changes.add(Change::Quote);
        }
    }
    chars
}

#[cfg(test)]
mod tests;
