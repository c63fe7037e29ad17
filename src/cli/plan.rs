//! Command-line arguments → checked plans. An invalid argument stops the run before it begins.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use unicode_normalization::UnicodeNormalization;

use super::Stop;
use super::apart::{Helpers, Isolation};
use super::args::{CheckArgs, ConvertArgs, FormArgs, InputArgs, Output, PublishArgs};
use super::containers::Containers;
use super::destination::{MarkTarget, OnePlace};
use super::filter::Filter;
use super::inputs::{InputFile, InputFiles, expand};
use super::io_error::cause;
use super::next::{Typed, quoted};
use super::real_path::real_path;
use super::regular_file::{self, Unread};
use super::times::Times;
use super::{destination, meant, reading, standard};
use crate::aggregate::Expected;
use crate::batch::Shard;
use crate::digest::{sha256, sha256_of};
use crate::engine::Engine;
use crate::form::{self, Form};
use crate::import::{ImportError, Limits};
use crate::layout::Faces;
use crate::model::{Code, finding};
use crate::normalize::Options;
use crate::pipeline::{Format, Setting};
use crate::publish::Waivers;
use crate::series::Aliases;
use crate::site::Site;
use crate::style::Style;

/// Time limit of a second reading. The first reader has read the file within its own limits, so this one is long: a slow machine
/// must not keep a report from being published.
const SECOND_READING: Duration = Duration::from_secs(60);

/// A run over inputs.
pub struct Plan {
    pub inputs: InputFiles,
    /// Reads those that are in archives and mails.
    pub containers: Containers,
    pub engine: Engine,
    /// Times of the steps, if the user requested them.
    pub times: Option<Times>,
    /// How to read the formats whose readers may abort the process.
    pub isolation: Option<Isolation>,
    /// Child processes for the second reader.
    pub helpers: Option<Helpers>,
    /// Whether each workbook is read again by the second reader.
    pub second_reader: bool,
    pub format: Output,
    pub strict: bool,
    /// Number of inputs that are processed at once.
    pub jobs: usize,
    /// Digest of everything besides the input that the outputs depend on.
    pub key: String,
    /// Aliases of agencies, and the digest of their file.
    pub aliases: Aliases,
    pub aliases_digest: String,
    /// Inputs and options that the next command needs too.
    pub typed: Typed,
}

/// A converting run.
pub struct ConvertPlan {
    pub plan: Plan,
    pub folder: PathBuf,
    pub formats: Vec<Format>,
    /// Whether the outputs of an earlier run are made again.
    pub force: bool,
    pub shard: Option<Shard>,
}

/// What `convert` writes.
pub enum Converting {
    /// Files in a folder, with names of their own.
    Files(ConvertPlan),
    One(OnePlan),
}

/// A converting run of one report in one format.
pub struct OnePlan {
    pub plan: Plan,
    pub format: Format,
    pub place: OnePlace,
    /// Whether an existing file with another content is replaced.
    pub force: bool,
}

/// Returns the setting of a run that only reads.
pub fn setting(args: &InputArgs) -> Result<Setting, Stop> {
    let mut forms = forms(&args.forms)?;
    forms.extend(form::built_in().iter().cloned());
    let options = Options { forms, keep_text: args.keep_text };
    Ok(Setting { options, ..Setting::default() })
}

/// The plan of `check`, and the common part of the others; `formats` are those to write.
pub fn reading(args: &InputArgs, output: Option<&Path>, setting: Setting, formats: &[Format]) -> Result<Plan, Stop> {
    standard::check(&args.inputs)?;
    let filter = Filter::new(&args.include, &args.exclude)?;
    let (aliases, aliases_digest) = match &args.aliases {
        None => (Aliases::default(), String::new()),
        Some(path) => {
            let text = read_text(path)?;
            let aliases = Aliases::parse(&text).map_err(|e| Stop::usage(format!("{}：{e}", path.display())))?;
            (aliases, sha256(text.as_bytes()))
        }
    };
    let times = args.verbose.then(Times::default);
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    let key = key(&setting, formats);
    let engine = match &times {
        Some(times) => Engine::new(setting).watched(times.watch()),
        None => Engine::new(setting),
    };
    // Faults inside a step are reported as findings with their places, all others by the hook that is set already.
    let (inside, outside) = (engine.faults().hook(), std::panic::take_hook());
    std::panic::set_hook(Box::new(move |info| {
        inside(info);
        outside(info);
    }));
    let containers = Containers::new(&engine.setting().limits);
    let mut inputs = expand(&meant::expanded(&args.inputs), output, &filter, (&containers, engine.faults()))?;
    pipe(&mut inputs, &engine.setting().limits);
    Ok(Plan {
        inputs,
        containers,
        key,
        engine,
        times,
        helpers: Isolation::of_this_program().map(|own| Helpers::new(Isolation { time: SECOND_READING, ..own })),
        isolation: Isolation::of_this_program(),
        second_reader: false,
        format: args.format,
        strict: args.strict,
        jobs: args.jobs.map_or_else(cores, usize::from),
        aliases,
        aliases_digest,
        typed: typed(args),
    })
}

