use std::io::{Cursor, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::GBK;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// An entry as it is written, byte by byte.
struct Raw<'r> {
    name: &'r [u8],
    content: &'r [u8],
    flags: u16,
    method: u16,
    /// The name in the header, if it differs from that in the directory.
    header_name: Option<&'r [u8]>,
    extra: Vec<u8>,
}

fn raw<'r>(name: &'r [u8], content: &'r [u8]) -> Raw<'r> {
    Raw { name, content, flags: 0, method: 0, header_name: None, extra: Vec::new() }
}

/// A zip of stored entries.
fn written(entries: &[Raw<'_>]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for e in entries {
        let offset = out.len() as u32;
        let (size, checksum) = ((e.content.len() as u32).to_le_bytes(), libdeflater::crc32(e.content).to_le_bytes());
        let common = |name: &[u8], extra: usize| {
            let mut fields = Vec::new();
            fields.extend_from_slice(&20u16.to_le_bytes());
            fields.extend_from_slice(&e.flags.to_le_bytes());
            fields.extend_from_slice(&e.method.to_le_bytes());
            fields.extend_from_slice(&[0; 4]);
            fields.extend_from_slice(&[checksum, size, size].concat());
            fields.extend_from_slice(&(name.len() as u16).to_le_bytes());
            fields.extend_from_slice(&(extra as u16).to_le_bytes());
            fields
        };
        let own = e.header_name.unwrap_or(e.name);
        out.extend_from_slice(b"PK\x03\x04");
        out.extend(common(own, 0));
        out.extend_from_slice(&[own, e.content].concat());
        directory.extend_from_slice(b"PK\x01\x02\x14\0");
        directory.extend(common(e.name, e.extra.len()));
        directory.extend_from_slice(&[0; 10]);
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(&[e.name, &e.extra].concat());
    }
    let (at, count) = (out.len() as u32, entries.len() as u16);
    out.extend_from_slice(&directory);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    out.extend_from_slice(&[count.to_le_bytes(), count.to_le_bytes()].concat());
    out.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    out.extend_from_slice(&at.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

fn zipped(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// What stands for a workbook here: a package that is no container.
fn book(word: &str) -> Vec<u8> {
    zipped(
        &[("[Content_Types].xml", word.as_bytes()), ("xl/workbook.xml", b"<workbook/>")],
        CompressionMethod::Deflated,
    )
}

fn listed(bytes: &[u8]) -> Vec<(String, Result<(), String>)> {
    let state = |m: Member| match m.state {
        MemberState::File => (m.path, Ok(())),
        MemberState::PassedOver(why) => (m.path, Err(why.to_owned())),
        MemberState::Refused(e) | MemberState::Closed(e) => (m.path, Err(e.to_string())),
    };
    members(bytes, &Limits::default()).unwrap().into_iter().map(state).collect()
}

fn paths(bytes: &[u8]) -> Vec<String> {
    listed(bytes).into_iter().map(|(path, state)| state.map(|()| path).unwrap()).collect()
}

/// Why the only member is refused.
fn refusal(bytes: &[u8]) -> String {
    let mut all = listed(bytes);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0).1.unwrap_err()
}

fn fault(bytes: &[u8], limits: &Limits) -> String {
    members(bytes, limits).unwrap_err().to_string()
}

fn mail(fields: &str, body: &str) -> Vec<u8> {
    format!("From: a@b.cn\r\nTo: c@d.cn\r\nSubject: x\r\nMIME-Version: 1.0\r\n{fields}\r\n\r\n{body}").into_bytes()
}

/// A part with an attachment in base64.
fn part(fields: &str, content: &[u8]) -> String {
    let letters = STANDARD.encode(content);
    let lines: Vec<&str> = letters.as_bytes().chunks(76).map(|l| std::str::from_utf8(l).unwrap()).collect();
    format!("{fields}\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n", lines.join("\r\n"))
}

fn mixed(parts: &[String]) -> Vec<u8> {
    bounded("=_x", parts)
}

fn bounded(boundary: &str, parts: &[String]) -> Vec<u8> {
    let body: String = parts.iter().map(|p| format!("--{boundary}\r\n{p}\r\n")).collect();
    let fields = format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"");
    mail(&fields, &format!("正文之前\r\n{body}--{boundary}--\r\n"))
}

const XLSX: &str = "Content-Type: application/octet-stream";

#[test]
fn an_archive_lists_its_files_in_its_own_order_and_gives_them_back() {
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let (a, b) = (book("甲"), book("乙"));
        let zip = zipped(&[("乙/年报.xlsx", &b), ("甲\\年报.xlsx", &a), ("说明.txt", b"x"), ("空/", b"")], method);
        assert_eq!(kind(&zip), Some(ContainerKind::Archive));
        assert_eq!(paths(&zip), ["乙/年报.xlsx", "甲/年报.xlsx", "说明.txt"]);
        let all = members(&zip, &Limits::default()).unwrap();
        assert_eq!(all, members(&zip, &Limits::default()).unwrap());
        assert_eq!(member(&zip, &all[1].place, &Limits::default()).unwrap(), a);
        assert_eq!((all[0].folder.as_str(), all[2].folder.as_str()), ("乙", ""));
    }
}

