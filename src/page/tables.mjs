// The official tables of one report, drawn as on the form: cells with findings are coloured and lead to them.
import { el } from "./dom.mjs";

const CLASSES = { error: "error", warning: "warning", note: "note" };

/** The tables; `toFinding` is called with the position of a finding that should be shown. */
export function drawnTables(tables, toFinding) {
  return tables.map((table) =>
    el(
      "div",
      { className: "table", tabindex: "0", role: "region", "aria-label": table.name },
      el(
        "table",
        {},
        el("caption", {}, `${table.name}（${table.caption}）`),
        el("tbody", {}, table.rows.map((row) => el("tr", {}, row.map((cell) => drawnCell(cell, toFinding))))),
      ),
    ),
  );
}

function drawnCell(cell, toFinding) {
  const spans = { rowspan: String(cell.row_span), colspan: String(cell.column_span) };
  if (cell.is_label) {
    return el("th", spans, cell.text.flatMap((piece, i) => (i > 0 ? [el("wbr"), piece] : [piece])));
  }
  const text = cell.text.join("");
  const title = cell.place ?? undefined;
  if (cell.findings.length === 0) return el("td", { ...spans, title }, text);
  const numbers = cell.findings.map((i) => i + 1).join(",");
  const unseen = (words) => el("span", { className: "unseen" }, words);
  const button = el(
    "button",
    { type: "button", title, onclick: () => toFinding(cell.findings[0]) },
    text || unseen("空"),
    el("sup", {}, unseen("，见第 "), numbers, unseen(" 条")),
  );
  const className = CLASSES[cell.severity] ?? "related";
  return el("td", { ...spans, className, data: { findings: cell.findings.join(" ") } }, button);
}

/** The figures of a table as lines of cells for an online form: the form's order, separated by tabs. */
export function figures(table) {
  const lines = table.rows.map((row) => row.filter((cell) => !cell.is_label).map((cell) => cell.text.join("")));
  return lines.filter((line) => line.length > 0).map((line) => line.join("\t")).join("\n");
}
