//! All problems of a refused report are reported in one pass, in every format, with what is known of the report.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{Book, SAMPLE, nianbao, sample, stdout};
use calamine::{Reader as _, Xlsx, open_workbook};
use serde_json::Value;

const REQUESTS: &str = "三、依申请公开";
const DISPUTES: &str = "四、复议诉讼";

struct Case {
    name: &'static str,
    edit: fn(&mut Book),
    /// All findings but notes: code, then sheet!cell.
    findings: &'static [&'static str],
}

const CASES: [Case; 4] = [
    Case {
        name: "a_negative_count_and_two_wrong_totals",
        edit: |book| {
            book.cell(REQUESTS, "D7", "", "<v>-2</v>");
            book.cell(REQUESTS, "J8", "", "<v>1</v>");
            book.cell(DISPUTES, "E5", "", "<v>3</v>");
        },
        findings: &[
            "K305 三、依申请公开!D7",
            "K303 三、依申请公开!J8",
            "K302 三、依申请公开!J28",
            "K304 四、复议诉讼!E5",
        ],
    },
    Case {
        name: "four_cells_that_are_no_counts_a_total_a_year_and_a_telephone",
        edit: |book| {
            book.text(REQUESTS, "D8", "三件");
            book.cell(REQUESTS, "E9", "", "<v>-2</v>");
            book.cell(REQUESTS, "F10", " t=\"e\"", "<v>#REF!</v>");
            book.cell(REQUESTS, "G11", "", "<v>1.5</v>");
            book.cell(DISPUTES, "E5", "", "<v>3</v>");
            book.text("一、总体情况", "B3", "2023年，我局认真做好政府信息公开工作。");
            book.text("六、其他事项", "A3", "没有收取信息处理费。如有疑问请与王某联系，手机13800138000。");
        },
        findings: &[
            "N201 三、依申请公开!D8",
            "K305 三、依申请公开!E9",
            "N209 三、依申请公开!F10",
            "K305 三、依申请公开!G11",
            "K304 四、复议诉讼!E5",
            "T503 一、总体情况!B3",
            "P601 六、其他事项!A3",
        ],
    },
    Case {
        name: "fifteen_mistakes_of_a_clerk",
        edit: |book| {
            // Remarks to a colleague beside the cells to be filled in.
            book.text("封面", "C2", "这一版给科长看");
            book.text("一、总体情况", "C4", "数字再核一遍");
            // Cells that contain no count.
            book.text(REQUESTS, "D8", "三件");
            book.cell(REQUESTS, "E9", "", "<v>-2</v>");
            book.cell(REQUESTS, "F10", " t=\"e\"", "<v>#REF!</v>");
            book.cell(REQUESTS, "G11", "", "<v>1.5</v>");
            book.cell(REQUESTS, "H12", "", "<f>A1+1</f>");
            // A total typed over its formula, and a number stored as text, which formulas do not add.
            book.cell(REQUESTS, "J13", "", "<v>6</v>");
            book.text(REQUESTS, "I15", "3");
            book.cell(DISPUTES, "E5", "", "<v>2</v>");
            // Last year's text, a placeholder, a split sentence, a repeated paragraph, a telephone number, no statement about the
            // fee.
            let year = "2023年，我局认真做好政府信息公开工作，全年主动公开政府信息120条。";
            book.text("一、总体情况", "B3", year);
            book.text("一、总体情况", "B4", "收到政府信息公开申请××件。");
            let twice = "一是部分科室对政府信息公开工作重视不够，更新不及时；二是解读形式单一。";
            book.text(
                "五、问题与改进",
                "A3",
                &format!("{twice}\n下一步，我局将加强对各科室的\n业务培训，提高公开质量。"),
            );
            book.text("五、问题与改进", "A4", twice);
            book.text("六、其他事项", "A3", "有疑问请与王某联系，手机13800138000。");
        },
        findings: &[
            "N201 三、依申请公开!D8",
            "K305 三、依申请公开!E9",
            "N209 三、依申请公开!F10",
            "K305 三、依申请公开!G11",
            "N208 三、依申请公开!H12",
            "K303 三、依申请公开!J13",
            "K310 三、依申请公开!I15",
            "K304 四、复议诉讼!E5",
            "N111 封面!C2",
            "N111 一、总体情况!C4",
            "T503 一、总体情况!B3",
            "T506 六、其他事项!A3",
            "T507 五、问题与改进!A3",
            "T508 五、问题与改进!A4",
            "P601 六、其他事项!A3",
            "P603 一、总体情况!B4",
        ],
    },
    Case {
        name: "a_table_without_its_heads",
        edit: |book| {
            book.text(DISPUTES, "A3", "甲");
            book.text(DISPUTES, "B3", "乙");
            book.cell(REQUESTS, "J8", "", "<v>1</v>");
        },
        findings: &["N203 四、复议诉讼!C3", "K303 三、依申请公开!J8", "K302 三、依申请公开!J28"],
    },
];