#[test]
fn workbooks_and_other_documents_are_no_containers() {
    assert_eq!(kind(&book("甲")), None);
    assert!(!may_be_container(&book("甲")));
    let ods = zipped(&[("mimetype", b"x"), ("content.xml", b"x")], CompressionMethod::Stored);
    let later = zipped(&[("docProps/app.xml", b"x"), ("word/document.xml", b"x")], CompressionMethod::Stored);
    assert_eq!((kind(&ods), kind(&later)), (None, None));
    // A folder of that name makes no document.
    let folder = zipped(&[("word/年报.xlsx", &book("甲"))], CompressionMethod::Stored);
    assert_eq!(kind(&folder), Some(ContainerKind::Archive));
    for text in ["{\"a\":1}", "From the\nstart", "甲：乙\n", "a,b\n1,2\n", "", "Subject: only\n\nx"] {
        assert_eq!(kind(text.as_bytes()), None, "{text}");
    }
    // Excel's workbook in one file for the web.
    assert_eq!(
        kind(b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary=x\r\n\r\n"),
        None
    );
}

#[test]
fn what_may_be_no_container_by_its_beginning_is_none() {
    let archive = zipped(&[("甲.xlsx", b"a")], CompressionMethod::Stored);
    let document = zipped(&[("[Content_Types].xml", b"")], CompressionMethod::Stored);
    // The directory at the end lists nothing of the document at the beginning.
    let both = [document, archive].concat();
    assert!(!may_be_container(&both));
    assert_eq!(kind(&both), None);
}

#[test]
fn names_are_read_in_the_encoding_of_their_archiver() {
    let (gbk, ..) = GBK.encode("市局/年报.xlsx");
    let unicode = |name: &[u8], given: &str| {
        let field = [&[1][..], &libdeflater::crc32(name).to_le_bytes(), given.as_bytes()].concat();
        [&0x7075u16.to_le_bytes()[..], &(field.len() as u16).to_le_bytes(), &field].concat()
    };
    assert_eq!(paths(&written(&[raw(&gbk, b"x")])), ["市局/年报.xlsx"]);
    assert_eq!(paths(&written(&[Raw { flags: 0x800, ..raw("年报.xlsx".as_bytes(), b"x") }])), ["年报.xlsx"]);
    let with_field = |field: Vec<u8>| paths(&written(&[Raw { extra: field, ..raw(b"??.xlsx", b"x") }]));
    assert_eq!(with_field(unicode(b"??.xlsx", "年报.xlsx")), ["年报.xlsx"]);
    assert_eq!(with_field(unicode(b"renamed.xlsx", "年报.xlsx")), ["__.xlsx"]);
}

#[test]
fn what_two_programs_could_read_differently_is_refused() {
    let twice = written(&[raw(b"a.xlsx", b"1"), raw(b"a.xlsx", b"2"), raw(b"b.xlsx", b"3")]);
    let states: Vec<bool> = listed(&twice).into_iter().map(|(_, state)| state.is_ok()).collect();
    assert_eq!(states, [false, false, true]);
    assert!(listed(&twice)[0].1.as_ref().unwrap_err().contains("同名"));
    let other = written(&[Raw { header_name: Some(b"b.xlsx"), ..raw(b"a.xlsx", b"1") }]);
    assert!(refusal(&other).contains("不一致"));
    // Both entries lie at the offset of the first.
    let mut shared = written(&[raw(b"a.xlsx", b"12"), raw(b"b.xlsx", b"12")]);
    let second = shared.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
    shared[second + 42..second + 46].copy_from_slice(&[0; 4]);
    assert!(fault(&shared, &Limits::default()).contains("同一段"));
    // The end states fewer entries than the directory has.
    let mut fewer = written(&[raw(b"a.xlsx", b"1"), raw(b"b.xlsx", b"2")]);
    let end = fewer.windows(4).rposition(|w| w == b"PK\x05\x06").unwrap();
    fewer[end + 10] = 1;
    assert!(fault(&fewer, &Limits::default()).contains("读不出来"));
}

#[test]
fn entries_that_cannot_be_read_say_why() {
    for name in ["../a.xlsx", "/a.xlsx", "C:\\a.xlsx", "a\0.xlsx"] {
        assert!(refusal(&written(&[raw(name.as_bytes(), b"x")])).contains("名称"), "{name}");
    }
    let locked = |name| Raw { flags: 1, ..raw(name, b"x") };
    assert_eq!(
        fault(&written(&[locked(b"a.xlsx"), locked(b"b.xlsx")]), &Limits::default()),
        ImportError::Locked.to_string()
    );
    let some = listed(&written(&[locked(b"a.xlsx"), raw(b"b.xlsx", b"x")]));
    assert!(some[0].1.as_ref().unwrap_err().contains("密码") && some[1].1.is_ok());
    // Deflate64.
    assert!(refusal(&written(&[Raw { method: 9, ..raw(b"a.xlsx", b"x") }])).contains("压缩方式"));
    let zip = zipped(&[("a.xlsx", &book("甲"))], CompressionMethod::Stored);
    let mut spoiled = zip.clone();
    spoiled[60] ^= 1;
    assert!(member(&spoiled, &[0], &Limits::default()).unwrap_err().to_string().contains("读不出来"));
    assert!(member(&zip, &[7], &Limits::default()).is_err() && member(&zip, &[], &Limits::default()).is_err());
}

#[test]
fn what_nobody_hands_in_is_passed_over() {
    let names: [&str; 7] = [
        "__MACOSX/._年报.xlsx",
        ".DS_Store",
        "甲/Thumbs.db",
        "~$年报.xlsx",
        ".隐藏.xlsx",
        ".git/年报.xlsx",
        "年报.xlsx",
    ];
    let zip = zipped(&names.map(|name| (name, &b"x"[..])), CompressionMethod::Stored);
    let all = listed(&zip);
    let of = |ok: bool| all.iter().filter(|(_, s)| s.is_ok() == ok).map(|(p, _)| p.as_str()).collect::<Vec<_>>();
    assert_eq!(of(true), ["年报.xlsx"]);
    assert_eq!(of(false), ["~$年报.xlsx", ".隐藏.xlsx", ".git/年报.xlsx"]);
}

#[test]
fn containers_lie_in_each_other_to_a_stated_depth() {
    let mut bytes = book("甲");
    let mut name = "年报.xlsx".to_owned();
    for level in 1..=4 {
        bytes = zipped(&[(&name, &bytes)], CompressionMethod::Deflated);
        let all = members(&bytes, &Limits::default()).unwrap();
        assert_eq!((all.len(), all[0].place.len()), (1, level));
        assert_eq!(member(&bytes, &all[0].place, &Limits::default()).unwrap(), book("甲"));
        name = format!("第{level}层.zip");
    }
    let all = members(&bytes, &Limits::default()).unwrap();
    assert_eq!(all[0].path, "第3层.zip/第2层.zip/第1层.zip/年报.xlsx");
    assert_eq!(all[0].folder, "第3层/第2层/第1层");
    bytes = zipped(&[(&name, &bytes)], CompressionMethod::Deflated);
    let all = members(&bytes, &Limits::default()).unwrap();
    assert!(matches!(&all[0].state, MemberState::Closed(e) if e.to_string().contains("4 层")), "{all:?}");
    // A damaged one does not hide the others.
    let inner = zipped(&[("年报.xlsx", &book("甲"))], CompressionMethod::Stored);
    let cut = &inner[..inner.len() - 30];
    let zip = zipped(&[("坏.zip", cut), ("好.zip", &inner)], CompressionMethod::Stored);
    let all = members(&zip, &Limits::default()).unwrap();
    assert!(matches!(&all[0].state, MemberState::Closed(_)) && all[1].path == "好.zip/年报.xlsx", "{all:?}");
    read_all(&zip);
}

#[test]
fn archives_that_grow_without_bounds_cost_little() {
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits { file_bytes: 4 << 20, ..Limits::default() };
        change(&mut limits);
        limits
    };
    let zeros = vec![0; 3 << 20];
    let one = zipped(&[("a.xlsx", &zeros)], CompressionMethod::Deflated);
    let three = zipped(&[("a.xlsx", &zeros), ("b.xlsx", &zeros), ("c.xlsx", &zeros)], CompressionMethod::Deflated);
    assert!(members(&one, &limits(|_| ())).is_ok());
    assert!(fault(&three, &limits(|_| ())).contains("不合常理"));
    assert!(fault(&three, &limits(|l| (l.file_bytes, l.unpacked_bytes) = (20 << 20, 8 << 20))).contains("8 MB"));
    assert!(fault(&three, &limits(|l| l.members = 2)).contains("2 个"));
    // A file that is too large is not inflated, and the others are read.
    let small = limits(|l| l.file_bytes = 1 << 20);
    let all = members(&zipped(&[("a.xlsx", &zeros), ("b.xlsx", b"x")], CompressionMethod::Deflated), &small).unwrap();
    assert!(matches!(all[0].state, MemberState::Refused(_)) && all[1].state == MemberState::File, "{all:?}");
    assert!(content(&one, 0, 1 << 20, &small).unwrap_err().to_string().contains("文件大小"));
}

