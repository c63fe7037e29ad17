//! The arguments of the command line, with their help. Parses only; carries nothing out.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use super::help;
use super::terminal::Colour;
use crate::formats::Format;

const TEMPLATE: &str = "{about}\n\n用法：{usage}\n\n{all-args}{after-help}";

/// Place of the options of every command in the help: after those of the command.
const LAST: usize = 100;

/// Numbers of inputs that can be processed at once.
pub const JOBS: RangeInclusive<i64> = 1..=1024;
/// Years that can be requested.
pub const YEARS: RangeInclusive<i64> = 1000..=9999;

/// 政府信息公开工作年度报告：检查工作簿，生成 PDF、DOCX、XLSX 和开放数据
#[derive(Debug, Parser)]
#[command(
    name = "nianbao",
    version,
    help_template = TEMPLATE,
    subcommand_help_heading = "命令",
    subcommand_value_name = "命令",
    subcommand_required = true,
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    override_usage = "nianbao <命令> [选项]",
    after_help = help::top()
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct Common {
    /// 只输出问题；没有问题就什么也不输出，看退出码
    ///
    /// 留下的：错误和警告（连同单位和怎么办）、读不了和写不了的、名单上缺报的，以及用 --format 或 -o - 要的结果。不输出的：提示、写了哪些文件、份数、进度、下一步打什么。
    #[arg(short, long, global = true, hide_short_help = true, display_order = LAST, help_heading = "选项")]
    pub quiet: bool,
    /// 颜色：auto（默认）、always 或 never
    ///
    /// auto 是输出到屏幕时有颜色；环境变量 NO_COLOR 不空就没有，CLICOLOR_FORCE 不空就总是有（两个都有的，没有颜色）。上了颜色的只有“错误”“警告”“提示”和可以做下一步的那一行。
    #[arg(long, value_enum, value_name = "何时", default_value_t = Colour::Auto, hide_default_value = true, hide_possible_values = true, global = true, hide_short_help = true, display_order = LAST + 1, help_heading = "选项")]
    pub color: Colour,
    /// 显示帮助
    #[arg(short, long, action = clap::ArgAction::HelpShort, global = true, display_order = LAST + 2, help_heading = "选项")]
    pub help: Option<bool>,
    /// 显示版本
    #[arg(short = 'V', long, action = clap::ArgAction::Version, display_order = LAST + 3, help_heading = "选项")]
    pub version: Option<bool>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// 生成空白的标准模板，交给填报的人
    #[command(help_template = TEMPLATE, override_usage = "nianbao template [选项]", after_help = help::TEMPLATE.short(), after_long_help = help::TEMPLATE.long())]
    Template(TemplateArgs),
    /// 检查工作簿，列出问题，不转换
    #[command(help_template = TEMPLATE, override_usage = "nianbao check [选项] <输入>...", after_help = help::CHECK.short(), after_long_help = help::CHECK.long())]
    Check(CheckArgs),
    /// 转换成可以公开的 PDF、DOCX、XLSX、网页、JSON 和 CSV
    #[command(help_template = TEMPLATE, override_usage = "nianbao convert [选项] <输入>... -o <文件夹>", after_help = help::CONVERT.short(), after_long_help = help::CONVERT.long())]
    Convert(ConvertArgs),
    /// 公布：检查、生成全部格式、逐字读回核对，写成可以交给网站的文件夹和压缩包
    #[command(help_template = TEMPLATE, override_usage = "nianbao publish [选项] <输入>... -o <文件夹>", after_help = help::PUBLISH.short(), after_long_help = help::PUBLISH.long())]
    Publish(PublishArgs),
    /// 汇总各单位同一年度的表格，写成一个工作簿
    #[command(help_template = TEMPLATE, override_usage = "nianbao aggregate [选项] <输入>... -o <文件>", after_help = help::AGGREGATE.short(), after_long_help = help::AGGREGATE.long())]
    Aggregate(AggregateArgs),
    /// 合并各分片的 manifest，证明没有缺漏
    #[command(help_template = TEMPLATE, override_usage = "nianbao merge-manifests <manifest>... -o <文件夹>", after_help = help::MERGE.short(), after_long_help = help::MERGE.long())]
    MergeManifests(MergeArgs),
    /// 说明一个问题代码的含义和依据
    #[command(help_template = TEMPLATE, override_usage = "nianbao explain [代码]", after_help = help::EXPLAIN.short(), after_long_help = help::EXPLAIN.long())]
    Explain(ExplainArgs),
    /// 生成一个网页：双击打开，把工作簿拖进去就能检查、生成，不用装程序
    #[command(help_template = TEMPLATE, override_usage = "nianbao page [选项]", after_help = help::PAGE.short(), after_long_help = help::PAGE.long())]
    Page(PageArgs),
    /// 说明一个命令的全部选项，附例子和退出码
    #[command(help_template = TEMPLATE, override_usage = "nianbao help [命令]", after_help = help::HELP.short(), after_long_help = help::HELP.long())]
    Help(HelpArgs),
    /// 输出命令行的补全脚本，打前几个字按 Tab 键就补上命令和选项
    #[command(help_template = TEMPLATE, override_usage = "nianbao completions <终端>", after_help = help::COMPLETIONS.short(), after_long_help = help::COMPLETIONS.long())]
    Completions(CompletionsArgs),
    /// 输出手册页（man），给装程序的人
    #[command(help_template = TEMPLATE, override_usage = "nianbao man [选项]", after_help = help::MAN.short(), after_long_help = help::MAN.long())]
    Man(ManArgs),
}

