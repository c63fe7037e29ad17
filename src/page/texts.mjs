// The texts of one report: paragraphs with findings are coloured and lead to them.
import { el } from "./dom.mjs";
import { marked } from "./tables.mjs";

/** Cover and sections; `marking` as for tables. */
export function drawnTexts(sections, marking) {
  const paragraph = (drawn) => {
    const text = drawn.is_heading ? el("b", {}, drawn.text) : drawn.text;
    const mark = marked(drawn, marking);
    if (mark === null) return el("p", { title: drawn.place }, text);
    return el("p", mark.attributes, text, " ", mark.button());
  };
  return sections.map(({ heading, paragraphs }) =>
    el("section", { className: "text" }, el("h3", {}, heading || "正文"), paragraphs.map(paragraph)));
}
