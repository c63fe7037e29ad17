// The view of one report: what it is, what to do next, its findings beside its tables, its files.
import { action, el } from "./dom.mjs";
import { findingsList } from "./findings.mjs";
import { copy, saving } from "./hand-over.mjs";
import { drawnTables, figures } from "./tables.mjs";
import { drawnTexts } from "./texts.mjs";

/** Formats that clerks know; the others are folded away. */
const USUAL = ["pdf", "docx", "xlsx", "html"];

/** How the names of files begin that must not be published as they are. */
const DRAFT = "草稿-";

/** Sets the view of a report; `about` is what the engine says of itself, `say` shows a sentence. */
export function reportView(run, report, about, say) {
  const { record, tables, texts } = report;
  const view = el("article", { className: "report", "aria-labelledby": "report-name" });
  const marking = { now: positions(report), show: (i) => show(view.querySelector(`#finding-${i}`)) };
  const drawn = drawnTables(tables, marking);
  const words = drawnTexts(texts, marking);
  const places = [...drawn, ...words].flatMap((part) => [...part.querySelectorAll("[data-findings]")]);
  // Its own place rather than one that it only refers to.
  const place = (i) => {
    const all = places.filter((one) => one.dataset.findings.split(" ").includes(String(i)));
    return all.find((one) => one.classList.contains(record.findings[i].severity)) ?? all[0];
  };
  const list = findingsList(record.findings, about.rules, "finding", {
    has: place,
    show: (i) => show(place(i).querySelector("button")),
  });
  view.append(
    el("h2", { id: "report-name", tabindex: "-1" }, title(record)),
    el("p", { className: "file" }, report.path),
    el("p", { className: `next ${state(record, about)}` }, nextStep(record, about)),
    actions(run, report, about, say, view),
    el(
      "div",
      { className: "beside" },
      record.findings.length > 0 && el("section", { "aria-label": "发现的问题" }, el("h3", {}, "发现的问题"), list),
      (tables.length > 0 || texts.length > 0) &&
        el("section", { className: "drawn", "aria-label": "官方表格和正文" }, drawn.map((t, i) => [t, copyFigures(tables[i], say)]), words),
    ),
  );
  return view;
}

/**
 * For each finding that tables and texts refer to, its position in the record; `undefined` if the record has it no more. The record was
 * judged together with others after they were drawn, by which findings came in between.
 */
function positions({ own, record }) {
  let from = 0;
  return own.findings.map((before) => {
    const at = record.findings.findIndex((f, i) => i >= from && f.code === before.code && f.message === before.message);
    if (at < 0) return undefined;
    from = at + 1;
    return at;
  });
}

/** Agency, year and edition as far as they are known. */
export function title(record) {
  const parts = [record.agency, record.year && `${record.year} 年度`];
  const known = parts.filter(Boolean).join("，") || "没有读懂的文件";
  return record.edition ? `${known}（${record.edition} 年版表样）` : known;
}

/** `failed`, `skipped`, `blocked` (not to be published as it is), `warned` or `clean`. */
export function state(record, about) {
  if (record.status === "failed" || record.status === "skipped") return record.status;
  if (record.findings.some((f) => isBlocking(f, about))) return "blocked";
  return record.findings.some((f) => f.severity !== "note") ? "warned" : "clean";
}

function isBlocking(finding, about) {
  return !finding.waived && (finding.severity === "error" || about.rules.get(finding.code)?.blocks);
}

function nextStep(record, about) {
  const blocking = record.findings.filter((f) => isBlocking(f, about)).length;
  return {
    failed: "有的地方读不懂，不能生成文件。请照下面列出的在工作簿里改好、保存，再把它放进来一次。",
    skipped: "这个文件略过了，原因见下面。",
    blocked: `有 ${blocking} 处必须先改。请在工作簿里改好、保存，再把它放进来一次；下面的文件可以先看看，不要公布。`,
    warned: "没有必须改的问题。请核对下面的警告，确认无误就可以下载公布。",
    clean: "没有发现问题，可以下载公布。",
  }[state(record, about)];
}

function actions(run, report, about, say, view) {
  const { record } = report;
  const row = el("div", { className: "actions" });
  if (record.status === "ok" || record.status === "findings") {
    if (state(record, about) !== "blocked") {
      row.append(main(saving("下载公布包", async () => (await run.packaged(report)).pop(), say)));
    }
    const made = async (format) => {
      const [file] = await run.produced(report, [format]);
      // So that nobody takes it for the one to be published.
      return state(record, about) === "blocked" ? { ...file, name: `${DRAFT}${file.name}` } : file;
    };
    const format = ({ name, word }) => saving(`下载${/^\w/.test(word) ? " " : ""}${word}`, () => made(name), say);
    const isUsual = ({ name }) => USUAL.includes(name);
    row.append(
      action("预览 PDF", (button) => preview(run, report, view, button), say),
      ...about.formats.filter(isUsual).map(format),
      action("复制正文（贴进网站编辑器）", () => copyReport(run, report, say), say),
      el(
        "details",
        { className: "others" },
        el("summary", {}, "其他格式"),
        el("div", { className: "actions" }, about.formats.filter((f) => !isUsual(f)).map(format)),
      ),
    );
  }
  if (report.isWorkbook && record.findings.some((f) => f.severity !== "note") && !record.findings.some((f) => f.code === "I101")) {
    row.append(saving("下载标注过的工作簿", () => run.marked(report), say));
  }
  return row;
}

function main(button) {
  button.classList.add("main");
  return button;
}

async function preview(run, report, view, button) {
  const open = view.querySelector(".preview");
  if (open) {
    URL.revokeObjectURL(open.querySelector("iframe").src);
    open.remove();
    button.setAttribute("aria-expanded", "false");
    return;
  }
  const [{ content, media_type: type, name }] = await run.produced(report, ["pdf"]);
  const url = URL.createObjectURL(new Blob([content], { type }));
  const frame = el(
    "section",
    { className: "preview", "aria-label": "预览" },
    el("iframe", { src: url, title: `${name} 的预览` }),
    el("p", {}, el("a", { href: url, target: "_blank", rel: "noopener" }, "在新的标签页里打开")),
  );
  view.querySelector(".actions").after(frame);
  button.setAttribute("aria-expanded", "true");
}

async function copyReport(run, report, say) {
  const [{ content }] = await run.produced(report, ["fragment"]);
  const markup = new TextDecoder().decode(content);
  // The policy of the page forbids styles of others even where nothing is drawn.
  const unstyled = markup.replace(/ style="[^"]*"/g, "");
  const text = new DOMParser().parseFromString(unstyled, "text/html").body.textContent;
  copy({ markup, text });
  say("正文已经复制，到网站的编辑器里粘贴。");
}

function copyFigures(table, say) {
  const label = `复制“${table.name}”的数字`;
  return el("p", { className: "copy" }, action(label, () => {
    copy({ text: figures(table) });
    say("数字已经复制，按表格的顺序，可以贴进网上填报的表格。");
  }, say));
}

/** Brings an element into view and gives it the focus. */
function show(element) {
  const folded = element.closest("details");
  if (folded) folded.open = true;
  element.scrollIntoView({ block: "center", inline: "center" });
  element.focus({ preventScroll: true });
  const whole = element.closest("li, td, p");
  whole.classList.add("shown");
  setTimeout(() => whole.classList.remove("shown"), 2000);
}
