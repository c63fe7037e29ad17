//! Names of output files: agency and year, made safe for every file system.

use crate::batch::Record;
use crate::compose::made_title;

/// Longest name in bytes: the 255 that file systems allow, less the extension and a margin for temporary names.
const LONGEST: usize = 200;

/// The name of a report's files without extension: `{agency}{year}年政府信息公开工作年度报告`.
pub fn stem(record: &Record) -> String {
    named(record.agency.as_deref().unwrap_or_default(), record.year.unwrap_or_default())
}

fn named(agency: &str, year: u16) -> String {
    let agency = safe(agency);
    let rest = made_title("", year);
    let mut room = LONGEST.saturating_sub(rest.len()).min(agency.len());
    while !agency.is_char_boundary(room) {
        room -= 1;
    }
    made_title(agency[..room].trim_end_matches(['.', ' ']), year)
}

/// Replaces characters that Windows, macOS or a shell do not allow in a name. The result contains no path, and the name that
/// begins with it is none of a device.
fn safe(text: &str) -> String {
    let forbidden = |c: char| c.is_control() || "/\\:*?\"<>|\u{202e}\u{200b}\u{feff}".contains(c);
    let name: String = text.chars().map(|c| if forbidden(c) { '_' } else { c }).collect();
    // A leading dot would hide the file, a dash would be an option, a tilde a home folder. `..` without a separator cannot leave
    // the folder, but looks as if it could.
    let name = name.replace("..", "_").trim_start_matches(['.', '-', '~', ' ']).to_owned();
    // For Windows a device with an ending, such as `NUL.某局`, is the device.
    if name.split_once('.').is_some_and(|(first, _)| is_device(first)) { format!("_{name}") } else { name }
}

/// Whether Windows takes this name for a device.
fn is_device(name: &str) -> bool {
    let name = name.trim_end().to_ascii_uppercase();
    let port = |rest: &str| matches!(rest, "¹" | "²" | "³") || rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit();
    ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&name.as_str())
        || ["COM", "LPT"].iter().any(|prefix| name.strip_prefix(prefix).is_some_and(port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_agency_and_year() {
        assert_eq!(named("老城区科学技术局", 2024), "老城区科学技术局2024年政府信息公开工作年度报告");
    }

    #[test]
    fn hostile_names_do_no_harm() {
        for agency in [
            "../../etc/临江/市",
            "..\\..\\x",
            "a:b*c?d\"e<f>g|h",
            "-rf",
            "~root",
            ".hidden",
            "CON",
            "\u{202e}gpj",
            "",
            "a\nb\0c",
        ] {
            let name = named(agency, 2024);
            assert!(!name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|', '\0', '\n', '\u{202e}']), "{name}");
            assert!(!name.starts_with(['.', '-', '~']) && !name.contains(".."), "{name}");
            assert!(name.ends_with("年度报告"), "{name}");
        }
    }

    #[test]
    fn no_name_is_that_of_a_device_of_windows() {
        for agency in ["NUL.", "con.x", "Aux .x", "COM1.某局", "LPT³.", "CONIN$.x"] {
            let name = named(agency, 2024);
            assert!(name.starts_with('_'), "{name}");
        }
        // Without a point the rest of the name belongs to the first part.
        for agency in ["CON", "COM1", "COMPASS.某局", "某局.CON", "COM10.某局", "NUL某.局"] {
            let name = named(agency, 2024);
            assert!(!name.starts_with('_'), "{name}");
        }
    }

    #[test]
    fn long_names_fit_every_file_system() {
        for agency in ["某".repeat(500), "𠮷".repeat(300), "a".repeat(1000)] {
            let name = named(&agency, 2024);
            assert!(name.len() <= LONGEST && name.contains("2024年"), "{}", name.len());
        }
    }
}
