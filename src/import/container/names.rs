//! Names in archives and mails → paths that are safe to show and to use below a folder.
//!
//! Takes names as bytes or text, gives paths whose parts every file system takes: no part leads upwards, to a drive or to a device.
//! A name only says what a file is called; what the file is, its content decides.

use std::borrow::Cow;

use encoding_rs::GBK;

/// Longest name that is taken, in bytes (UTF-8), and most folders in it.
const LONGEST: usize = 1024;
const DEEPEST: usize = 32;

/// The path that a name denotes, with `/` between its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SafePath {
    pub path: String,
    /// What in the name leads outside the container or nowhere, as a Chinese clause; then the path is only for messages.
    pub fault: Option<&'static str>,
}

/// The text of an archive's name: that of its Unicode field, else UTF-8, else GBK, which the archivers of Chinese Windows write
/// without saying so. Bytes that are neither become `_`.
pub(super) fn decoded<'n>(raw: &'n [u8], unicode: Option<&'n str>) -> Cow<'n, str> {
    if let Some(name) = unicode {
        return name.into();
    }
    if let Ok(name) = simdutf8::basic::from_utf8(raw) {
        return name.into();
    }
    let gbk = GBK.decode_without_bom_handling_and_without_replacement(raw);
    gbk.unwrap_or_else(|| raw.iter().map(|b| if b.is_ascii() { char::from(*b) } else { '_' }).collect())
}

/// The path that a name in an archive denotes.
pub(super) fn safe_path(name: &str) -> SafePath {
    let name = name.replace('\\', "/");
    let cut = name.char_indices().map(|(at, _)| at).take_while(|at| *at <= LONGEST).last().unwrap_or_default();
    let (short, is_long) = if name.len() > LONGEST { (&name[..cut], true) } else { (name.as_str(), false) };
    let parts: Vec<&str> = short.split('/').filter(|p| !matches!(*p, "" | ".")).collect();
    let fault = match parts.first() {
        _ if name.contains('\0') => Some("名称里有空字符"),
        None => Some("没有名称"),
        _ if is_long || parts.len() > DEEPEST => Some("名称太长"),
        _ if name.starts_with('/') => Some("名称从磁盘的根目录写起"),
        Some(first) if is_drive(first) => Some("名称带有盘符"),
        _ if parts.contains(&"..") => Some("名称指向压缩包以外的文件夹（..）"),
        _ => None,
    };
    let path = parts.into_iter().take(DEEPEST).map(safe_part).collect::<Vec<_>>().join("/");
    SafePath { path, fault }
}

/// The file name of an attachment; mail programs of old wrote the whole path on the sender's disk.
pub(super) fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let cut = last.char_indices().map(|(at, _)| at).find(|at| *at > LONGEST / 4).unwrap_or(last.len());
    safe_part(&last[..cut])
}

fn is_drive(part: &str) -> bool {
    matches!(part.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

/// One part of a path without characters that some file system refuses, or that change how a line is shown.
fn safe_part(part: &str) -> String {
    let forbidden = |c: char| {
        c.is_control()
            || "/\\:*?\"<>|".contains(c)
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
            || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fffd}')
    };
    let name: String = part.trim().chars().map(|c| if forbidden(c) { '_' } else { c }).collect();
    // Windows drops dots and spaces at the end.
    let name = name.trim_end_matches(['.', ' ']);
    if name.is_empty() { "_".to_owned() } else { name.to_owned() }
}

/// Why a file is passed over by its name, as a Chinese clause; `None` if it is not. `name` is the name of the file itself.
pub fn noise(name: &str) -> Option<&'static str> {
    if name.starts_with("~$") || name.starts_with(".~") {
        Some("是 Office 或 WPS 打开文件时留下的锁文件")
    } else if name.starts_with('.') {
        Some("是隐藏的文件")
    } else {
        None
    }
}

/// Whether a path is of what systems add to folders and archives beside the files of people.
pub(super) fn is_of_system(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    path.split('/').any(|part| part == "__MACOSX")
        || [".DS_Store", "Thumbs.db", "desktop.ini"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// A name that no name in `taken` equals, with a number before its extension if need be.
pub(super) fn free_name(name: String, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&name) {
        return name;
    }
    let (stem, ending) = name.rsplit_once('.').map_or((name.as_str(), String::new()), |(s, e)| (s, format!(".{e}")));
    (2..).map(|n| format!("{stem}（{n}）{ending}")).find(|n| !taken(n)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_decoded_as_archivers_write_them() {
        let (gbk, ..) = GBK.encode("各单位/年报.xlsx");
        assert_eq!(decoded(&gbk, None), "各单位/年报.xlsx");
        assert_eq!(decoded("年报.xlsx".as_bytes(), None), "年报.xlsx");
        assert_eq!(decoded(&gbk, Some("甲.xlsx")), "甲.xlsx");
        assert_eq!(decoded(b"\xFF\xFF.xlsx", None), "__.xlsx");
    }

    #[test]
    fn names_that_lead_elsewhere_have_a_fault_and_a_harmless_path() {
        let path = |name: &str| safe_path(name).path;
        let fault = |name: &str| safe_path(name).fault.is_some();
        assert_eq!(safe_path("甲\\./乙//年报.xlsx"), SafePath { path: "甲/乙/年报.xlsx".into(), fault: None });
        for name in [
            "../年报.xlsx",
            "甲/../../年报.xlsx",
            "/etc/年报.xlsx",
            "C:\\年报.xlsx",
            "c:年报.xlsx",
            "年\0报.xlsx",
            "",
            "/",
        ] {
            assert!(fault(name), "{name}");
        }
        assert!(fault(&"长".repeat(1000)) && fault(&"a/".repeat(100)) && path(&"长".repeat(1000)).len() <= LONGEST);
        assert_eq!(path("../甲"), "_/甲");
        assert_eq!(path("甲\u{202e}xslx.: /乙\n."), "甲_xslx._/乙_");
        assert!(!fault("甲..乙/年报.xlsx"));
        assert_eq!(file_name("D:\\报送\\年报.xlsx"), "年报.xlsx");
        assert_eq!(file_name(".."), "_");
        assert!(file_name(&"长".repeat(1000)).len() < 300);
    }

    #[test]
    fn what_systems_add_is_known_by_name() {
        assert!(
            is_of_system("__MACOSX/甲/._年报.xlsx") && is_of_system("甲/thumbs.db") && !is_of_system("甲/年报.xlsx")
        );
        assert!(noise("~$年报.xlsx").is_some() && noise(".年报.xlsx").is_some() && noise("年报.xlsx").is_none());
        let taken = ["年报.xlsx", "年报（2）.xlsx"];
        assert_eq!(free_name("年报.xlsx".to_owned(), |n| taken.contains(&n)), "年报（3）.xlsx");
    }
}