/// Reads standard input, if it is one of the inputs.
fn pipe(inputs: &mut InputFiles, limits: &Limits) {
    for input in inputs.all.iter_mut().filter(|i| i.piped.is_some()) {
        match standard::read(limits) {
            Ok(bytes) => input.piped = Some(bytes.into()),
            Err(e) => input.trouble = Some(finding(Code::I101, e.to_string())),
        }
    }
}

/// Inputs, and the options that affect reading.
fn typed(args: &InputArgs) -> Typed {
    let mut options = form_options(&args.forms);
    options.extend(args.aliases.iter().map(|f| format!("--aliases {}", quoted(&f.display().to_string()))));
    options.extend(args.include.iter().map(|p| format!("--include {}", quoted(p))));
    options.extend(args.exclude.iter().map(|p| format!("--exclude {}", quoted(p))));
    options.extend(args.keep_text.then(|| "--keep-text".to_owned()));
    Typed { inputs: args.inputs.clone(), options }
}

/// Options for the user's own forms, as they are typed.
pub fn form_options(args: &FormArgs) -> Vec<String> {
    args.forms.iter().map(|f| format!("--form {}", quoted(&f.display().to_string()))).collect()
}

/// The plan of `check`.
pub struct CheckPlan {
    pub plan: Plan,
    /// File for the result; `None` for standard output.
    pub file: Option<PathBuf>,
    /// Where marked copies are written.
    pub mark: Option<MarkTarget>,
    /// The units expected to report.
    pub expected: Option<Expected>,
}

impl Plan {
    /// The bytes of an input: those that were piped, those of a member of a container, or those of its file.
    pub fn load(&self, input: &InputFile) -> Result<Vec<u8>, ImportError> {
        match (&input.piped, &input.inside) {
            (Some(bytes), _) => Ok(bytes.to_vec()),
            (None, Some(inside)) => self.containers.member(&input.path, &inside.place),
            (None, None) => reading::load(&input.path, &self.engine.setting().limits),
        }
    }
}

/// Returns the plan of `check`.
pub fn checking(args: &CheckArgs) -> Result<CheckPlan, Stop> {
    destination::check_output(args)?;
    // A folder of marked copies is excluded from the inputs, wherever it is located.
    let folder = args.mark.as_deref().filter(|path| !destination::is_xlsx(path) && !standard::is_dash(path));
    if let Some(folder) = folder.and_then(|f| real_path(f).ok())
        && args.input.inputs.iter().any(|i| real_path(i).is_ok_and(|i| i == folder))
    {
        return Err(Stop::usage("--mark 的文件夹不能就是输入的文件夹，请换一个（可以是它下面的）"));
    }
    let plan = reading(&args.input, folder, setting(&args.input)?, &[])?;
    let plan = Plan { second_reader: args.second_reader, ..plan };
    let mark = args.mark.as_deref().map(|path| destination::mark(path, &plan.inputs)).transpose()?;
    if let Some(path) = args.output.as_deref().filter(|p| !standard::is_dash(p))
        && real_path(path).is_ok_and(|p| plan.inputs.all.iter().any(|i| real_path(&i.path).is_ok_and(|i| i == p)))
    {
        return Err(Stop::usage(format!("-o 的 {} 是输入的文件，请换一个名字", path.display())));
    }
    let expected = args.expect.as_deref().map(expected).transpose()?;
    Ok(CheckPlan { plan, file: args.output.clone(), mark, expected })
}

/// Digest of everything besides the input that the outputs depend on: this version, forms, style, faces, site, options, formats.
fn key(setting: &Setting, formats: &[Format]) -> String {
    // Destructured exhaustively, so that a new field fails to compile here: outside the key it would leave stale outputs.
    // No option changes the limits; they belong to the version.
    let Setting { limits: _, options: Options { forms, keep_text }, style, faces, site } = setting;
    let mut parts: Vec<Vec<u8>> = vec![env!("CARGO_PKG_VERSION").into(), vec![u8::from(*keep_text)]];
    parts.extend(forms.iter().map(|f| f.digest.clone().into_bytes()));
    parts.extend(formats.iter().map(|f| f.name().into()));
    // The style as numbers and names, in the order of their declaration.
    parts.push(format!("{style:?}").into_bytes());
    if formats.iter().any(|f| f.needs().site) {
        parts.push(format!("{site:?}").into_bytes());
    }
    sha256_of(parts.iter().map(Vec::as_slice).chain(faces.own()))
}

