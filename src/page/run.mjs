// One run: the files that were given, what the engine says of each, and of all together. It remembers nothing of earlier runs, and
// keeps files by reference: their bytes are read when they are needed.

import { text } from "./inputs.mjs";
import { bytes } from "./reading.mjs";

/** A list of units is a text; waivers and aliases are tables as `publish` takes them. */
const LIST = /\.txt$/i;
const TABLES = /\.toml$/i;
/** In a folder, which may hold other texts, their names say what they are. */
const NAMED = /名单|豁免|别名/;
/** Waivers are a list of tables, and aliases have none. */
const WAIVERS = /^\s*\[\[/m;

const nameOf = (path) => path.split("/").pop();

function isBeside({ path }) {
  return (LIST.test(path) || TABLES.test(path)) && (!path.includes("/") || NAMED.test(nameOf(path)));
}

/** Bytes that decide whether a file may be an archive or a mail, as many as `container::HEAD`. */
const HEAD = 4096;

export class Run {
  #workers;
  #about;
  #given;
  #beside;
  /** The texts of the files of waivers and aliases, by path. */
  #tables = new Map();
  /** Whether the list was given in this run and not only kept. */
  #hasList = false;
  /** The run before this one, if its files had the same paths. */
  #before;
  /** The last change of this run. */
  #last = Promise.resolve();

  /**
   * `about` is what the engine says of itself, `list` the list of units unless one is among the files, `before` the run before this one or
   * null: if its files have the same paths and agencies, they were corrected, and what was given beside them still holds.
   */
  constructor(workers, about, list, given, before) {
    this.#workers = workers;
    this.#about = about;
    this.#given = given.filter((file) => !isBeside(file));
    this.#beside = given.filter(isBeside);
    /** The text of the list of units; empty without one. */
    this.list = list;
    this.#before = before?.#paths() === this.#paths() ? before : null;
    /** Why something that was given beside the workbooks is not used; empty if nothing is in the way. */
    this.complaint = "";
    /**
     * For each file that is not passed over, an object that never changes,
     * `{ path, file, isMember, own, record, tables, texts, alone, isUnread, isWorkbook }`: `isMember` says that it came in an archive or a mail, `own` is its record before all were judged together, `alone` what is concluded if it is the only
     * one, `isUnread` says that it has no tables to read, `isWorkbook` that it has cells to be marked.
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
    // The second time for the files in archives and mails.
    const held = (await each(this.#given, one)).flat();
    this.reports = (await each(held, one)).flat();
    if (this.#before?.#agencies() === this.#agencies()) {
      this.list = this.#before.list;
      this.#hasList = this.#before.#hasList;
      this.#tables = new Map(this.#before.#tables);
    }
    this.#before = null;
    await this.#readBeside(this.#beside);
    await this.#concluded(this.reports);
    // What a folder holds beside workbooks is no part of the run, unless there is nothing else.
    if (this.reports.some((r) => r.record.status !== "skipped")) {
      this.reports = this.reports.filter((r) => r.record.status !== "skipped" || !r.path.includes("/"));
    }
  }

  /**
   * Takes files that were given later into the run if they belong to it: lists, waivers and aliases, and corrected files, which have the names
   * of files of a run over several. Otherwise gives false, and they are another run.
   */
  takes(given) {
    return this.#inTurn(() => this.#taken(given));
  }

  /** Judges all records together, and says who of the list of units did not report. */
  conclude() {
    return this.#inTurn(() => this.#concluded(this.reports));
  }

  /** Changes begin with what the change before has left, whenever they are asked for. */
  #inTurn(change) {
    const done = this.#last.then(change);
    this.#last = done.catch(() => {});
    return done;
  }

  async #taken(given) {
    const places = [];
    for (const file of given.filter((one) => !isBeside(one))) places.push({ file, report: await this.#counterpart(file) });
    const taken = new Set(places.map(({ report }) => report));
    const isOther = taken.has(null) || taken.size < places.length || places.length >= this.reports.length;
    if (isOther) return false;
    await this.#readBeside(given.filter(isBeside));
    const now = new Map();
    for (const { file: { file }, report: { path } } of places) {
      const [held] = await this.#held({ path, file });
      const isReport = held?.record && held.path === path;
      now.set(path, isReport ? held : refused({ path, file }, "现在是压缩包或邮件，请把里面的文件放进来"));
    }
    // Those that are shown stay what they are: who looks at one saves what was examined.
    await this.#concluded(this.reports.map((one) => (one.isMember ? one : now.get(one.path) ?? one)));
    return true;
  }

  /**
   * The report of this run that a file is a correction of, or null: the one of its path, or of its name if it was given without its
   * folder; of several, that of the same agency and year.
   */
  async #counterpart({ path, file }) {
    const isSame = (one) => (path.includes("/") ? one.path === path : nameOf(one.path) === path);
    const same = this.reports.filter((one) => !one.isMember && isSame(one));
    if (same.length < 2) return same[0] ?? null;
    const [held] = await this.#held({ path, file });
    const its = same.filter(({ own }) => held?.own && own.agency === held.own.agency && own.year === held.own.year);
    return its.length === 1 ? its[0] : null;
  }

  /**
   * Reads lists, waivers and aliases; what cannot be used is left out and named in `complaint`. A list replaces the one before, and a
   * table that is given again, since it was corrected, replaces itself.
   */
  async #readBeside(given) {
    const complaints = [];
    const lists = [];
    for (const { path, file } of given) {
      try {
        const content = text(await bytes(this.#limited(file), path));
        if (LIST.test(path)) lists.push(content);
        else await this.#addTable(path, content);
      } catch (error) {
        complaints.push(`${path}：${error.message}`);
      }
    }
    this.complaint = complaints.join("；");
    if (lists.length === 0) return;
    this.list = lists.join("\n");
    this.#hasList = true;
  }

  /** Adds waivers or aliases; if they cannot be used with those that are there, throws and leaves those. */
  async #addTable(path, content) {
    const before = this.#tables;
    const isSame = (one) => one === path || (nameOf(one) === nameOf(path) && !(one.includes("/") && path.includes("/")));
    const same = [...before.keys()].filter(isSame);
    this.#tables = new Map(before);
    if (same.length === 1) this.#tables.delete(same[0]);
    this.#tables.set(path, content);
    try {
      await this.#ask({ ask: "conclude", records: [], waivers: this.waivers, aliases: this.#aliases() });
    } catch (error) {
      this.#tables = before;
      throw error;
    }
  }

  /** The text of all waivers. */
  get waivers() {
    return this.#joined((table) => WAIVERS.test(table));
  }

  #aliases() {
    return this.#joined((table) => !WAIVERS.test(table));
  }

  #joined(isWanted) {
    const texts = [...this.#tables.values()].filter(isWanted);
    return texts.length > 0 ? texts.join("\n") : null;
  }

  /** Whether all that is to be said is about one report. */
  get isSingle() {
    return this.reports.length === 1 && this.notes.length === 0 && this.units === null;
  }

  /** Takes a list of units that a person typed; what it says is seen after `conclude`. */
  expect(list) {
    this.list = list;
    this.#hasList = list.trim() !== "";
  }

  async #concluded(reports) {
    const isAlone = reports.length === 1 && this.#units() === null && this.#tables.size === 0;
    const request = { ask: "conclude", ...this.#own(reports), units: this.#units(), waivers: this.waivers };
    const result = (isAlone && reports[0].alone) || (await this.#ask(request)).result;
    this.reports = reports.map((one, i) => ({ ...one, record: result.records[i] }));
    this.notes = result.notes;
    this.units = result.units;
  }

  /** The report in formats, as files. */
  async produced(report, formats) {
    return (await this.#askAbout(report, { ask: "produce", formats })).files;
  }

  /** The files of the package; throws with the reason if the report may not be published. */
  async packaged(report, record = report.record, waivers = this.waivers) {
    const { result, files } = await this.#askAbout(report, { ask: "package", record, waivers });
    if (files.length === 0) {
      const refused = result.findings.find((f) => f.code === "B902") ?? result.findings[0];
      throw new Error(refused.message);
    }
    return files;
  }

  async marked(report) {
    return (await this.#askAbout(report, { ask: "mark", record: report.record })).files[0];
  }

  async findingsPage() {
    const reports = [...this.reports].sort((a, b) => gravity(b.record) - gravity(a.record));
    const files = this.#files((report, i) => !report.isUnread && i < this.#about.most_drawn, reports);
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
    const request = { ask: "sum", ...this.#own(this.reports), year, agency, units: this.#units() };
    const { result, files: [file] } = await this.#ask(request, files);
    return { ...result, file };
  }

  /** One zip of the packages of all reports that may be published, how many are in it, and those that are not, each with the reason. */
  async bundled(progress) {
    // As they are now: what is given meanwhile is not packed.
    const { reports, waivers } = this;
    const { result } = await this.#ask({ ask: "conclude", ...this.#own(reports), waivers, publishing: true });
    const [files, left] = [[], []];
    let [done, size] = [0, 0];
    const one = async (report, i) => {
      try {
        if (result.records[i].status === "failed") throw new Error(result.records[i].findings[0].message);
        const made = await this.packaged(report, result.records[i], waivers);
        // The zip of each package is not packed once more.
        const own = made.filter((file) => file.name.includes("/"));
        size += own.reduce((sum, { content }) => sum + content.length, 0);
        if (size <= this.#about.largest.bundle) files.push(...own);
      } catch (error) {
        left.push({ report, reason: error.message });
      }
      done += 1;
      progress(done, reports.length);
    };
    await each(reports, one);
    if (size > this.#about.largest.bundle) {
      const most = Math.floor(this.#about.largest.bundle / 1_048_576);
      throw new Error(`公布包一共超过 ${most} MB，网页里装不下，请分几次放进来，或者用程序`);
    }
    const packed = reports.length - left.length;
    if (files.length === 0) return { zip: null, packed, left };
    files.sort((a, b) => (a.name < b.name ? -1 : 1));
    const { files: [zip] } = await this.#ask({ ask: "bundle" }, files);
    return { zip, packed, left };
  }

  /** The files of all reports; those that are not to be read again, since nothing is in them or they end a Worker, are empty. */
  #files(isRead, reports = this.reports) {
    const named = (report, i) => {
      const isSmall = report.file !== null && report.file.size <= this.#about.largest.file;
      return { name: report.path, content: isSmall && isRead(report, i) ? report.file : new Uint8Array() };
    };
    return reports.map(named);
  }

  /** The list of units; a list that is only kept is for runs over several files. */
  #units() {
    return this.list.trim() && (this.reports.length > 1 || this.#hasList) ? this.list : null;
  }

  #paths() {
    return JSON.stringify(this.#given.map(({ path }) => path).sort());
  }

  #agencies() {
    return JSON.stringify(this.reports.map(({ own }) => own.agency).sort());
  }

  /** The records as they were before they were judged together, which of them are of members, and the aliases. */
  #own(reports) {
    return { records: reports.map(({ own }) => own), members: reports.map(({ isMember }) => isMember), aliases: this.#aliases() };
  }

  /**
   * What a file holds: one report, or, if it is an archive or a mail, the files in it as if they lay in a folder of its name. Those are
   * still to be examined and have no `record`, except for what cannot be read.
   */
  async #held(given) {
    const { path, file } = given;
    try {
      const { result, files } = await this.#ask({ ask: "examine" }, [{ name: path, content: await this.#whole(file, path) }]);
      if (!result.is_container) return [report(given, { ...result, own: result.record, isWorkbook: result.is_workbook })];
      const members = files.map(({ name, content }) => ({ path: name, file: new Blob([content]), isMember: true }));
      return [...members, ...result.records.map((own) => report({ path: own.file, file }, { own, isUnread: true }))];
    } catch (error) {
      return [refused(given, error.message, error.place)];
    }
  }

  /** A workbook, an archive or a mail; only the latter two may be larger than a workbook. */
  async #whole(file, path) {
    if (this.#limited(file, Infinity).size <= this.#about.largest.file) return file;
    const head = file.slice(0, HEAD);
    const { result: mayUnpack } = await this.#ask({ ask: "may_unpack" }, [{ name: path, content: head }]);
    return this.#limited(file, mayUnpack ? this.#about.largest.container : this.#about.largest.file);
  }

  async #askAbout({ path, file }, request) {
    return this.#ask(request, [{ name: path, content: this.#limited(file) }]);
  }

  /** The file, if it is not too large. */
  #limited(file, most = this.#about.largest.file) {
    if (file === null) throw new Error("打不开，请检查有没有权限、是不是还在原来的地方");
    const limit = `超过 ${Math.floor(most / 1_048_576)} MB`;
    const isLarge = file.size > most;
    if (isLarge && most === this.#about.largest.container) throw new Error(`压缩包${limit}，请分成几个，或者用程序`);
    if (isLarge) throw new Error(`文件${limit}，不会是年报的工作簿`);
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
function report({ path, file, isMember = false }, { own, tables = [], texts = [], alone = null, isUnread = false, isWorkbook = false }) {
  return { path, file, isMember, own, record: own, tables, texts, alone, isUnread, isWorkbook };
}

/** A file about which the engine says nothing, for a reason; `place` is where in the source a fault of the engine was. */
function refused(given, reason, place) {
  const isFault = Boolean(place);
  const finding = {
    code: isFault ? "X901" : "I101",
    severity: "error",
    message: `没有读成：${reason}${isFault ? `（${place}）` : ""}`,
    related: [],
    hint: isFault ? "这是程序的错，请把这一句和这个文件交给管程序的人" : "请用 Excel 或 WPS 打开，另存为 .xlsx，再放一次",
  };
  const own = {
    input: 1, file: given.path, sha256: null, agency: null, year: null, edition: null, status: "failed", outputs: [],
    findings: [finding], tool: "", form: null, key: "",
  };
  return report(given, { own, isUnread: true });
}