#[test]
fn a_mail_gives_its_workbooks_under_their_names() {
    let book = book("甲");
    let word = |charset: &str, bytes: &[u8]| format!("=?{charset}?B?{}?=", STANDARD.encode(bytes));
    let (gbk, ..) = GBK.encode("某局年报.xlsx");
    let named = |fields: String| paths(&mixed(&[part(&format!("{XLSX}{fields}"), &book)]));
    for charset in ["gb2312", "GBK", "gb18030"] {
        assert_eq!(named(format!(";\r\n\tname=\"{}\"", word(charset, &gbk))), ["某局年报.xlsx"], "{charset}");
    }
    let disposition = |value: &str| format!("\r\nContent-Disposition: attachment; {value}");
    let percent: String = gbk.iter().map(|b| format!("%{b:02X}")).collect();
    assert_eq!(named(disposition(&format!("filename*=GBK''{percent}"))), ["某局年报.xlsx"]);
    assert_eq!(
        named(disposition("filename*0*=UTF-8''%E6%9F%90;\r\n filename*1*=%E5%B1%80;\r\n filename*2=\".xlsx\"")),
        ["某局.xlsx"]
    );
    assert_eq!(
        named(disposition(&format!("filename=\"{}\"", word("utf-8", "某局年报.xlsx".as_bytes())))),
        ["某局年报.xlsx"]
    );
    assert_eq!(named(disposition("filename=\"D:\\\\a\\\\b.xlsx\"")), ["b.xlsx"]);
    // Cut in the middle of a character.
    let cut = format!("filename*0*=GBK''{};\r\n filename*1*={}", &percent[..3], &percent[3..]);
    assert_eq!(named(disposition(&cut)), ["某局年报.xlsx"]);
    let cut = format!(";\r\n name=\"{}\r\n {}\"", word("gb2312", &gbk[..3]), word("gb2312", &gbk[3..]));
    assert_eq!(named(cut), ["某局年报.xlsx"]);
    // A name that cannot be decoded is not guessed.
    assert_eq!(named(format!("; name=\"{}\"", word("utf-8", b"\xFF\xFF.xlsx"))), ["附件.xlsx"]);
    assert_eq!(named(String::new()), ["附件1"]);
    // As old programs wrote them: bytes in GBK.
    let mut plain = mixed(&[part(&format!("{XLSX}; name=\"@@\""), &book)]);
    let at = plain.windows(2).position(|w| w == b"@@").unwrap();
    plain.splice(at..at + 2, gbk.iter().copied());
    assert_eq!(paths(&plain), ["某局年报.xlsx"]);
    // Two of one name are two attachments.
    let twice = vec![part(&format!("{XLSX}; name=a.xlsx"), &book); 2];
    assert_eq!(paths(&mixed(&twice)), ["a.xlsx", "a（2）.xlsx"]);
    for place in [0, 1] {
        assert_eq!(member(&mixed(&twice), &[place], &Limits::default()).unwrap(), book);
    }
}

