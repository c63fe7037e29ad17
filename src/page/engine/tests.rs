use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value, json};

use super::*;

const SAMPLE: &[u8] = include_bytes!("../../../samples/云泽市住房和城乡建设局-2023.xlsx");
const NAME: &str = "云泽市住房和城乡建设局2023年政府信息公开工作年度报告";
const FILE: (&str, &[u8]) = ("各单位/年报.xlsx", SAMPLE);

/// Sends a request as a host does.
fn sent(mut header: Value, files: &[(&str, &[u8])]) -> (Value, Vec<Vec<u8>>) {
    header["files"] = files.iter().map(|(name, bytes)| json!({ "name": name, "bytes": bytes.len() })).collect();
    let line = header.to_string();
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| *bytes).collect();
    split(&answered(&[line.as_bytes(), b"\n", &bytes.concat()].concat()))
}

/// The line of an answer and its files.
fn split(answer: &[u8]) -> (Value, Vec<Vec<u8>>) {
    let end = answer.iter().position(|b| *b == b'\n').expect("a line");
    let line: Value = serde_json::from_slice(&answer[..end]).expect("JSON");
    let mut rest = &answer[end + 1..];
    let sizes = line["files"].as_array().expect("files").iter().map(|f| f["bytes"].as_u64().expect("bytes") as usize);
    let files = sizes.map(|size| {
        let (own, behind) = rest.split_at(size);
        rest = behind;
        own.to_vec()
    });
    let files = files.collect();
    assert!(rest.is_empty());
    (line, files)
}

/// Asks an engine that has its faces, and expects an answer.
fn ask(header: Value, files: &[(&str, &[u8])]) -> (Value, Vec<Vec<u8>>) {
    static FACES: LazyLock<()> = LazyLock::new(|| {
        let fonts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../fonts");
        let style = nianbao::style::Style::default();
        let names: BTreeSet<&str> = style.face.roles().into_iter().map(|(_, name)| name).collect();
        let read: Vec<Vec<u8>> = names.iter().map(|name| std::fs::read(fonts.join(name)).expect(name)).collect();
        let files: Vec<(&str, &[u8])> = names.into_iter().zip(read.iter().map(Vec::as_slice)).collect();
        assert_eq!(sent(json!({ "ask": "faces" }), &files).0["fault"], Value::Null);
    });
    LazyLock::force(&FACES);
    let (answer, files) = sent(header, files);
    assert_eq!(answer["fault"], Value::Null);
    (answer, files)
}

fn names(answer: &Value) -> Vec<&str> {
    answer["files"].as_array().expect("files").iter().filter_map(|f| f["name"].as_str()).collect()
}

fn record(file: (&str, &[u8])) -> Value {
    ask(json!({ "ask": "examine" }), &[file]).0["result"]["record"].clone()
}

#[test]
fn a_file_has_a_record_and_its_tables_with_the_findings_at_their_cells() {
    let (answer, _) = ask(json!({ "ask": "examine" }), &[FILE]);
    let (record, tables) = (&answer["result"]["record"], answer["result"]["tables"].as_array().expect("tables"));
    assert_eq!((&record["file"], &record["year"]), (&json!("各单位/年报.xlsx"), &json!(2023)));
    assert_eq!(tables.len(), 3);
    let cells =
        tables.iter().flat_map(|t| t["rows"].as_array().expect("rows")).flat_map(|r| r.as_array().expect("cells"));
    let values: Vec<&Value> = cells.filter(|c| c["is_label"] == false).collect();
    assert!(values.len() > 150 && values.iter().all(|c| c["findings"].is_array()), "{}", values.len());
    assert!(values.iter().any(|c| c["place"].as_str().is_some_and(|p| p.contains('!') || p.contains('”'))));
    let none = record_of_none();
    assert_eq!((&none["status"], none["findings"].as_array().map(Vec::len)), (&json!("failed"), Some(1)));
}

#[test]
fn what_a_folder_holds_beside_workbooks_is_skipped() {
    let beside = record(("各单位/照片.jpg", b"\xff\xd8\xff\xe0"));
    assert_eq!((&beside["status"], &beside["findings"][0]["code"]), (&json!("skipped"), &json!("I102")));
}

/// Whether this build has faces of its own, as it has together with the command line.
fn has_own_faces() -> bool {
    engine().is_ok_and(|engine| engine.setting().faces.has_rare())
}

fn record_of_none() -> Value {
    record(("x.xlsx", b"no workbook"))
}

#[test]
fn a_report_comes_in_the_formats_asked_for_and_under_its_own_name() {
    let (answer, files) = ask(json!({ "ask": "produce", "formats": ["csv", "JSON"] }), &[FILE]);
    assert_eq!(names(&answer), [format!("{NAME}.csv"), format!("{NAME}.json")]);
    assert!(files.iter().all(|f| f.len() > 1000));
}

