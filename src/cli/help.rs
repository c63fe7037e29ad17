//! The help texts other than the descriptions of options: examples, formats, exit codes.
//!
//! `--help` is short: one example. `nianbao help COMMAND` has everything.

use std::sync::LazyLock;

use super::exit::Exit;

/// The text below the options of a command.
pub struct HelpText {
    name: &'static str,
    /// The one example that most people need.
    example: &'static str,
    /// More examples, a line each.
    examples: &'static str,
    /// What the command does, beyond its options; may be empty.
    more: &'static str,
    /// The exit codes that it can have.
    exits: &'static [Exit],
}

impl HelpText {
    /// For `--help`.
    pub fn short(&self) -> String {
        format!("示例：\n  {}\n\n全部选项和说明：nianbao help {}", self.example, self.name)
    }

    /// For `nianbao help`.
    pub fn long(&self) -> String {
        let mut text = format!("示例：\n  {}\n", self.example);
        self.examples.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
        if !self.more.is_empty() {
            text.push_str(&format!("\n{}\n", self.more));
        }
        text.push_str("\n退出码：\n");
        text.push_str(&exits(self.exits));
        text.trim_end().to_owned()
    }
}

fn exits(all: &[Exit]) -> String {
    all.iter().map(|exit| format!("  {}  {}\n", *exit as u8, exit.meaning())).collect()
}

/// Exit codes of commands that only write one thing.
const PLAIN: &[Exit] = &[Exit::Good, Exit::Usage, Exit::Unwritten];

pub const TEMPLATE: HelpText = HelpText {
    name: "template",
    example: "nianbao template                 生成现行表样的标准模板",
    examples: "nianbao template --edition 版本    生成另一版的标准模板（写“全部”就列出有哪些版本）
nianbao template -o 发下去/空表.xlsx
nianbao template -o - > 空表.xlsx",
    more: "模板里只填浅黄色的格子；数字不平的格子会变红。已有的文件不盖住，除非加 --force。",
    exits: PLAIN,
};

pub const PAGE: HelpText = HelpText {
    name: "page",
    example: "nianbao page --open",
    examples: "nianbao page -o 发给各单位/年报.html",
    more: "网页不联网、不记录，可以拷给别人用；做的事与这个程序一样。",
    exits: PLAIN,
};

pub const CHECK: HelpText = HelpText {
    name: "check",
    example: "nianbao check 报告.xlsx",
    examples: "nianbao check 各单位/ --format json -o 结果.jsonl
nianbao check 各单位/ --format html -o 检查结果.html
nianbao check 报告.xlsx --mark 标注.xlsx
nianbao check 各单位/ --mark 标注 --expect 名单.txt
nianbao check - --format json -o - < 报告.xlsx
nianbao check 各单位/ -q || echo 有问题",
    more: "检查只看不改。格式：text 给人看，json 每份报告一行给程序用，html 是一个网页（问题标在表格里），sarif 和 junit 给代码托管平台和持续集成。",
    exits: &Exit::ALL,
};

pub const CONVERT: HelpText = HelpText {
    name: "convert",
    example: "nianbao convert 报告.xlsx -o 输出",
    examples: "nianbao convert 各单位/ -o 输出 --to pdf
nianbao convert 报告.xlsx --to pdf -o 报告.pdf
nianbao convert - --to docx -o - < 报告.xlsx > 报告.docx
nianbao convert 各单位/ -o 输出 --to json,csv  开放数据，json 可以再作输入
nianbao convert 报告.xlsx -o 输出 --style 样式.toml
nianbao convert 报告.xlsx -o 输出 --to html,fragment --site 站点.toml",
    more: "格式：--to 的 html 是网页，fragment 是粘贴到网站编辑器的网页片段；--format 可选 text、json。

输入是文件夹时，输出按原来的子文件夹存放，并写 汇总.xlsx（结果一览）、manifest.jsonl（给程序用的记录）
和 运行记录.jsonl（每份用时）；--to 里有 csv 的，另写 数据.csv（全部报告的数据）。再运行同一命令，没有变化的跳过，失败的重做；中断以后也是这样。

写出以后在 Word 等程序里改动过的文件，再转换时不盖住，并说出是哪一个（W405）；要换成新的，加 --force。
只转换一份时，输出文件夹里另有一个隐藏的 .nianbao-written.jsonl，记着写了什么，靠它认出改动。

勾稽关系不平的报告照原样转换，并以退出码 1 提醒；不能确定内容的不转换。",
    exits: &Exit::ALL,
};