/// A publishing run.
pub struct PublishPlan {
    pub plan: Plan,
    pub folder: PathBuf,
    pub formats: Vec<Format>,
    pub waivers: Waivers,
}

pub fn publishing(args: &PublishArgs) -> Result<PublishPlan, Stop> {
    text_or_json(&args.input, "publish")?;
    destination::refuse_file(&args.output, "publish", "公布")?;
    let mut setting = setting(&args.input)?;
    set_style(&mut setting, args.style.as_deref())?;
    if let Some(path) = &args.site {
        setting.site = site(path)?;
    }
    let formats = Format::ALL.to_vec();
    let plan = reading(&args.input, Some(&args.output), setting, &formats)?;
    let plan = Plan { second_reader: true, ..plan };
    let waivers = match &args.waivers {
        None => Waivers::default(),
        Some(path) => Waivers::parse(&read_text(path)?).map_err(|e| Stop::usage(format!("{}：{e}", path.display())))?,
    };
    Ok(PublishPlan { plan, folder: args.output.clone(), formats, waivers })
}

fn site(path: &Path) -> Result<Site, Stop> {
    Site::parse(&read_text(path)?).map_err(|e| Stop::usage(format!("{}：{e}", path.display())))
}

/// Applies a style file to the setting.
fn set_style(setting: &mut Setting, path: Option<&Path>) -> Result<(), Stop> {
    let Some(path) = path else { return Ok(()) };
    let wrong = |e: String| Stop::usage(format!("{}：{e}", path.display()));
    let style = Style::parse(&read_text(path)?).map_err(|e| wrong(e.to_string()))?;
    let base = path.parent().unwrap_or(Path::new("."));
    let file = |name: &str| reading::face_file(&base.join(name));
    setting.faces = Faces::new(&style, file).map_err(|e| wrong(e.to_string()))?;
    setting.style = style;
    Ok(())
}

pub fn converting(args: &ConvertArgs) -> Result<Converting, Stop> {
    let (setting, formats) = outputs(args)?;
    let Some((place, format)) = destination::one_place(&args.output, &formats)?.zip(formats.first().copied()) else {
        return Ok(Converting::Files(into_folder(args, setting, formats)?));
    };
    if matches!(place, OnePlace::Standard) {
        let file = format!("报告.{}", format.ending());
        standard::take_output(format.is_compressed().then_some(file.as_str()))?;
    }
    let is_shard = shard(args)?.is_some();
    let plan = reading(&args.input, None, setting, &formats)?;
    if plan.inputs.many || plan.inputs.all.len() != 1 || is_shard {
        let name = args.output.display();
        let message = format!("-o 的 {name} 只放得下一份报告，现在不只一份，请写文件夹名，如 -o 输出");
        return Err(Stop::usage(message));
    }
    Ok(Converting::One(OnePlan { plan, format, place, force: args.force }))
}

/// As [`converting`], into a folder whatever its name.
pub fn converting_into_folder(args: &ConvertArgs) -> Result<ConvertPlan, Stop> {
    let (setting, formats) = outputs(args)?;
    into_folder(args, setting, formats)
}

fn into_folder(args: &ConvertArgs, setting: Setting, formats: Vec<Format>) -> Result<ConvertPlan, Stop> {
    let shard = shard(args)?;
    let plan = reading(&args.input, Some(&args.output), setting, &formats)?;
    Ok(ConvertPlan { plan, folder: args.output.clone(), formats, force: args.force, shard })
}

/// The setting of a converting run, and its formats, each once.
fn outputs(args: &ConvertArgs) -> Result<(Setting, Vec<Format>), Stop> {
    text_or_json(&args.input, "convert")?;
    let mut setting = setting(&args.input)?;
    set_style(&mut setting, args.style.as_deref())?;
    let mut formats = formats(&args.to)?;
    formats.sort_unstable();
    formats.dedup();
    if let Some(path) = &args.site {
        if !formats.iter().any(|f| f.needs().site) {
            let names = formats.iter().map(|f| f.name()).collect::<Vec<_>>().join(",");
            return Err(Stop::usage(format!("--site 只用于网页，请在 --to 里加上 html：--to {names},html")));
        }
        setting.site = site(path)?;
    }
    Ok((setting, formats))
}

/// Refuses the output formats that only `check` supports.
pub fn text_or_json(args: &InputArgs, command: &str) -> Result<(), Stop> {
    if matches!(args.format, Output::Text | Output::Json) {
        return Ok(());
    }
    Err(Stop::usage(format!("{command} 的 --format 只能是 text 或 json，html、sarif、junit 用于 check")))
}