#[test]
fn a_rare_character_is_for_the_program_and_not_to_be_replaced() {
    let (_, files) = ask(json!({ "ask": "produce", "formats": ["json"] }), &[FILE]);
    let json = String::from_utf8(files[0].clone()).expect("text").replace("老旧小区", "老𪚥小区");
    let findings = record(("报告.json", json.as_bytes()))["findings"].clone();
    if has_own_faces() {
        assert!(!findings.to_string().contains("F701"), "{findings}");
        return;
    }
    let rare = findings.as_array().expect("findings").iter().find(|f| f["code"] == "F701").expect("F701").clone();
    assert!(rare["hint"].as_str().is_some_and(|hint| hint.contains("用程序转换")), "{rare}");
}

#[test]
fn a_rehearsal_leaves_nothing_behind() {
    let (answer, files) = ask(json!({ "ask": "rehearse" }), &[]);
    assert_eq!((&answer["result"], files.len()), (&Value::Null, 0));
}

#[test]
fn a_package_is_made_if_the_record_allows_it_and_bundles_have_an_index() {
    let (answer, files) = ask(json!({ "ask": "package", "record": record(FILE) }), &[FILE]);
    let names = names(&answer);
    assert_eq!((names.len(), names.last()), (10, Some(&&*format!("{NAME}.zip"))));
    let within: Vec<(&str, &[u8])> =
        names.iter().copied().zip(files.iter().map(Vec::as_slice)).filter(|(name, _)| name.contains('/')).collect();
    let (answer, zips) = ask(json!({ "ask": "bundle" }), &within);
    assert_eq!(answer["files"][0]["media_type"], "application/zip");
    let has = |name: &str| zips[0].windows(name.len()).any(|w| w == name.as_bytes());
    assert!(has("index.html") && has(&format!("{NAME}/{NAME}.pdf")));
    // What another year contradicts is in the record only.
    let mut blocked = record(FILE);
    let mut other = blocked.clone();
    other["sha256"] = json!("0");
    for ask in ["package", "mark"] {
        let (answer, _) = sent(json!({ "ask": ask, "record": other }), &[FILE]);
        assert!(answer["fault"].to_string().contains("不是同一份"), "{answer}");
    }
    blocked["findings"] = json!([{ "code": "Y403", "severity": "error", "message": "有两份", "related": [] }]);
    let (answer, files) = ask(json!({ "ask": "package", "record": blocked }), &[FILE]);
    let codes = answer["result"]["findings"].as_array().expect("findings").iter().map(|f| f["code"].clone());
    assert!(files.is_empty() && codes.collect::<Vec<_>>().contains(&json!("B902")), "{answer}");
}

#[test]
fn files_are_judged_together_and_shown_on_one_page() {
    let other = ("再交一次.xlsx", SAMPLE);
    let records = json!([record(FILE), record(other), record_of_none()]);
    let list = "云泽市住房和城乡建设局\n云泽市水利局\n";
    let (answer, _) = ask(json!({ "ask": "conclude", "records": records, "units": list }), &[]);
    let result = &answer["result"];
    assert!(result["records"][0]["findings"].to_string().contains("Y403"), "{result}");
    assert_eq!(
        (&result["units"]["units"][0]["state"], &result["units"]["units"][1]["state"]),
        (&json!("submitted"), &json!("missing"))
    );
    let aliases = "\"云泽市水利局\" = [\"云泽市住房和城乡建设局\"]";
    let (renamed, _) =
        ask(json!({ "ask": "conclude", "records": [record(FILE)], "units": list, "aliases": aliases }), &[]);
    assert_eq!(renamed["result"]["units"]["summary"], "应报 1 个单位：交了 1 个");
    let (faulty, _) = sent(json!({ "ask": "conclude", "records": records, "aliases": "水利局" }), &[]);
    assert!(faulty["fault"].to_string().contains("别名文件"), "{faulty}");
    let request = json!({ "ask": "conclude", "records": records, "publishing": true });
    assert_eq!(ask(request, &[]).0["result"]["records"][0]["status"], "failed");
    let request = json!({ "ask": "findings_page", "records": result["records"] });
    let (answer, files) = ask(request, &[FILE, other, ("x.xlsx", b"no workbook")]);
    assert_eq!(names(&answer), ["检查结果.html"]);
    assert!(String::from_utf8_lossy(&files[0]).contains("再交一次.xlsx"));
}

#[test]
fn reports_are_summed_with_the_list_or_it_is_said_why_not() {
    let other = include_bytes!("../../../samples/老城区科学技术局-2024.xlsx");
    let (other, broken) = (("老城区.xlsx", other.as_slice()), ("x.xlsx", &b"no workbook"[..]));
    let records = json!([record(FILE), record(other), record_of_none()]);
    let list = "云泽市住房和城乡建设局\n云泽市水利局\n";
    let request = json!({ "ask": "sum", "records": records, "year": 2023, "agency": " 云泽市 ", "units": list });
    let (answer, files) = ask(request, &[FILE, other, broken]);
    assert_eq!(names(&answer), ["2023年汇总.xlsx"]);
    assert_eq!(
        answer["result"]["sentence"],
        "汇总了 1 个单位，1 个缺报，1 份读不了或不能确定，没有汇总，1 份是其他年度的，没有汇总"
    );
    assert_eq!(record(("汇总.xlsx", &files[0]))["agency"], "云泽市");
    let renamed = json!({
        "ask": "sum", "records": [record(FILE)], "year": 2023, "units": "云泽市住建局",
        "aliases": "\"云泽市住建局\" = [\"云泽市住房和城乡建设局\"]",
    });
    assert_eq!(ask(renamed, &[FILE]).0["result"]["sentence"], "汇总了 1 个单位");
    let twice = json!({ "ask": "sum", "records": [record(FILE), record(FILE)], "year": null });
    let (answer, files) = ask(twice, &[FILE, FILE]);
    assert!(files.is_empty() && answer["result"]["findings"].to_string().contains("A802"), "{answer}");
}