pub const PUBLISH: HelpText = HelpText {
    name: "publish",
    example: "nianbao publish 报告.xlsx -o 公布",
    examples: "nianbao publish 各单位/ -o 公布 --waivers 豁免.toml
nianbao publish 各单位/ -o 公布 --site 站点.toml",
    more: "有错误（或正文里有个人信息、没有填完的字样）的报告不公布，除非豁免文件写明了那一处；没有用到的豁免也是错误。
每个文件写出以前都读回来，逐个数字、逐段文字与报告核对，有一处不同，这份报告就什么也不写。
每份报告一个文件夹和一个压缩包，内有各种格式、manifest.json 和 SHA256SUMS；index.html 列出全部报告。",
    exits: &Exit::ALL,
};

pub const MERGE: HelpText = HelpText {
    name: "merge-manifests",
    example: "nianbao merge-manifests 输出/manifest-*-of-3.jsonl -o 输出",
    examples: "nianbao convert 各单位/ -o 输出 --shard 1/3    先在第一台机器上，另两台是 2/3 和 3/3",
    more: "合并时核对：分片齐全，每份输入正好一次，每个输出文件都在、内容与记录相同。
写出 manifest.jsonl 和 汇总.xlsx，与在一台机器上运行的完全相同。",
    exits: &[Exit::Good, Exit::Findings, Exit::Usage, Exit::Unread, Exit::Unwritten],
};

pub const AGGREGATE: HelpText = HelpText {
    name: "aggregate",
    example: "nianbao aggregate 各单位/ -o 汇总.xlsx --agency 某某区人民政府",
    examples: "nianbao aggregate 各单位/ -o 汇总.xlsx --year 2024 --expect 名单.txt
nianbao aggregate 各单位/ -o 汇总.xlsx --aliases 别名.toml",
    more: "格式：text 给人看，json 每份报告一行、最后一行是汇总。

一次只汇总同一版表样、同一年度的报告，金额精确换算。版本或年度不一样、同一单位有两份、
金额没有写单位的，列出来，不汇总。有错误的报告照原样汇总，并列在“缺报和有误”里；读不了的
不汇总，也列在里面。名单里交来了但读不懂的与缺报的分开列。别名文件每行写成 \"正式名称\" = [\"旧名\", \"别名\"]。",
    exits: &Exit::ALL,
};

pub const EXPLAIN: HelpText = HelpText {
    name: "explain",
    example: "nianbao explain K301",
    examples: "nianbao explain",
    more: "",
    exits: &[Exit::Good, Exit::Usage],
};

pub const HELP: HelpText = HelpText {
    name: "help",
    example: "nianbao help check",
    examples: "nianbao help",
    more: "",
    exits: &[Exit::Good, Exit::Usage],
};

pub const COMPLETIONS: HelpText = HelpText {
    name: "completions",
    example: "nianbao completions bash > ~/.local/share/bash-completion/completions/nianbao",
    examples: "nianbao completions zsh > ~/.zfunc/_nianbao
nianbao completions fish > ~/.config/fish/completions/nianbao.fish
nianbao completions powershell >> $PROFILE
nianbao completions elvish >> ~/.config/elvish/rc.elv",
    more: "存好以后新开一个终端就有。zsh 要先在 ~/.zshrc 里写 fpath+=~/.zfunc，再写 autoload -Uz compinit && compinit。",
    exits: &[Exit::Good, Exit::Usage, Exit::Unwritten],
};

pub const MAN: HelpText = HelpText {
    name: "man",
    example: "nianbao man -o ~/.local/share/man/man1",
    examples: "nianbao man > nianbao.1",
    more: "写好以后打 man nianbao、man nianbao-check 就能看。内容与 nianbao help 的相同。",
    exits: PLAIN,
};

static TOP: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::from(
        "常用：
  nianbao template                 生成空白的标准模板，用 Excel 或 WPS 填写
  nianbao check 报告.xlsx           检查填好的工作簿
  nianbao convert 报告.xlsx -o 输出  生成可以公开的文件

退出码：
",
    );
    text.push_str(&exits(&Exit::ALL));
    text.push_str("\n每个命令的用法：nianbao 命令 --help\n全部选项和说明：nianbao help 命令");
    text
});

/// The help text below the list of commands.
pub fn top() -> &'static str {
    &TOP
}
