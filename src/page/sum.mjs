// The sum over the reports of a run: for which year and in whose name, then a workbook, and what is to be said about it.
import { action, el } from "./dom.mjs";
import { findingsList } from "./findings.mjs";
import { save } from "./hand-over.mjs";

/** The part of the view with which a sum is made; nothing if no report was understood. */
export function summing(run, about, say) {
  const years = run.years();
  if (years.length === 0) return null;
  const agency = el("input", { type: "text", id: "sum-agency", autocomplete: "off" });
  const year = el("select", { id: "sum-year" }, years.map((y) => el("option", { value: String(y) }, `${y} 年`)));
  const said = el("div", {});
  const button = action("汇总成一个工作簿", async () => {
    const { sentence, findings, file } = await run.summed(Number(year.value), agency.value);
    said.replaceChildren(el("p", {}, sentence), ...findingsList(findings, about.rules, "sum"));
    if (file) save(file);
    say(file ? `${sentence}。` : "没有汇总，原因列在下面。");
  }, say);
  return el(
    "details",
    { className: "sum" },
    el("summary", {}, "汇总各单位的数字"),
    el("p", {}, el("label", { for: "sum-year" }, "哪一年："), year),
    el("p", {}, el("label", { for: "sum-agency" }, "写在封面上的单位（可以不填）："), agency),
    el("p", {}, button),
    said,
  );
}