#[test]
fn a_marked_copy_and_the_blank_template_are_workbooks() {
    let (answer, files) = ask(json!({ "ask": "mark", "record": record(FILE) }), &[FILE]);
    assert_eq!((names(&answer), files[0].starts_with(b"PK")), (vec!["年报-标注.xlsx"], true));
    let about = ask(json!({ "ask": "about" }), &[]).0;
    for edition in about["result"]["editions"].as_array().expect("editions") {
        let (answer, files) = ask(json!({ "ask": "template", "edition": edition["id"] }), &[]);
        let status = record((names(&answer)[0], &files[0]))["status"].clone();
        assert_eq!(status, "skipped", "a blank template is not a report");
    }
    assert_eq!(about["result"]["rules"].as_array().map(Vec::len), Some(nianbao::rules::all().len()));
}

/// A mail with this attachment.
fn mail(attachment: &str) -> Vec<u8> {
    let fields = "From: a@b.cn\r\nTo: c@d.cn\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n";
    format!("{fields}--x\r\n{attachment}\r\n--x--\r\n").into_bytes()
}

#[test]
fn a_mail_becomes_the_files_in_it() {
    let may = |bytes: &[u8]| ask(json!({ "ask": "may_unpack" }), &[("来信.eml", bytes)]).0["result"].clone();
    let unpack = |bytes: &[u8]| ask(json!({ "ask": "examine" }), &[("信/来信.eml", bytes)]);
    let report = mail("Content-Type: application/json; name=a.json\r\n\r\n{\"a\": 1}");
    assert_eq!((may(&report), may(&SAMPLE[..4096])), (json!(true), json!(false)));
    let (answer, files) = unpack(&report);
    assert_eq!((names(&answer), files[0].as_slice()), (vec!["信/来信.eml/a.json"], &b"{\"a\": 1}"[..]));
    assert_eq!(answer["result"], json!({ "is_container": true, "records": [] }));
    let none = unpack(&mail("Content-Type: text/plain\r\n\r\nhello")).0;
    assert_eq!((&none["result"]["records"][0]["status"], names(&none).len()), (&json!("skipped"), 0));
    let cut = unpack(&report[..report.len() - 10]).0;
    assert_eq!(cut["result"]["records"][0]["status"], "failed");
    assert_eq!(cut["result"]["records"][0]["file"], "信/来信.eml");
}

#[test]
fn a_report_alone_is_concluded_as_a_run_of_one() {
    let seen = ask(json!({ "ask": "examine" }), &[FILE]).0["result"].clone();
    let together = ask(json!({ "ask": "conclude", "records": [seen["record"]] }), &[]).0;
    assert_eq!(seen["alone"], together["result"]);
}

#[test]
fn what_is_larger_than_a_workbook_may_be_is_refused_unless_it_is_an_archive() {
    let large = vec![b'x'; 33 << 20];
    let refused = record(("大.xlsx", &large));
    assert_eq!((&refused["status"], &refused["findings"][0]["code"]), (&json!("failed"), &json!("I101")), "{refused}");
}

#[test]
fn what_is_no_request_is_answered_with_why() {
    let faults = [
        ("{\"ask\":\"produce\",\"formats\":[\"odt\"],\"files\":[{\"name\":\"x\",\"bytes\":0}]}\n", "odt"),
        ("{", "首行"),
        ("{\n", "读不懂"),
        ("[1]\n", "读不懂"),
        ("{\"ask\":\"dance\"}\n", "读不懂"),
        ("{\"ask\":\"examine\"}\n", "1 个文件"),
        ("{\"ask\":\"examine\",\"files\":[{\"name\":\"甲.xlsx\",\"bytes\":4}]}\nabc", "没有送全"),
        ("{\"ask\":\"about\"}\nabc", "比说的长"),
        ("{\"ask\":\"template\",\"edition\":\"1999\"}\n", "1999"),
    ];
    ask(json!({ "ask": "about" }), &[]);
    // With the command line in the same build the faces are in the program, and no file of them is missing.
    let no_faces = if has_own_faces() { "已经给过" } else { "没有这个文件" };
    for (request, why) in faults.into_iter().chain([("{\"ask\":\"faces\"}\n", no_faces)]) {
        let fault = split(&answered(request.as_bytes())).0["fault"].clone();
        assert!(fault.as_str().is_some_and(|f| f.contains(why)), "{request}: {fault}");
    }
}
