//! What is wrong with a TOML file, in Chinese and with its line: style files and form files are written by hand.

/// One sentence for an error in `text`.
pub fn sentence(error: &toml::de::Error, text: &str) -> String {
    let line = error.span().map(|s| text[..s.start.min(text.len())].matches('\n').count() + 1);
    let at = line.map_or(String::new(), |n| format!("第 {n} 行："));
    format!("{at}{}", meaning(error.message()))
}

fn meaning(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let first = quoted.next().unwrap_or_default();
    let others: Vec<&str> = quoted.collect();
    if message.starts_with("unknown field") {
        format!("没有“{first}”这一项，可以写 {}", others.join("、"))
    } else if message.starts_with("unknown variant") {
        format!("不能写“{first}”，可以写 {}", others.join("、"))
    } else if message.starts_with("missing field") {
        format!("缺少“{first}”这一项")
    } else if message.starts_with("invalid type") {
        "内容的种类不对：数字不加引号，文字要加引号".to_owned()
    } else {
        format!("不合 TOML 的写法（{message}）")
    }
}
