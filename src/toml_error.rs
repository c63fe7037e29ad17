//! TOML errors as Chinese sentences with line numbers, since users write such files by hand.

/// One Chinese sentence for an error in `text`, with its line if the parser gives a position.
pub fn sentence(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|s| text.get(..s.start));
    let Some(before) = before else { return meaning(error.message()).unwrap_or_else(|| "写法不对".to_owned()) };
    let line = before.matches('\n').count() + 1;
    match meaning(error.message()) {
        Some(meaning) => format!("第 {line} 行：{meaning}"),
        // The parser explains itself in English only; the position is usually enough.
        None => {
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let of_line = text.lines().nth(line - 1).unwrap_or_default();
            let hint = if of_line.contains(['“', '”', '‘', '’', '＝', '＂']) {
                "引号和等号要用英文的 \" 和 ="
            } else {
                "请核对引号、括号、等号和日期"
            };
            format!("第 {line} 行第 {column} 列写法不对，{hint}")
        }
    }
}

/// The meaning of a message in Chinese; `None` for messages that need knowledge of TOML.
fn meaning(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let first = quoted.next().unwrap_or_default();
    let others: Vec<&str> = quoted.collect();
    if message.starts_with("unknown field") {
        Some(format!("没有“{first}”这一项，可以写 {}", others.join("、")))
    } else if message.starts_with("unknown variant") {
        Some(format!("不能写“{first}”，可以写 {}", others.join("、")))
    } else if message.starts_with("missing field") {
        Some(format!("缺少“{first}”这一项"))
    } else if message.starts_with("duplicate key") {
        Some("这一项前面已经写过，请只留一处".to_owned())
    } else if message.starts_with("invalid type") {
        Some("内容的种类不对：数字不加引号，文字要加引号".to_owned())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_chinese_input_are_named() {
        let message = |text: &str| sentence(&text.parse::<toml::Table>().unwrap_err(), text);
        assert_eq!(message("a = 1\nb = “乙”\n"), "第 2 行第 5 列写法不对，引号和等号要用英文的 \" 和 =");
        assert!(message("a ＝ 1\n").contains("要用英文的"), "{}", message("a ＝ 1\n"));
        assert!(
            message("d = 2025-02-30\n").contains("请核对引号、括号、等号和日期"),
            "{}",
            message("d = 2025-02-30\n")
        );
    }
}
