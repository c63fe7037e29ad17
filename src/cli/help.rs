//! The help texts other than the descriptions of options: examples, formats, exit codes.

use std::sync::LazyLock;

use super::exit::Exit;

pub const TEMPLATE: &str = "示例：
  nianbao template                 生成现行表样的标准模板
  nianbao template --edition 版本    生成另一版的标准模板（写“全部”就列出有哪些版本）";

pub const PAGE: &str = "网页不联网、不记录，可以拷给别人用；做的事与这个程序一样。

示例：
  nianbao page --open
  nianbao page -o 发给各单位/年报.html";

pub const CHECK: &str = "格式：text 给人看，json 每份报告一行给程序用，html 是一个网页（问题标在表格里），sarif 和 junit 给代码托管平台和持续集成

示例：
  nianbao check 报告.xlsx
  nianbao check 各单位/ --format json -o 结果.jsonl
  nianbao check 各单位/ --format html -o 检查结果.html
  nianbao check 报告.xlsx --mark 标注.xlsx
  nianbao check 各单位/ --mark 标注 --expect 名单.txt";

pub const CONVERT: &str =
    "格式：--to 的 html 是网页，fragment 是粘贴到网站编辑器的网页片段；--format 可选 text、json

示例：
  nianbao convert 报告.xlsx -o 输出
  nianbao convert 各单位/ -o 输出 --to pdf
  nianbao convert 各单位/ -o 输出 --to json,csv  开放数据，json 可以再作输入
  nianbao convert 报告.xlsx -o 输出 --style 样式.toml
  nianbao convert 报告.xlsx -o 输出 --to html,fragment --site 站点.toml

输入是文件夹时，输出按原来的子文件夹存放，并写 汇总.xlsx（结果一览）、manifest.jsonl（给程序用的记录）
和 运行记录.jsonl（每份用时）；--to 里有 csv 的，另写 数据.csv（全部报告的数据）。再运行同一命令，没有变化的跳过，失败的重做；中断以后也是这样。

勾稽关系不平的报告照原样转换，并以退出码 1 提醒；不能确定内容的不转换。";

pub const PUBLISH: &str = "示例：
  nianbao publish 报告.xlsx -o 公布
  nianbao publish 各单位/ -o 公布 --waivers 豁免.toml

有错误（或正文里有个人信息、没有填完的字样）的报告不公布，除非豁免文件写明了那一处；没有用到的豁免也是错误。
每个文件写出以前都读回来，逐个数字、逐段文字与报告核对，有一处不同，这份报告就什么也不写。
每份报告一个文件夹和一个压缩包，内有各种格式、manifest.json 和 SHA256SUMS；index.html 列出全部报告。";

pub const MERGE: &str = "示例：
  nianbao convert 各单位/ -o 输出 --shard 1/3    第一台机器，另两台是 2/3 和 3/3
  nianbao merge-manifests 输出/manifest-*-of-3.jsonl -o 输出

合并时核对：分片齐全，每份输入正好一次，每个输出文件都在、内容与记录相同。
写出 manifest.jsonl 和 汇总.xlsx，与在一台机器上运行的完全相同。";

pub const AGGREGATE: &str = "格式：text 给人看，json 每份报告一行、最后一行是汇总

示例：
  nianbao aggregate 各单位/ -o 汇总.xlsx --agency 某某区人民政府
  nianbao aggregate 各单位/ -o 汇总.xlsx --year 2024 --expect 名单.txt
  nianbao aggregate 各单位/ -o 汇总.xlsx --aliases 别名.toml

一次只汇总同一版表样、同一年度的报告，金额精确换算。版本或年度不一样、同一单位有两份、
金额没有写单位的，列出来，不汇总。有错误的报告照原样汇总，并列在“缺报和有误”里；读不了的
不汇总，也列在里面。名单里交来了但读不懂的与缺报的分开列。别名文件每行写成 \"正式名称\" = [\"旧名\", \"别名\"]。";

pub const EXPLAIN: &str = "示例：
  nianbao explain K301
  nianbao explain";

static TOP: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::from(
        "常用：
  nianbao template                 生成空白的标准模板，用 Excel 或 WPS 填写
  nianbao check 报告.xlsx           检查填好的工作簿
  nianbao convert 报告.xlsx -o 输出  生成可以公开的文件

退出码：
",
    );
    for exit in Exit::ALL {
        text.push_str(&format!("  {}  {}\n", exit as u8, exit.meaning()));
    }
    text.push_str("\n每个命令的用法：nianbao 命令 --help");
    text
});

/// The help text below the list of commands.
pub fn top() -> &'static str {
    &TOP
}