#[derive(Debug, Args)]
pub struct HelpArgs {
    /// 命令的名字，如 check；不写则列出全部命令
    #[arg(value_name = "命令", help_heading = "参数")]
    pub command: Option<String>,
}

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// 哪一种终端：bash、zsh、fish、powershell 或 elvish
    #[arg(value_enum, value_name = "终端", hide_possible_values = true, help_heading = "参数")]
    pub shell: Shell,
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// 写到这个文件夹，每个命令一页，已有的换成新的（默认：总的一页写到标准输出）
    #[arg(short, long, value_name = "文件夹", value_hint = ValueHint::DirPath, help_heading = "选项")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct TemplateArgs {
    /// 表样版本（默认现行的一版）
    ///
    /// 写“全部”就列出有哪些版本和各管哪些年度。
    #[arg(long, value_name = "版本", help_heading = "选项")]
    pub edition: Option<String>,
    /// 写到这个文件（默认：当前文件夹的“标准模板-版本.xlsx”）
    ///
    /// 写 - 就输出到标准输出。
    #[arg(short, long, value_name = "文件", help_heading = "选项")]
    pub output: Option<PathBuf>,
    /// 覆盖已有的文件
    #[arg(long, help_heading = "选项")]
    pub force: bool,
    #[command(flatten)]
    pub forms: FormArgs,
}

