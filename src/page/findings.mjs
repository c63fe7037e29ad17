// The findings of one report as a list: what is wrong, where, what to do, and on request what the rule means.
import { el } from "./dom.mjs";

export const SEVERITIES = { error: "错误", warning: "警告", note: "提示" };

/** Most notes that are listed at once: a report whose sums were left to the program has dozens. */
const MOST_NOTES = 3;

/**
 * The lists, for to be appended: findings come with the gravest first, so the notes are at the end, and many of them are folded away.
 * `name` makes the identifiers of the items, `cells` is `{ has, show }` by the position of a finding, for findings with a cell to show.
 */
export function findingsList(findings, rules, name, cells = { has: () => false }) {
  if (findings.length === 0) return [];
  const items = findings.map((finding, i) => item(finding, `${name}-${i}`, rules, cells.has(i) ? () => cells.show(i) : null));
  const grave = findings.filter((finding) => finding.severity !== "note").length;
  const notes = items.slice(grave);
  if (notes.length <= MOST_NOTES) return [el("ol", { className: "findings" }, items)];
  const folded = el(
    "details",
    { className: "notes" },
    el("summary", {}, `提示 ${notes.length} 条，知道就行`),
    el("ol", { className: "findings", start: String(grave + 1) }, notes),
  );
  return grave > 0 ? [el("ol", { className: "findings" }, items.slice(0, grave)), folded] : [folded];
}

function item(finding, id, rules, show) {
  const rule = rules.get(finding.code);
  const meaning = el("div", { className: "meaning", hidden: true });
  const explain = el("button", { type: "button", className: "small", "aria-expanded": "false" }, "什么意思");
  explain.addEventListener("click", () => {
    if (!meaning.hasChildNodes()) meaning.append(...explained(rule));
    meaning.hidden = !meaning.hidden;
    explain.setAttribute("aria-expanded", String(!meaning.hidden));
  });
  return el(
    "li",
    { className: finding.severity, id, tabindex: "-1" },
    el("span", { className: "severity" }, SEVERITIES[finding.severity]),
    finding.severity !== "error" && rule?.blocks && !finding.waived && el("strong", {}, "公布前必须改 "),
    el("span", { className: "message" }, `${finding.message}${more(finding)}`),
    finding.waived && el("p", { className: "waived" }, `已经豁免（${finding.waived.who}，${finding.waived.date}）：${finding.waived.reason}`),
    finding.hint && !finding.waived ? el("p", { className: "hint" }, finding.hint) : null,
    el(
      "p",
      { className: "more" },
      el("span", { className: "code" }, finding.code),
      show && el("button", { type: "button", className: "small", onclick: show }, "看这一格"),
      rule && explain,
    ),
    meaning,
  );
}

function more(finding) {
  return finding.more ? `（另有 ${finding.more} 处没有列出）` : "";
}

function explained(rule) {
  const rows = [
    ["含义", rule.meaning],
    ["公式", rule.formula],
    ["依据", rule.basis],
    ["例子", rule.example],
  ];
  return rows.filter(([, text]) => text).map(([name, text]) => el("p", {}, el("b", {}, name), " ", text));
}
