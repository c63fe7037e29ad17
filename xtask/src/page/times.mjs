// node times.mjs PAGE WORKBOOK RUNS: how long the page takes in a browser, as a line of JSON. Times are taken inside the page, in
// milliseconds: `ready` after it was opened; the findings and the PDF of the first report of a tab (`cold`) and of the later ones
// (`warm`).
import { launched } from "./browser.mjs";

const [page, workbook, runs] = process.argv.slice(2);
/** Later reports of each tab. */
const LATER = 10;
/** Gives the page the workbook that the tab keeps. */
const GIVE = `
  document.getElementById("status").textContent = "";
  const transfer = new DataTransfer();
  transfer.items.add(document.getElementById("kept").files[0]);
  document.getElementById("files").files = transfer.files;
  document.getElementById("files").dispatchEvent(new Event("change", { bubbles: true }));`;
const PREVIEW = `[...document.querySelectorAll("button")].find((b) => b.textContent === "预览 PDF").click();`;
const times = { ready: [], cold_findings: [], cold_pdf: [], warm_findings: [], warm_pdf: [] };

const browser = await launched();
for (let i = 0; i < Number(runs); i += 1) {
  const tab = await browser.open(page);
  times.ready.push(tab.ready);
  await tab.keep(workbook);
  for (let n = 0; n <= LATER; n += 1) {
    const which = n === 0 ? "cold" : "warm";
    times[`${which}_findings`].push(await tab.timed(GIVE, "document.getElementById('status').textContent.startsWith('检查完了')"));
    times[`${which}_pdf`].push(await tab.timed(PREVIEW, "document.querySelector('.preview iframe') !== null"));
  }
  await tab.page.close();
}
await browser.end();
console.log(JSON.stringify(times));