#[derive(Debug, Args)]
pub struct PageArgs {
    /// 写到这个文件（默认：当前文件夹的“年报.html”）
    ///
    /// 写 - 就输出到标准输出。
    #[arg(short, long, value_name = "文件", help_heading = "选项")]
    pub output: Option<PathBuf>,
    /// 写好以后用浏览器打开
    #[arg(long, help_heading = "选项")]
    pub open: bool,
    /// 覆盖已有的文件
    #[arg(long, help_heading = "选项")]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct FormArgs {
    /// 另加一个表样文件（TOML），用于地方自己的表样，可多次使用
    ///
    /// 写法见手册“地方自己的表样”。
    #[arg(long = "form", hide_short_help = true, value_name = "文件", help_heading = "选项")]
    pub forms: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct InputArgs {
    /// 工作簿、.json 报告、文件夹，装着工作簿的 .zip 或 .eml 邮件，可以有多个；- 是标准输入
    ///
    /// 文件夹连同子文件夹一起读，压缩包和邮件也当作文件夹。文件名里可以用 * 和 ?（加了引号、终端没有展开的，由程序展开）。- 从标准输入读一个工作簿或一份 JSON 报告，问题里叫它“标准输入”。
    #[arg(required = true, value_name = "输入", help_heading = "参数")]
    pub inputs: Vec<PathBuf>,
    /// 结果的格式：text（默认）或 json；check 还可以用 html、sarif、junit
    ///
    /// json 每份报告一行，给程序用；html 是一个网页，问题标在表格里；sarif 和 junit 给代码托管平台和持续集成。
    #[arg(long, value_enum, value_name = "格式", default_value_t = Output::Text, hide_possible_values = true, hide_default_value = true, help_heading = "选项")]
    pub format: Output,
    /// 警告也算问题
    ///
    /// 有警告的报告，退出码也是 1。
    #[arg(long, hide_short_help = true, help_heading = "选项")]
    pub strict: bool,
    /// 文字照抄，不规范标点、空格和引号
    ///
    /// 不用时，汉字旁的半角标点改全角、多余的空格去掉，并说明改了多少处；数字、网址、外文总是不动。
    #[arg(long, hide_short_help = true, help_heading = "选项")]
    pub keep_text: bool,
    /// 文件夹里只要这样的文件，如 "*.xlsx" 或 "2023/*"，可多次使用
    ///
    /// 没有 / 的与文件名和各级文件夹的名字比，有 / 的与文件夹以下的路径比。
    #[arg(long, hide_short_help = true, value_name = "通配符", help_heading = "选项")]
    pub include: Vec<String>,
    /// 文件夹里不要这样的文件或文件夹，可多次使用
    ///
    /// 写法与 --include 相同；两个都写的，先要后不要。
    #[arg(long, hide_short_help = true, value_name = "通配符", help_heading = "选项")]
    pub exclude: Vec<String>,
    /// 同时处理几份（默认与处理器的核数相同）
    ///
    /// 份数多少不影响结果；内存少的机器写小一些。
    #[arg(long, hide_short_help = true, value_name = "份数", value_parser = clap::value_parser!(u16).range(JOBS), help_heading = "选项")]
    pub jobs: Option<u16>,
    /// 最后列出每一步做了几次、用了多久（写到标准错误）
    ///
    /// 用来看慢在哪里；写到标准错误，不混进结果。
    #[arg(short, long, hide_short_help = true, help_heading = "选项")]
    pub verbose: bool,
    /// 单位的旧名和别名（TOML，写法见手册）
    ///
    /// 每行写成 "正式名称" = ["旧名", "别名"]；比较年度、对名单和汇总时，几个名称算一个单位。
    #[arg(long, hide_short_help = true, value_name = "文件", help_heading = "选项")]
    pub aliases: Option<PathBuf>,
    #[command(flatten)]
    pub forms: FormArgs,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// 结果写到这个文件（和 --format html、json、sarif、junit 一起用），已有的换成新的
    ///
    /// 写 - 就把结果输出到标准输出，别的话都到标准错误。
    #[arg(short, long, value_name = "文件", help_heading = "选项")]
    pub output: Option<PathBuf>,
    /// 另写工作簿，把有问题的格子涂上颜色、加上批注；检查一份时写文件名（.xlsx），检查几份时写文件夹名
    ///
    /// 只检查一份时可以写 -，标注工作簿输出到标准输出，别的话都到标准错误。自己改动过、另存过的标注工作簿不盖住。
    #[arg(long, value_name = "文件或文件夹", help_heading = "选项")]
    pub mark: Option<PathBuf>,
    /// 应报单位名单：每行一个单位，UTF-8 文本；列出交了、读不懂和缺报的
    ///
    /// # 后面是说明。有缺报或读不懂的，退出码是 1。
    #[arg(long, value_name = "文件", help_heading = "选项")]
    pub expect: Option<PathBuf>,
    /// 每个工作簿用另一个独立的读取程序再读一遍，核对每个数字和每段文字（公布时总是核对）
    ///
    /// 要多用一倍左右的时间；两种读法不同的是错误 I103。
    #[arg(long, hide_short_help = true, help_heading = "选项")]
    pub second_reader: bool,
}

/// The help of `--to`, from the table of formats.
fn formats_help() -> String {
    let names = Format::ALL.map(Format::name).join("、");
    format!("要哪些格式，用逗号分开：{names}（默认 pdf,docx,xlsx）")
}

#[derive(Debug, Args)]
pub struct ConvertArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// 输出文件夹，没有就建立
    ///
    /// 只转换一份、--to 只写一种格式时，也可以写文件名（如 --to pdf -o 报告.pdf），或者写 - 输出到标准输出，别的话都到标准错误。
    #[arg(short, long, value_name = "文件夹", value_hint = ValueHint::AnyPath, help_heading = "选项")]
    pub output: PathBuf,
    #[arg(
        long,
        help = formats_help(),
        value_name = "格式",
        default_value = "pdf,docx,xlsx",
        hide_default_value = true,
        help_heading = "选项"
    )]
    pub to: String,
    /// 样式文件：字体、字号、页边距（TOML，写法见手册）
    ///
    /// 只写要改的部分，全部项目和默认值见手册“字体和版面”。
    #[arg(long, hide_short_help = true, value_name = "文件", help_heading = "选项")]
    pub style: Option<PathBuf>,
    /// 网站文件：网页里的网站和栏目标签（TOML，写法见手册）
    ///
    /// --to 里有 html 时才用，没有写的标签不出现，见手册“网页”。
    #[arg(long, hide_short_help = true, value_name = "文件", help_heading = "选项")]
    pub site: Option<PathBuf>,
    /// 全部重新转换，没有变化的也不跳过；改动过的输出也换成新的
    ///
    /// 不用时，输入和选项都没有变、输出也没有动过的跳过；写出以后有人改动过的、不能确定是程序写的文件不盖住，那一份不写（W405）。
    #[arg(long, help_heading = "选项")]
    pub force: bool,
    /// 只做第 I 片，共 N 片，写作 I/N，用于多台机器
    ///
    /// 各台用同样的命令，只有 I 不同；都做完后用 merge-manifests 合并。
    #[arg(long, value_name = "I/N", conflicts_with = "shards", hide_short_help = true, help_heading = "选项")]
    pub shard: Option<String>,
    /// 共 N 片，这一台是第几片由集群告诉（Kubernetes 或 Slurm）
    ///
    /// 代替 --shard，看环境变量 JOB_COMPLETION_INDEX 或 SLURM_ARRAY_TASK_ID。
    #[arg(long, value_name = "N", hide_short_help = true, help_heading = "选项")]
    pub shards: Option<u32>,
}

