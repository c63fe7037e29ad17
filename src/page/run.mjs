// One run: the files that were given, what the engine says of each, and of all together. It remembers nothing of earlier runs, and
// keeps files by reference: their bytes are read when they are needed.

import { text } from "./inputs.mjs";
import { bytes } from "./reading.mjs";

/** A list of units is a text; waivers and aliases are files as `publish` takes them. */
const LIST = /\.txt$/i;
const TABLES = /\.toml$/i;
/** Waivers are a list of tables, and aliases have none. */
const WAIVERS = /^\s*\[\[/m;

const isBeside = ({ path }) => LIST.test(path) || TABLES.test(path);

/** Bytes that decide whether a file may be an archive or a mail, as many as `container::HEAD`. */
const HEAD = 4096;

export class Run {
  #workers;
  #largest;
  #given;
  #beside;
  /** The texts of the files of waivers and aliases, by path. */
  #tables = new Map();

  /** `largest` is the most bytes of a `file` and a `container` that the engine reads, `list` the list of units unless one is among the files. */
  constructor(workers, largest, list, given) {
    this.#workers = workers;
    this.#largest = largest;
    this.#given = given.filter((file) => !isBeside(file));
    this.#beside = given.filter(isBeside);
    /** The text of the list of units; empty without one. */
    this.list = list;
    /** The texts of the waivers and of the aliases, if some were given. */
    this.waivers = null;
    this.aliases = null;
    /**
     * For each file that is not passed over `{ path, file, isMember, own, record, tables, texts, alone, isUnread }`: `isMember` says that it
     * came in an archive or a mail, `own` is its record before all were judged together, `alone` what is concluded if it is the only
     * one, `isUnread` says that it has no tables to read.
     */
    this.reports = [];
    this.notes = [];
    this.units = null;
  }

  /** Examines all files; `progress` is called with the number of those that are done. */
  async examine(progress) {
    if (this.#given.length === 0) throw new Error("只有名单、豁免文件或别名文件，没有工作簿，请把工作簿也放进来");
    let [done, all] = [0, this.#given.length];
    const one = async (given) => {
      if (given.record) return [given];
      const held = await this.#held(given);
      done += 1;
      all += held.filter(({ record }) => !record).length;
      progress(done, all);
      return held;
    };
    await this.#readBeside();
    // The second time for the files in archives and mails.
    const held = (await each(this.#given, one)).flat();
    this.reports = (await each(held, one)).flat();
    await this.conclude();
    // What a folder holds beside workbooks is no part of the run, unless there is nothing else.
    if (this.reports.some((r) => r.record.status !== "skipped")) {
      this.reports = this.reports.filter((r) => r.record.status !== "skipped" || !r.path.includes("/"));
    }
  }

  /**
   * Takes files that were given later into the run if they belong to it: lists, waivers and aliases, and corrected files, which have the names
   * of files of a run over several. Otherwise gives false, and they are another run.
   */
  async takes(given) {
    const name = (path) => path.split("/").pop();
    const places = given.filter((file) => !isBeside(file)).map((file) => {
      const same = this.reports.filter((report) => !report.isMember && name(report.path) === name(file.path));
      return { file, report: same.length === 1 ? same[0] : null };
    });
    const isOther = this.reports.length < 2 ? places.length > 0 : places.some(({ report }) => report === null);
    if (this.reports.length === 0 || isOther || places.length >= this.reports.length) return false;
    this.#beside = given.filter(isBeside);
    await this.#readBeside();
    for (const { file, report } of places) {
      const [held] = await this.#held({ path: report.path, file: file.file });
      const isReport = held?.record && held.path === report.path;
      Object.assign(report, isReport ? held : refused({ path: report.path, file: file.file }, "现在是压缩包或邮件，请把里面的文件放进来"));
    }
    await this.conclude();
    return true;
  }

  async #readBeside() {
    for (const { path, file } of this.#beside) {
      const content = text(await bytes(this.#limited(file), path));
      if (LIST.test(path)) this.list = content;
      else this.#tables.set(path, content);
    }
    // A file that is given again, since it was corrected, replaces itself.
    const together = (texts) => (texts.length > 0 ? texts.join("\n") : null);
    const tables = [...this.#tables.values()];
    this.waivers = together(tables.filter((t) => WAIVERS.test(t)));
    this.aliases = together(tables.filter((t) => !WAIVERS.test(t)));
  }

  /** Judges all records together, and says who of the list of units did not report. */
  async conclude() {
    const isAlone = this.reports.length === 1 && this.#units() === null && this.#tables.size === 0;
    const request = { ask: "conclude", ...this.#own(), units: this.#units(), waivers: this.waivers };
    const result = (isAlone && this.reports[0].alone) || (await this.#ask(request)).result;
    this.reports.forEach((report, i) => (report.record = result.records[i]));
    this.notes = result.notes;
    this.units = result.units;
  }

  /** The report in formats, as files. */
  async produced(report, formats) {
    return (await this.#about(report, { ask: "produce", formats })).files;
  }

  /** The files of the package; throws with the reason if the report may not be published. */
  async packaged(report, record = report.record) {
    const { result, files } = await this.#about(report, { ask: "package", record, waivers: this.waivers });
    if (files.length === 0) {
      const refused = result.findings.find((f) => f.code === "B902") ?? result.findings[0];
      throw new Error(refused.message);
    }
    return files;
  }

  async marked(report) {
    return (await this.#about(report, { ask: "mark", record: report.record })).files[0];
  }

  async findingsPage() {
    const reports = [...this.reports].sort((a, b) => gravity(b.record) - gravity(a.record));
    const files = this.#files((report) => !report.isUnread, reports);
    return (await this.#ask({ ask: "findings_page", records: reports.map((r) => r.record) }, files)).files[0];
  }

  /** The years of the reports that were understood, the latest first. */
  years() {
    const understood = this.reports.filter((r) => isUnderstood(r.own)).map((r) => r.own.year);
    return [...new Set(understood)].sort((a, b) => b - a);
  }

  /** The sum of the reports of a year, in the name of an agency: `{ sentence, findings, file }`, without a file if it says why. */
  async summed(year, agency) {
    const files = this.#files((report) => isUnderstood(report.own));
    const request = { ask: "sum", ...this.#own(), year, agency, units: this.#units() };
    const { result, files: [file] } = await this.#ask(request, files);
    return { ...result, file };
  }

  /** One zip of the packages of all reports that may be published, and the reports that are not in it, each with the reason. */
  async bundled(progress) {
    const { result } = await this.#ask({ ask: "conclude", ...this.#own(), waivers: this.waivers, publishing: true });
    const [files, left] = [[], []];
    let done = 0;
    const one = async (report, i) => {
      try {
        if (result.records[i].status === "failed") throw new Error(result.records[i].findings[0].message);
        const made = await this.packaged(report, result.records[i]);
        // The zip of each package is not packed once more.
        files.push(...made.filter((file) => file.name.includes("/")));
      } catch (error) {
        left.push({ report, reason: error.message });
      }
      done += 1;
      progress(done, this.reports.length);
    };
    await each(this.reports, one);
    if (files.length === 0) return { zip: null, left };
    files.sort((a, b) => (a.name < b.name ? -1 : 1));
    const { files: [zip] } = await this.#ask({ ask: "bundle" }, files);
    return { zip, left };
  }

  /** The files of all reports; those that are not to be read again, since nothing is in them or they end a Worker, are empty. */
  #files(isRead, reports = this.reports) {
    const named = (report) => {
      const content = isRead(report) ? this.#limited(report.file) : new Uint8Array();
      return { name: report.path, content };
    };
    return reports.map(named);
  }

  #units() {
    return this.list.trim() ? this.list : null;
  }

  /** The records as they were before they were judged together, for to be judged again, which are of members, and the aliases. */
  #own() {
    const [records, members] = [this.reports.map((report) => report.own), this.reports.map((report) => report.isMember)];
    return { records, members, aliases: this.aliases };
  }

  /**
   * What a file holds: one report, or, if it is an archive or a mail, the files in it as if they lay in a folder of its name. Those are
   * still to be examined and have no `record`, except for what cannot be read.
   */
  async #held(given) {
    const { path, file } = given;
    try {
      const { result, files } = await this.#ask({ ask: "examine" }, [{ name: path, content: await this.#whole(file, path) }]);
      if (!result.is_container) return [report(given, { ...result, own: result.record })];
      const members = files.map(({ name, content }) => ({ path: name, file: new Blob([content]), isMember: true }));
      return [...members, ...result.records.map((own) => report({ path: own.file, file }, { own, isUnread: true }))];
    } catch (error) {
      return [refused(given, error.message)];
    }
  }

  /** A workbook, an archive or a mail; only the latter two may be larger than a workbook. */
  async #whole(file, path) {
    if (file.size <= this.#largest.file) return file;
    const head = file.slice(0, HEAD);
    const { result: mayUnpack } = await this.#ask({ ask: "may_unpack" }, [{ name: path, content: head }]);
    return this.#limited(file, mayUnpack ? this.#largest.container : this.#largest.file);
  }

  async #about({ path, file }, request) {
    return this.#ask(request, [{ name: path, content: this.#limited(file) }]);
  }

  /** The file, if it is not too large. */
  #limited(file, most = this.#largest.file) {
    if (file.size > most) throw new Error(`文件超过 ${Math.floor(most / 1_048_576)} MB，不会是年报的工作簿`);
    return file;
  }

  #ask(request, files = []) {
    return this.#workers.ask(request, files);
  }
}

/** How grave a record is: not understood, with errors, with warnings, or neither. */
function gravity({ status, findings }) {
  if (status === "failed") return 3;
  return findings.some((f) => f.severity === "error") ? 2 : Number(findings.some((f) => f.severity === "warning"));
}

function isUnderstood(record) {
  return record.status === "ok" || record.status === "findings";
}

/** The results of an action on each item, a few at a time, so that not all files are in memory at once. */
async function each(items, act) {
  const results = [];
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      const i = next;
      next += 1;
      results[i] = await act(items[i], i);
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  return results;
}

/** A report of a run, as it was given and as it was examined. */
function report({ path, file, isMember = false }, { own, tables = [], texts = [], alone = null, isUnread = false }) {
  return { path, file, isMember, own, record: own, tables, texts, alone, isUnread };
}

/** A file about which the engine says nothing, for a reason. */
function refused(given, reason) {
  const finding = {
    code: "I101",
    severity: "error",
    message: `没有读成：${reason}`,
    related: [],
    hint: "请用 Excel 或 WPS 打开，另存为 .xlsx，再放一次",
  };
  const own = {
    input: 1, file: given.path, sha256: null, agency: null, year: null, edition: null, status: "failed", outputs: [],
    findings: [finding], tool: "", form: null, key: "",
  };
  return report(given, { own, isUnread: true });
}