struct Made {
    _dir: tempfile::TempDir,
    folder: PathBuf,
    file: PathBuf,
}

fn made(case: &Case) -> Made {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("收件");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("科技局.xlsx");
    let mut book = Book::open(&sample(SAMPLE));
    (case.edit)(&mut book);
    book.save(&file);
    Made { _dir: dir, folder, file }
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Findings of a JSON line except notes (code and place), and their messages.
fn told(line: &Value) -> (Vec<String>, Vec<String>) {
    let all = line["findings"].as_array().unwrap().iter().filter(|f| f["severity"] != "note");
    let place = |f: &Value| format!("{}!{}", f["sheet"].as_str().unwrap_or("-"), f["cell"].as_str().unwrap_or("-"));
    let text = |f: &Value, name: &str| f[name].as_str().unwrap().to_owned();
    all.map(|f| (format!("{} {}", text(f, "code"), place(f)), text(f, "message"))).unzip()
}

/// Every text of a workbook.
fn words(path: &Path) -> String {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let sheets = book.sheet_names();
    let ranges = sheets.iter().map(|name| book.worksheet_range(name).unwrap());
    let cells = ranges.flat_map(|r| r.cells().map(|(_, _, c)| c.to_string()).collect::<Vec<_>>());
    cells.collect::<Vec<_>>().join("\n")
}

#[test]
fn json_lines_have_all_findings_and_what_is_known() {
    for case in &CASES {
        let made = made(case);
        let run = nianbao(&["check".as_ref(), made.file.as_os_str(), "--format".as_ref(), "json".as_ref()]);
        let line = &lines(&stdout(&run))[0];
        assert_eq!(told(line).0, case.findings, "{}: {line:#}", case.name);
        assert_eq!((line["status"].as_str(), run.status.code()), (Some("failed"), Some(3)), "{}", case.name);
        assert_eq!(line["agency"], "老城区科学技术局", "{}", case.name);
        assert_eq!((line["year"].as_u64(), line["edition"].as_str()), (Some(2024), Some("2021")), "{}", case.name);
    }
}

#[test]
fn no_note_contradicts_an_error_of_the_same_cell() {
    for case in &CASES {
        let made = made(case);
        let run = nianbao(&["check".as_ref(), made.file.as_os_str(), "--format".as_ref(), "json".as_ref()]);
        let line = lines(&stdout(&run)).remove(0);
        let all = line["findings"].as_array().unwrap();
        let cell = |f: &Value| (f["sheet"].as_str().map(str::to_owned), f["cell"].as_str().map(str::to_owned));
        let refused: Vec<_> =
            all.iter().filter(|f| ["N201", "N209", "K305"].contains(&f["code"].as_str().unwrap())).map(cell).collect();
        for note in all.iter().filter(|f| f["severity"] == "note") {
            let related = note["related"].as_array().unwrap().iter().map(cell);
            assert!(related.chain([cell(note)]).all(|c| !refused.contains(&c)), "{}: {note:#}", case.name);
        }
    }
}

#[test]
fn text_page_marked_workbook_and_summary_have_them_too() {
    for case in &CASES {
        let made = made(case);
        let run = nianbao(&["check".as_ref(), made.file.as_os_str(), "--format".as_ref(), "json".as_ref()]);
        let (_, messages) = told(&lines(&stdout(&run))[0]);
        let text = stdout(&nianbao(&["check".as_ref(), made.file.as_os_str()]));
        let out = made.folder.parent().unwrap();
        let (page, marked, converted) = (out.join("检查.html"), out.join("标出.xlsx"), out.join("输出"));
        nianbao(&[
            "check".as_ref(),
            made.file.as_os_str(),
            "--format".as_ref(),
            "html".as_ref(),
            "-o".as_ref(),
            page.as_os_str(),
            "--mark".as_ref(),
            marked.as_os_str(),
        ]);
        nianbao(&["convert".as_ref(), made.folder.as_os_str(), "-o".as_ref(), converted.as_os_str()]);
        let page = fs::read_to_string(page).unwrap().replace("&quot;", "\"").replace("&amp;", "&");
        let (marked, summary) = (words(&marked), words(&converted.join("汇总.xlsx")));
        for message in &messages {
            for (name, all) in [("text", &text), ("page", &page), ("marked", &marked), ("summary", &summary)] {
                assert!(all.contains(message.as_str()), "{} {name}: {message}\n{all}", case.name);
            }
        }
        for all in [&text, &page, &summary] {
            assert!(all.contains("老城区科学技术局") && all.contains("2024"), "{}: {all}", case.name);
        }
    }
}
