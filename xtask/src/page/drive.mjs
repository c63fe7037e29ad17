// node drive.mjs PLAN: the page driven in a browser. PLAN is a JSON file of `page/mod.rs`; each check prints a line, and any fault
// ends the process with a code other than 0.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { launched } from "./browser.mjs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const browser = await launched();
const figures = {};

/** Runs a check in a tab of its own, in which nothing may be requested and nothing may go wrong. */
async function check(what, run) {
  const tab = await browser.open(plan.page);
  const outside = tab.requests.filter((url) => !url.startsWith("file://"));
  await run(tab);
  assert.deepEqual(outside, [], `${what}: requested`);
  assert.equal(tab.requests.length, 1, `${what}: requested ${tab.requests}`);
  assert.deepEqual(tab.faults, [], what);
  await tab.page.close();
  console.log(`ok  ${what}`);
}

await check("ready after opening", async (tab) => {
  figures.ready = tab.ready;
});

await check("samples in every format: dropped, findings as the program's, files of the same bytes", async (tab) => {
  for (const { input, findings, files, package: zip } of plan.reports) {
    await tab.forget();
    await tab.drop([input]);
    await tab.examined();
    const shown = await tab.text(".findings > li > .message");
    assert.equal(shown, findings.join("\n"), input);
    await tab.click("其他格式");
    for (const { word, path } of files) {
      const saved = await tab.saved(`下载${/^\w/.test(word) ? " " : ""}${word}`);
      assert.equal(saved.name, (zip ? "" : "草稿-") + basename(path), input);
      assert.ok(saved.bytes.equals(readFileSync(path)), `${saved.name} differs from the program's`);
    }
    if (zip) {
      const saved = await tab.saved("下载公布包");
      assert.equal(saved.name, basename(zip));
      assert.ok(saved.bytes.equals(readFileSync(zip)), `${saved.name} differs from the program's`);
    }
  }
});

await check("a faulty report: chosen, from a finding to its cell and back, marked copy, meaning of a rule", async (tab) => {
  await tab.choose("#files", [plan.faulty]);
  figures.first = await tab.examined();
  assert.match(await tab.text(".next"), /必须先改/);
  await tab.click("看这一格");
  assert.ok(await tab.value("document.activeElement.closest('td')?.classList.contains('error')"));
  await tab.page.keyboard.press("Enter");
  assert.match(await tab.value("document.activeElement.id"), /^finding-/);
  await tab.click("什么意思");
  assert.match(await tab.text(".meaning:not([hidden])"), /依据/);
  const marked = await tab.saved("下载标注过的工作簿");
  assert.match(marked.name, /-标注\.xlsx$/);
  assert.ok(!(await tab.text("button")).includes("下载公布包"));
  assert.match((await tab.saved("下载 PDF")).name, /^草稿-.*\.pdf$/);
  for (const [name, look] of [["wide", { width: 1280 }], ["phone", { width: 390 }], ["dark", { width: 1280, dark: true }]]) {
    await tab.picture(join(plan.pictures, `faulty-${name}.png`), look);
  }
  assert.deepEqual(await tab.violations(), []);
  await tab.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  assert.deepEqual(await tab.violations(), []);
  // Paper is white in dark mode too.
  await tab.page.pdf({ path: join(plan.pictures, "faulty.pdf"), format: "A4", printBackground: true });
});

await check("judged together with their doubles, cells and paragraphs lead to findings of their own", async (tab) => {
  for (const [input, where] of [[plan.faulty, "td.error"], [plan.wrong_text, ".text p.warning"]]) {
    const folder = mkdtempSync(join(tmpdir(), "nianbao-double-"));
    for (const name of ["甲.xlsx", "乙.xlsx"]) copyFileSync(input, join(folder, name));
    await tab.forget();
    await tab.drop([folder]);
    await tab.examined();
    rmSync(folder, { recursive: true });
    await tab.value("document.querySelector('tbody button').click()");
    assert.match(await tab.text(".findings .code"), /Y403/);
    const marked = await tab.value(`[...document.querySelectorAll(${JSON.stringify(`${where}[data-findings]`)})].map((one) =>
      one.dataset.findings.split(" ").map((i) => document.getElementById("finding-" + i)).map((li) => li.querySelector(".code").textContent))`);
    assert.ok(marked.length > 0, `${where}: nothing is marked`);
    for (const codes of marked) assert.ok(!codes.includes("Y403"), `${where}: ${codes}`);
  }
});