#[test]
fn the_rest_of_a_mail_is_omitted() {
    let book = book("甲");
    let text = "Content-Type: text/plain; charset=gbk\r\n\r\n请查收\r\n".to_owned();
    let logo =
        part("Content-Type: image/png; name=logo.png\r\nContent-ID: <a>\r\nContent-Disposition: inline", b"\x89PNG");
    let signature = part("Content-Type: application/pkcs7-signature; name=smime.p7s", b"0\x82");
    let pdf = part("Content-Type: application/pdf; name=a.pdf", b"%PDF-1.7");
    let inner =
        format!("Content-Type: multipart/related; boundary=y\r\n\r\n--y\r\n{text}\r\n--y\r\n{logo}\r\n--y--\r\n");
    let whole = [inner, part(&format!("{XLSX}; name=年报.xlsx"), &book), pdf.clone(), signature];
    assert_eq!(paths(&mixed(&whole)), ["年报.xlsx"]);
    // A table in a format that is not read is named, the text of a mail that looks like one is not.
    let table = "a,b\r\n1,2\r\n3,4";
    let tables = [
        format!("Content-Type: text/plain\r\n\r\n{table}"),
        part("Content-Type: text/plain; name=a.txt", table.as_bytes()),
    ];
    assert_eq!(paths(&mixed(&tables)), ["a.txt"]);
    assert!(fault(&mixed(&[text.clone(), logo, pdf]), &Limits::default()).contains("没有附工作簿"));
    assert!(fault(&mail("Content-Type: text/plain", "请查收"), &Limits::default()).contains("没有附工作簿"));
    // A mail that is a single attachment, one in another mail, and one in an archive.
    let single = [mail(XLSX, "")[..mail(XLSX, "").len() - 4].to_vec(), part("\r\nX-A: b", &book).into_bytes()].concat();
    assert_eq!(paths(&single), ["附件1"]);
    let forwarded = format!("Content-Type: message/rfc822\r\n\r\n{}", String::from_utf8(mixed(&whole)).unwrap());
    let outer = bounded("=_y", &[text, forwarded]);
    assert_eq!(paths(&outer), ["附件2.eml/年报.xlsx"]);
    let zip = zipped(&[("甲/来信.eml", &mixed(&whole))], CompressionMethod::Deflated);
    let all = members(&zip, &Limits::default()).unwrap();
    assert_eq!((all[0].path.as_str(), all[0].folder.as_str()), ("甲/来信.eml/年报.xlsx", "甲"));
    assert_eq!(member(&zip, &all[0].place, &Limits::default()).unwrap(), book);
}

