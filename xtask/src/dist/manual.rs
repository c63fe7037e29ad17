//! The manual as one HTML file: README.zh-CN.md with its pictures inside.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use crate::project;

const STYLE: &str = include_str!("manual.css");

pub fn write(path: &Path) -> Result<()> {
    let text = fs::read_to_string(project::root().join("README.zh-CN.md"))?;
    fs::write(path, page(&text, |name| Ok(fs::read(project::root().join(name))?))?)?;
    Ok(())
}

/// The page of a manual, whose pictures `picture` reads. Links to files of the repository, which is not handed out, become text.
fn page(text: &str, picture: impl Fn(&str) -> Result<Vec<u8>>) -> Result<String> {
    let inside = |name: &str| -> Result<String> {
        let bytes = picture(name).with_context(|| name.to_owned())?;
        Ok(format!("data:image/png;base64,{}", STANDARD.encode(bytes)))
    };
    let (mut events, mut headings) = (Vec::new(), Vec::new());
    // What is open: a heading with its words so far, a link that became text.
    let (mut heading, mut is_text) = (None::<String>, false);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                events.push(Event::Start(Tag::Image { link_type, dest_url: inside(&dest_url)?.into(), title, id }));
            }
            Event::Start(Tag::Link { ref dest_url, .. }) if !dest_url.starts_with('#') => is_text = true,
            Event::End(TagEnd::Link) if is_text => is_text = false,
            Event::Start(Tag::Heading { level: HeadingLevel::H2, .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(HeadingLevel::H2)) => {
                let words = heading.take().unwrap_or_default();
                let number = headings.len() + 1;
                events.push(Event::Html(format!("<h2 id=\"part-{number}\">{}</h2>\n", escaped(&words)).into()));
                headings.push(words);
            }
            Event::Text(words) if heading.is_some() => heading.as_mut().into_iter().for_each(|h| h.push_str(&words)),
            Event::Code(words) if heading.is_some() => heading.as_mut().into_iter().for_each(|h| h.push_str(&words)),
            Event::Html(markup) | Event::InlineHtml(markup) => events.push(Event::Html(with_picture(markup, &inside)?)),
            other => events.push(other),
        }
    }
    let mut body = String::new();
    html::push_html(&mut body, events.into_iter());
    let contents = headings
        .iter()
        .enumerate()
        .map(|(i, words)| format!("<li><a href=\"#part-{}\">{}</a></li>\n", i + 1, escaped(words)));
    Ok(format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <title>nianbao 使用手册</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
        <nav aria-label=\"目录\">\n<ul>\n{}</ul>\n</nav>\n<main>\n{body}</main>\n</body>\n</html>\n",
        contents.collect::<String>()
    ))
}

/// Markup of the manual with the picture it names inside.
fn with_picture<'a>(markup: CowStr<'a>, inside: &impl Fn(&str) -> Result<String>) -> Result<CowStr<'a>> {
    let named = markup.split_once("src=\"").and_then(|(before, rest)| Some((before, rest.split_once('"')?)));
    match named {
        Some((before, (name, after))) => Ok(format!("{before}src=\"{}\"{after}", inside(name)?).into()),
        None => Ok(markup),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_is_whole_in_itself() {
        let text = "# 手册\n\n## 一、`a` & b\n\n[代码](src/lib.rs)，[见上](#x)\n\n![图](a.png)\n\n<img src=\"b.png\" width=\"3\">\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";
        let page = page(text, |name| Ok(name.as_bytes().to_vec())).unwrap();
        assert!(page.contains("<h2 id=\"part-1\">一、a &amp; b</h2>") && page.contains("href=\"#part-1\""));
        assert!(page.contains("<p>代码，<a href=\"#x\">见上</a></p>"), "{page}");
        assert_eq!(page.matches("src=\"data:image/png;base64,").count(), 2);
        assert!(page.contains("<td>1</td>") && !page.contains(".png\""));
        assert!(super::page("![图](none.png)", |_| anyhow::bail!("no file")).is_err());
    }
}