await check("copied and looked at: text for an editor, figures for a form, preview", async (tab) => {
  await tab.drop([plan.reports[0].input]);
  await tab.examined();
  await tab.value(`globalThis.copied = {}; globalThis.addEventListener("copy", (e) => {
    for (const type of ["text/plain", "text/html"]) globalThis.copied[type] = e.clipboardData.getData(type);
  })`);
  const copies = async (label) => {
    await tab.value("globalThis.copied = {}");
    await tab.click(label);
    await tab.until("Object.keys(globalThis.copied).length > 0");
    return tab.value("globalThis.copied");
  };
  const body = await copies("复制正文（贴进网站编辑器）");
  assert.match(body["text/html"], /<table/);
  const label = (await tab.text(".copy button")).split("\n")[0];
  const block = await copies(label);
  assert.ok(block["text/plain"].split("\n").every((line) => /^[0-9.\/\t—-]*$/.test(line)), block["text/plain"]);
  await tab.click("预览 PDF");
  await tab.until("document.querySelector('.preview iframe')?.src.startsWith('blob:')");
  await tab.picture(join(plan.pictures, "report-wide.png"), { width: 1280 });
  await tab.picture(join(plan.pictures, "report-phone.png"), { width: 390 });
});

await check("what is spoiled or hostile ends in a sentence, and the page goes on", async (tab) => {
  const files = readdirSync(plan.hostile).map((name) => join(plan.hostile, name)).filter((path) => statSync(path).isFile());
  await tab.drop(files);
  figures.hostile = await tab.examined();
  assert.match(await tab.text("h2"), new RegExp(`^共 ${files.length} 份`));
  await tab.forget();
  await tab.drop([plan.reports[0].input]);
  await tab.examined();
  assert.match(await tab.text(".next"), /下载公布/);
});

await check("a folder of many reports: listed, opened and closed, one zip of all", async (tab) => {
  await tab.drop([plan.many]);
  figures.many = await tab.examined();
  const count = readdirSync(plan.many).length;
  assert.match(await tab.text("h2"), new RegExp(`^共 ${count} 份`));
  await tab.picture(join(plan.pictures, "many-wide.png"), { width: 1280 });
  await tab.picture(join(plan.pictures, "many-phone.png"), { width: 390 });
  assert.deepEqual(await tab.violations(), []);
  await tab.value("document.querySelector('tbody button').click()");
  await tab.click("← 回到所有报告");
  const begun = Date.now();
  const zip = await tab.saved("打包下载所有能公布的");
  figures.bundle = Date.now() - begun;
  assert.equal(zip.name, "公布.zip");
  const page = await tab.saved("下载检查结果（网页）");
  assert.equal(page.name, "检查结果.html");
  await tab.click("汇总各单位的数字");
  await tab.page.type("#sum-agency", "某市");
  const sum = await tab.saved("汇总成一个工作簿");
  assert.match(sum.name, /^\d{4}年汇总\.xlsx$/);
  assert.match(await tab.text("#status"), /^汇总了 \d+ 个单位/);
  // A list that is given later joins what is there, and so does a file that was corrected.
  for (const later of [plan.list, join(plan.many, readdirSync(plan.many)[0])]) {
    await tab.forget();
    await tab.drop([later]);
    await tab.examined();
    assert.match(await tab.text("h2"), new RegExp(`^共 ${count} 份`), later);
    assert.match(await tab.text(".units li"), /某县某局：缺报/, later);
  }
  // Aliases join it too, and replace themselves.
  const agency = (await tab.text("tbody .name")).split("，")[0];
  const beside = mkdtempSync(join(tmpdir(), "nianbao-beside-"));
  for (const [names, state] of [[`"${agency}"`, /交了 1 个$/], ["", /缺报 1 个$/]]) {
    writeFileSync(join(beside, "别名.toml"), `"某县某局" = [${names}]\n`);
    await tab.forget();
    await tab.drop([join(beside, "别名.toml")]);
    await tab.examined();
    assert.match((await tab.text(".units p")).split("\n").find((line) => line.startsWith("应报")), state);
  }
  rmSync(beside, { recursive: true });
  assert.equal(await tab.value("localStorage.length"), 0, "kept without being asked");
  await tab.page.click("#keep-units");
  await tab.page.type("#units", "某县水利局\n");
  await tab.click("看看谁没有交");
  await tab.until("document.getElementById('status').textContent.startsWith('应报')");
  assert.match(await tab.text(".units li"), /某县水利局：缺报/);
  assert.equal(await tab.value("localStorage.length"), 1, "not kept when asked");
  await tab.page.click("#keep-units");
  assert.equal(await tab.value("localStorage.length"), 0, "kept after it was revoked");
});