#[derive(Debug, Args)]
pub struct PublishArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// 输出文件夹，没有就建立
    ///
    /// 每份报告一个文件夹和一个压缩包，另有 index.html 列出全部。同名的换成新的；里面有改动过的文件的不换（W405）。
    #[arg(short, long, value_name = "文件夹", value_hint = ValueHint::DirPath, help_heading = "选项")]
    pub output: PathBuf,
    /// 豁免文件：哪一处问题由谁、为什么准许照原样公布（TOML，写法见手册）
    #[arg(long, value_name = "文件", help_heading = "选项")]
    pub waivers: Option<PathBuf>,
    /// 网站配置：网页里要写的网站名称、标识码、栏目等（TOML，写法见手册）
    #[arg(long, value_name = "文件", help_heading = "选项")]
    pub site: Option<PathBuf>,
    /// 样式文件：字体、字号、页边距（TOML，写法见手册）
    ///
    /// 只写要改的部分，全部项目和默认值见手册“字体和版面”。
    #[arg(long, hide_short_help = true, value_name = "文件", help_heading = "选项")]
    pub style: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct MergeArgs {
    /// 各分片写出的 manifest 文件
    #[arg(required = true, value_name = "manifest", help_heading = "参数")]
    pub manifests: Vec<PathBuf>,
    /// 各分片的输出文件夹，合并的结果也写在这里
    #[arg(short, long, value_name = "文件夹", help_heading = "选项")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct AggregateArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// 汇总写到这个文件（.xlsx）
    ///
    /// 写 - 就输出到标准输出，别的话都到标准错误。
    #[arg(short, long, value_name = "文件", help_heading = "选项")]
    pub output: PathBuf,
    /// 只汇总这个年度的报告
    #[arg(long, value_name = "年度", value_parser = clap::value_parser!(u16).range(YEARS), help_heading = "选项")]
    pub year: Option<u16>,
    /// 汇总单位的名称，写在封面上
    #[arg(long, value_name = "名称", help_heading = "选项")]
    pub agency: Option<String>,
    /// 应报单位名单：每行一个单位，UTF-8 文本
    #[arg(long, value_name = "文件", help_heading = "选项")]
    pub expect: Option<PathBuf>,
    /// 覆盖已有的文件
    #[arg(long, help_heading = "选项")]
    pub force: bool,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// 问题代码，如 K301；不写则列出全部
    #[arg(value_name = "代码", help_heading = "参数")]
    pub code: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// 给人看
    Text,
    /// 每份报告一行 JSON，给程序用
    Json,
    /// 一个网页，问题对着表格看
    Html,
    /// 一个 SARIF 文件，给代码托管平台和编辑器
    Sarif,
    /// 一个 JUnit 文件，给持续集成
    Junit,
}
