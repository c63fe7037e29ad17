// The official tables of one report, drawn as on the form: cells with findings are coloured and lead to them.
import { el } from "./dom.mjs";

const CLASSES = { error: "error", warning: "warning", note: "note" };

/**
 * The tables. `marking` is `{ now, show }`: for each finding that a cell refers to its position in the list that is shown, and what
 * is called with such a position to show the finding.
 */
export function drawnTables(tables, marking) {
  return tables.map((table) =>
    el(
      "div",
      { className: "table", tabindex: "0", role: "region", "aria-label": table.name },
      el(
        "table",
        {},
        el("caption", {}, `${table.name}（${table.caption}）`),
        el("tbody", {}, table.rows.map((row) => el("tr", {}, row.map((cell) => drawnCell(cell, marking))))),
      ),
    ),
  );
}

function drawnCell(cell, marking) {
  const spans = { rowspan: String(cell.row_span), colspan: String(cell.column_span) };
  if (cell.is_label) {
    return el("th", spans, cell.text.flatMap((piece, i) => (i > 0 ? [el("wbr"), piece] : [piece])));
  }
  const text = cell.text.join("");
  const mark = marked(cell, marking);
  if (mark === null) return el("td", { ...spans, title: cell.place }, text);
  return el("td", { ...spans, ...mark.attributes }, mark.button(text || unseen("空")));
}

/**
 * How a cell or a paragraph with findings is marked: the `attributes` of its element, and a `button` that leads to the first of them
 * and ends with their numbers. `null` if it has none.
 */
export function marked(drawn, { now, show }) {
  const findings = drawn.findings.map((i) => now[i]).filter((i) => i !== undefined);
  if (findings.length === 0) return null;
  const numbers = findings.map((i) => i + 1).join(",");
  const button = (...words) =>
    el(
      "button",
      { type: "button", title: drawn.place, onclick: () => show(findings[0]) },
      words,
      el("span", { className: "numbers" }, unseen("，见第 "), numbers, unseen(" 条")),
    );
  return { attributes: { className: CLASSES[drawn.severity] ?? "related", data: { findings: findings.join(" ") } }, button };
}

function unseen(words) {
  return el("span", { className: "unseen" }, words);
}

/** The figures of a table as lines of cells for an online form: the form's order, separated by tabs. */
export function figures(table) {
  const lines = table.rows.map((row) => row.filter((cell) => !cell.is_label).map((cell) => cell.text.join("")));
  return lines.filter((line) => line.length > 0).map((line) => line.join("\t")).join("\n");
}