#[test]
fn attachments_that_cannot_be_had_say_why() {
    let whole = mixed(&[part(&format!("{XLSX}; name=a.xlsx"), &book("甲"))]);
    let cut = &whole[..whole.len() - 12];
    assert!(fault(cut, &Limits::default()).contains("不完整"));
    let text = String::from_utf8(whole.clone()).unwrap();
    let spoiled = text.replacen("UEs", "U*s", 1);
    assert!(refusal(spoiled.as_bytes()).contains("编码有错"));
    assert!(refusal(text.replace("base64", "uuencode").as_bytes()).contains("编码方式"));
    let locked = mixed(&[part("Content-Type: application/pkcs7-mime; name=smime.p7m", b"0\x82")]);
    assert!(fault(&locked, &Limits::default()).contains("加密"));
    let ends: String = (0..40).rev().map(|i| format!("\r\n--b{i}--\r\n")).collect();
    let nested: String =
        (0..40).map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n")).collect();
    let bytes = format!("From: a\r\nTo: b\r\nDate: c\r\n{nested}\r\nx{ends}");
    assert!(fault(bytes.as_bytes(), &Limits::default()).contains("太深"));
    let many: String = (0..600).map(|_| "--x\r\n\r\ny\r\n".to_owned()).collect();
    let many = mail("Content-Type: multipart/mixed; boundary=x", &format!("{many}--x--"));
    assert!(fault(&many, &Limits::default()).contains("太多"));
    // What Outlook and other archivers pack is wanted, and its own reading says what to do.
    for start in [&b"\x78\x9F\x3E\x22"[..], b"Rar!\x1A\x07\x01\x00", b"7z\xBC\xAF\x27\x1C"] {
        let all = paths(&mixed(&[part("Content-Type: application/ms-tnef; name=winmail.dat", start)]));
        assert_eq!(all, ["winmail.dat"]);
        assert!(crate::import::kind(start, &Limits::default()).unwrap_err().is_submission());
    }
}

