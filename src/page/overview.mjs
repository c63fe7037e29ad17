// The view of a run with several files: a line each, what they say together, the list of units, what can be saved of all.
import { action, el } from "./dom.mjs";
import { findingsList } from "./findings.mjs";
import { copy, save, saving } from "./hand-over.mjs";
import { keepList, keptList } from "./memory.mjs";
import { state, title } from "./report.mjs";
import { summing } from "./sum.mjs";

const STATES = { failed: "没有读懂", skipped: "略过", blocked: "必须先改", warned: "有警告", clean: "没有问题" };
const UNIT_STATES = { submitted: "交了", unread: "读不懂", missing: "缺报" };

/** Sets the view; `open` is called with a report that should be shown, and with the button that leads to it. */
export function overview(run, about, open, say, progress) {
  const view = el("section", { className: "overview", "aria-labelledby": "overview-name" });
  const set = () => view.replaceChildren(...parts(run, about, open, say, progress, set));
  set();
  return view;
}

function parts(run, about, open, say, progress, set) {
  const order = Object.keys(STATES);
  const sorted = run.reports
    .map((report) => ({ report, state: state(report.record, about) }))
    .sort((a, b) => rank(a.state) - rank(b.state));
  const counts = order.map((s) => [STATES[s], sorted.filter((r) => r.state === s).length]).filter(([, n]) => n > 0);
  const line = ({ report, state: s }) => {
    const count = (severity) => report.record.findings.filter((f) => f.severity === severity).length || "";
    const name = report.record.agency ? title(report.record) : report.path;
    return el(
      "tr",
      { className: s },
      el("td", { className: "state" }, STATES[s]),
      el("td", { className: "name" }, el("button", { type: "button", className: "link", onclick: ({ currentTarget }) => open(report, currentTarget) }, name)),
      el("td", {}, String(count("error"))),
      el("td", {}, String(count("warning"))),
      el("td", { className: "reason" }, s === "clean" ? "" : (report.record.findings[0]?.message ?? "")),
      el("td", { className: "reason" }, report.path),
    );
  };
  const left = el("div", {});
  const heads = ["情况", "报告", "错误", "警告", "最要紧的一条", "文件"];
  return [
    el("h2", { id: "overview-name", tabindex: "-1" }, `共 ${sorted.length} 份：${counts.map(([word, n]) => `${word} ${n}`).join("，")}`),
    el(
      "div",
      { className: "actions" },
      action("打包下载所有能公布的", async () => left.replaceChildren(...(await bundle(run, say, progress))), say),
      saving("下载检查结果（网页）", () => run.findingsPage(), say),
    ),
    left,
    summing(run, about, say),
    units(run, say, set),
    ...findingsList(run.notes, about.rules, "note"),
    el(
      "div",
      { className: "table", tabindex: "0", role: "region", "aria-label": "所有报告" },
      el("table", {}, el("thead", {}, el("tr", {}, heads.map((h) => el("th", { scope: "col" }, h)))), el("tbody", {}, sorted.map(line))),
    ),
  ].filter(Boolean);
}

function rank(s) {
  return ["failed", "blocked", "warned", "clean", "skipped"].indexOf(s);
}

/** Saves the zip of all packages; gives the list of the reports that are not in it. */
async function bundle(run, say, progress) {
  const { zip, packed, left } = await run.bundled(progress);
  if (zip) save(zip);
  say(zip ? `打包了 ${packed} 份，已经交给浏览器保存：${zip.name}` : "没有能公布的，原因列在下面。");
  if (left.length === 0) return [];
  const line = ({ report, reason }) => el("li", {}, `${report.record.agency ?? report.path}：${reason}`);
  return [el("p", {}, `没有打进去的 ${left.length} 份：`), el("ul", {}, left.map(line))];
}

/** The list of units that should report. */
function units(run, say, set) {
  const field = el("textarea", { id: "units", rows: "4", placeholder: "每行一个单位" }, run.list);
  const kept = el("input", { type: "checkbox", id: "keep-units", checked: keptList() !== "" });
  const keep = () => {
    if (keepList(kept.checked ? field.value.trim() : "") || !kept.checked) return;
    kept.checked = false;
    say("这个浏览器不让本页记东西，名单没有记住。");
  };
  kept.addEventListener("change", keep);
  const check = action("看看谁没有交", async () => {
    run.expect(field.value);
    if (kept.checked) keep();
    await run.conclude();
    set();
    say(run.units?.summary ?? "名单是空的。");
  }, say);
  const missing = () => run.units.units.filter((u) => u.state !== "submitted");
  const known = run.units && [
    el("p", {}, run.units.summary),
    el("ul", {}, missing().map((u) => el("li", {}, `${u.name}：${UNIT_STATES[u.state]}${u.reason ? `（${u.reason}）` : ""}`))),
    missing().length > 0 && el("p", {}, action("复制没有交齐的单位", () => {
      copy({ text: missing().map((u) => `${u.name}\t${UNIT_STATES[u.state]}`).join("\n") });
      say("已经复制，每行一个单位，可以贴进通知或表格。");
    }, say)),
    run.units.unlisted.length > 0 && el("p", {}, `不在名单上的：${run.units.unlisted.map((u) => u.agency).join("、")}`),
  ];
  return el(
    "details",
    { className: "units", open: Boolean(run.units) },
    el("summary", {}, "应报名单"),
    el("label", { for: "units" }, "把应当交报告的单位贴在这里，每行一个："),
    field,
    el("p", {}, kept, " ", el("label", { for: "keep-units" }, "在这台电脑的浏览器里记住名单，下次不用再贴")),
    el("p", {}, check),
    known,
  );
}
