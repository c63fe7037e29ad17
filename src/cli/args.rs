//! The arguments of the command line, with their help. Parses only; carries nothing out.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use crate::formats::Format;
use clap::{Args, Parser, Subcommand, ValueEnum};

const TEMPLATE: &str = "{about}\n\n用法：{usage}\n\n{all-args}{after-help}";

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
    after_help = super::help::top()
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub common: Common,
}

#[derive(Debug, Args)]
pub struct Common {
    /// 显示帮助
    #[arg(short, long, action = clap::ArgAction::Help, global = true, help_heading = "选项")]
    pub help: Option<bool>,
    /// 显示版本
    #[arg(short = 'V', long, action = clap::ArgAction::Version, help_heading = "选项")]
    pub version: Option<bool>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// 生成空白的标准模板，交给填报的人
    #[command(help_template = TEMPLATE, override_usage = "nianbao template [选项]", after_help = super::help::TEMPLATE)]
    Template(TemplateArgs),
    /// 检查工作簿，列出问题，不转换
    #[command(help_template = TEMPLATE, override_usage = "nianbao check [选项] <输入>...", after_help = super::help::CHECK)]
    Check(CheckArgs),
    /// 转换成可以公开的 PDF、DOCX、XLSX、网页、JSON 和 CSV
    #[command(help_template = TEMPLATE, override_usage = "nianbao convert [选项] <输入>... -o <文件夹>", after_help = super::help::CONVERT)]
    Convert(ConvertArgs),
    /// 公布：检查、生成全部格式、逐字读回核对，写成可以交给网站的文件夹和压缩包
    #[command(help_template = TEMPLATE, override_usage = "nianbao publish [选项] <输入>... -o <文件夹>", after_help = super::help::PUBLISH)]
    Publish(PublishArgs),
    /// 汇总各单位同一年度的表格，写成一个工作簿
    #[command(help_template = TEMPLATE, override_usage = "nianbao aggregate [选项] <输入>... -o <文件>", after_help = super::help::AGGREGATE)]
    Aggregate(AggregateArgs),
    /// 合并各分片的 manifest，证明没有缺漏
    #[command(help_template = TEMPLATE, override_usage = "nianbao merge-manifests <manifest>... -o <文件夹>", after_help = super::help::MERGE)]
    MergeManifests(MergeArgs),
    /// 说明一个问题代码的含义和依据
    #[command(help_template = TEMPLATE, override_usage = "nianbao explain [代码]", after_help = super::help::EXPLAIN)]
    Explain(ExplainArgs),
    /// 生成一个网页：双击打开，把工作簿拖进去就能检查、生成，不用装程序
    #[command(help_template = TEMPLATE, override_usage = "nianbao page [选项]", after_help = super::help::PAGE)]
    Page(PageArgs),
    #[command(hide = true, name = super::apart::CHILD_COMMAND)]
    ReadApart,
}

#[derive(Debug, Args)]
pub struct TemplateArgs {
    /// 表样版本（默认现行的一版）
    #[arg(long, value_name = "版本", help_heading = "选项")]
    pub edition: Option<String>,
    /// 写到这个文件（默认：当前文件夹的“标准模板-版本.xlsx”）
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
    #[arg(long = "form", value_name = "文件", help_heading = "选项")]
    pub forms: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub struct InputArgs {
    /// 工作簿、.json 报告、文件夹，装着工作簿的 .zip 或 .eml 邮件，可以有多个
    #[arg(required = true, value_name = "输入", help_heading = "参数")]
    pub inputs: Vec<PathBuf>,
    /// 结果的格式：text（默认）或 json；check 还可以用 html、sarif、junit
    #[arg(long, value_enum, value_name = "格式", default_value_t = Output::Text, hide_possible_values = true, hide_default_value = true, help_heading = "选项")]
    pub format: Output,
    /// 警告也算问题
    #[arg(long, help_heading = "选项")]
    pub strict: bool,
    /// 文字照抄，不规范标点、空格和引号
    #[arg(long, help_heading = "选项")]
    pub keep_text: bool,
    /// 文件夹里只要这样的文件，如 "*.xlsx" 或 "2023/*"，可多次使用
    #[arg(long, value_name = "通配符", help_heading = "选项")]
    pub include: Vec<String>,
    /// 文件夹里不要这样的文件或文件夹，可多次使用
    #[arg(long, value_name = "通配符", help_heading = "选项")]
    pub exclude: Vec<String>,
    /// 同时处理几份（默认与处理器的核数相同）
    #[arg(long, value_name = "份数", value_parser = clap::value_parser!(u16).range(JOBS), help_heading = "选项")]
    pub jobs: Option<u16>,
    /// 最后列出每一步做了几次、用了多久（写到标准错误）
    #[arg(short, long, help_heading = "选项")]
    pub verbose: bool,
    /// 单位的旧名和别名（TOML，写法见手册）
    #[arg(long, value_name = "文件", help_heading = "选项")]
    pub aliases: Option<PathBuf>,
    #[command(flatten)]
    pub forms: FormArgs,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// 结果写到这个文件（和 --format html、json、sarif、junit 一起用），已有的换成新的
    #[arg(short, long, value_name = "文件", help_heading = "选项")]
    pub output: Option<PathBuf>,
    /// 另写工作簿，把有问题的格子涂上颜色、加上批注；检查一份时写文件名（.xlsx），检查几份时写文件夹名
    #[arg(long, value_name = "文件或文件夹", help_heading = "选项")]
    pub mark: Option<PathBuf>,
    /// 应报单位名单：每行一个单位，UTF-8 文本；列出交了、读不懂和缺报的
    #[arg(long, value_name = "文件", help_heading = "选项")]
    pub expect: Option<PathBuf>,
    /// 每个工作簿用另一个独立的读取程序再读一遍，核对每个数字和每段文字（公布时总是核对）
    #[arg(long, help_heading = "选项")]
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
    #[arg(short, long, value_name = "文件夹", help_heading = "选项")]
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
    #[arg(long, value_name = "文件", help_heading = "选项")]
    pub style: Option<PathBuf>,
    /// 网站文件：网页里的网站和栏目标签（TOML，写法见手册）
    #[arg(long, value_name = "文件", help_heading = "选项")]
    pub site: Option<PathBuf>,
    /// 全部重新转换，没有变化的也不跳过
    #[arg(long, help_heading = "选项")]
    pub force: bool,
    /// 只做第 I 片，共 N 片，写作 I/N，用于多台机器
    #[arg(long, value_name = "I/N", conflicts_with = "shards", help_heading = "选项")]
    pub shard: Option<String>,
    /// 共 N 片，这一台是第几片由集群告诉（Kubernetes 或 Slurm）
    #[arg(long, value_name = "N", help_heading = "选项")]
    pub shards: Option<u32>,
}

#[derive(Debug, Args)]
pub struct PublishArgs {
    #[command(flatten)]
    pub input: InputArgs,
    /// 输出文件夹，没有就建立
    #[arg(short, long, value_name = "文件夹", help_heading = "选项")]
    pub output: PathBuf,
    /// 豁免文件：哪一处问题由谁、为什么准许照原样公布（TOML，写法见手册）
    #[arg(long, value_name = "文件", help_heading = "选项")]
    pub waivers: Option<PathBuf>,
    /// 网站配置：网页里要写的网站名称、标识码、栏目等（TOML，写法见手册）
    #[arg(long, value_name = "文件", help_heading = "选项")]
    pub site: Option<PathBuf>,
    /// 样式文件：字体、字号、页边距（TOML，写法见手册）
    #[arg(long, value_name = "文件", help_heading = "选项")]
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