/// The shard of this machine, from `--shard` or from the environment of the cluster.
fn shard(args: &ConvertArgs) -> Result<Option<Shard>, Stop> {
    if let Some(text) = &args.shard {
        let narrow: String = text.nfkc().collect();
        let wrong = || {
            Stop::usage(if narrow.parse::<Shard>().is_ok() {
                format!("--shard {text} 的数字和斜线要用英文输入法的，请写 --shard {narrow}")
            } else {
                format!("--shard 不能是 {text}，写作 I/N，I 从 1 到 N，如 1/3")
            })
        };
        return text.parse().map(Some).map_err(|()| wrong());
    }
    let Some(count) = args.shards else { return Ok(None) };
    let number = |name: &str| -> Option<u32> { std::env::var_os(name)?.to_str()?.trim().parse().ok() };
    // Kubernetes counts from 0, Slurm from the first index of the job array.
    let slurm = || number("SLURM_ARRAY_TASK_ID")?.checked_sub(number("SLURM_ARRAY_TASK_MIN").unwrap_or(0));
    let Some(index) = number("JOB_COMPLETION_INDEX").or_else(slurm) else {
        return Err(Stop::usage(
            "--shards 要在 Kubernetes Indexed Job 或 Slurm 作业数组里用（看 JOB_COMPLETION_INDEX、SLURM_ARRAY_TASK_ID），别处请写 --shard I/N",
        ));
    };
    let wrong = || Stop::usage(format!("集群给的序号 {index} 超出了 --shards {count}，请核对作业的份数"));
    index.checked_add(1).and_then(|i| Shard::new(i, count)).map(Some).ok_or_else(wrong)
}

/// Parses the formats of `--to`, separated by commas, enumeration commas or spaces, in upper or lower case.
fn formats(words: &str) -> Result<Vec<Format>, Stop> {
    let words = words.split([',', '，', '、', ' ']).filter(|w| !w.is_empty());
    let names = || Format::ALL.map(Format::name).join("、");
    let all = words.map(|w| {
        Format::named(w).ok_or_else(|| match Format::named(&w.nfkc().collect::<String>()) {
            Some(format) => Stop::usage(format!("--to {w} 要用英文输入法写，请写 {}", format.name())),
            None => Stop::usage(format!("--to 不能是 {w}，可以是 {}", names())),
        })
    });
    let all = all.collect::<Result<Vec<_>, _>>()?;
    if all.is_empty() { Err(Stop::usage(format!("--to 后面要写格式：{}", names()))) } else { Ok(all) }
}

/// Reads the user's own forms. Two forms with one id are an error, because manifests, records and JSON reports name a form by it.
pub fn forms(args: &FormArgs) -> Result<Vec<Arc<Form>>, Stop> {
    let mut own: Vec<Arc<Form>> = Vec::with_capacity(args.forms.len());
    for path in &args.forms {
        let name = path.display();
        let form = Form::parse(&read_text(path)?).map_err(|e| Stop::usage(format!("{name}：{e}")))?;
        let id = &form.id;
        if let Some((other, _)) = args.forms.iter().zip(&own).find(|(_, o)| o.id == *id) {
            let other = other.display();
            let message = format!("--form 的 {other} 和 {name} 的 id 都是“{id}”，请改其中一个的 id，或只用一个");
            return Err(Stop::usage(message));
        }
        if form::built_in().iter().any(|o| o.id == *id) {
            let message = format!("--form 的 {name} 的 id“{id}”是程序自带的 {id} 版表样的，请换一个 id");
            return Err(Stop::usage(message));
        }
        own.push(Arc::new(form));
    }
    Ok(own)
}

/// Reads the list of units expected to report.
pub fn expected(path: &Path) -> Result<Expected, Stop> {
    let expected = Expected::parse(&read_text(path)?);
    if expected.names.is_empty() {
        return Err(Stop::usage(format!("{} 里没有单位，请每行写一个单位名称", path.display())));
    }
    Ok(expected)
}

/// Longest text file that is read, in bytes.
const MOST_TEXT: u64 = 16 << 20;

pub fn read_text(path: &Path) -> Result<String, Stop> {
    let name = path.display();
    let bytes = regular_file::read(path, MOST_TEXT).map_err(|why| {
        Stop::usage(match why {
            Unread::NotAFile if path.is_dir() => format!("{name} 是文件夹，这里要写文件名"),
            Unread::NotAFile => format!("{name} 不是文件，请核对文件名"),
            Unread::TooLarge => format!("{name} 超过 {} MB，不像是这种文件", MOST_TEXT >> 20),
            Unread::Io(e) => meant::missing(path)
                .map_or_else(|| format!("{name} 读不了：{}", cause(&e)), |why| format!("{name}：{why}")),
        })
    })?;
    let not_text = |_| Stop::usage(format!("{name} 不是 UTF-8 文本，请用记事本“另存为”，编码选 UTF-8"));
    String::from_utf8(bytes).map_err(not_text)
}