await check("given one after the other without waiting, and again: nothing is lost, waivers hold", async (tab) => {
  const beside = mkdtempSync(join(tmpdir(), "nianbao-beside-"));
  const of = (name, content) => {
    writeFileSync(join(beside, name), content);
    return join(beside, name);
  };
  await tab.drop([plan.many]);
  await tab.drop([plan.list]);
  await tab.until("document.querySelector('.units li')?.textContent === '某县某局：缺报'");
  const count = readdirSync(plan.many).length;
  assert.match(await tab.text("h2"), new RegExp(`^共 ${count} 份`));
  // Faulty waivers keep no report from being judged.
  await tab.forget();
  await tab.drop([plan.faulty, of("豁免.toml", "[[waiver]\n")]);
  await tab.examined();
  assert.match(await tab.text("#status"), /没有用上：豁免\.toml：豁免文件/);
  assert.match(await tab.text(".next"), /必须先改/);
  // Another folder with the same names is another run, to which nothing passes.
  const [one, other] = ["甲县", "乙县"].map((name) => join(beside, name));
  for (const [folder, from] of [[one, plan.faulty], [other, plan.wrong_text]]) {
    mkdirSync(folder);
    for (const name of ["a.xlsx", "b.xlsx", "c.xlsx"]) copyFileSync(from, join(folder, name));
    await tab.forget();
    await tab.drop([folder]);
    await tab.examined();
    assert.match(await tab.text("h2"), /^共 3 份/);
    assert.ok((await tab.text("tbody td:last-child")).split("\n").every((path) => path.startsWith(basename(folder))));
  }
  rmSync(join(other, "c.xlsx"));
  await tab.forget();
  await tab.drop([other]);
  await tab.examined();
  assert.match(await tab.text("h2"), /^共 3 份/, "two corrected ones of three");
  // A waiver of nothing is reported beside the one report, and again when the report is given again.
  const waiver = of("豁免.toml", '[[waiver]]\nagency = "某县某局"\nyear = 2024\ncode = "K301"\nsheet = "一、总体情况"\ncell = "B2"\nreason = "某"\nwho = "某"\ndate = "2025-01-20"\n');
  for (const files of [[plan.faulty, waiver], [plan.faulty], [waiver]]) {
    await tab.forget();
    await tab.drop(files);
    await tab.examined();
    assert.match(await tab.text(".findings .code"), /B901/, String(files));
  }
  rmSync(beside, { recursive: true });
});

await check("blank workbooks", async (tab) => {
  await tab.click("还没有填？下载空白表");
  for (const label of (await tab.text("#templates button")).split("\n")) {
    const { name, bytes } = await tab.saved(label);
    assert.ok(bytes.equals(readFileSync(join(plan.templates, name))), name);
  }
});

await browser.end();
console.log(JSON.stringify(figures));