/// Reads a container and all its members: it comes to an end, and one by one they are the same as all at once.
fn read_all(bytes: &[u8]) {
    let limits = Limits::default();
    let one_by_one = members(bytes, &limits).map(|all| {
        let content = |m: &Member| (m.state == MemberState::File).then(|| member(bytes, &m.place, &limits));
        all.into_iter().map(|m| (m.clone(), content(&m))).collect::<Vec<_>>()
    });
    assert_eq!(one_by_one, unpacked(bytes, &limits));
}

#[test]
fn spoiled_containers_are_read_to_an_end() {
    let (gbk, ..) = GBK.encode("年报.xlsx");
    let word = format!("{XLSX}; name=\"=?gb2312?B?{}?=\"", STANDARD.encode(&gbk));
    let inner =
        mixed(&[part(&word, b"{\"a\": 1}"), part(&format!("{XLSX}; filename*0*=GBK''%C4; x=y"), b"Rar!\x1A\x07")]);
    let zip = zipped(&[("甲/a.eml", &inner), ("b.xlsx", b"PK\x03\x04x")], CompressionMethod::Deflated);
    let stored = zipped(&[("a.eml", &inner), ("c.zip", &zip)], CompressionMethod::Stored);
    for sound in [&inner, &zip, &stored] {
        read_all(sound);
        for cut in 0..sound.len() {
            read_all(&sound[..cut]);
        }
        // A small generator of pseudorandom numbers: the same changes in every run.
        let mut seed = 1u64;
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for _ in 0..3000 {
            let mut spoiled = sound.clone();
            for _ in 0..=next(3) {
                let at = next(spoiled.len());
                spoiled[at] = [0, 0xFF, b'=', b'?', b'"', b'*', b';', b'\n', b'-', next(256) as u8][next(10)];
            }
            read_all(&spoiled);
        }
    }
}
