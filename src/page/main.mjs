// The page: takes files, has them examined, shows what the engine says. Nothing is sent, and nothing is remembered but a list of units
// that a person asked it to keep.
import { el } from "./dom.mjs";
import { saving } from "./hand-over.mjs";
import { chosen, dropped } from "./inputs.mjs";
import { keptList } from "./memory.mjs";
import { overview } from "./overview.mjs";
import { reportView } from "./report.mjs";
import { Run } from "./run.mjs";
import { carried } from "./unpack.mjs";
import { Workers } from "./workers.mjs";

const part = (id) => document.getElementById(id);

const PREPARING = "正在准备……";

/** Shows a sentence, which a screen reader reads out. */
function say(sentence) {
  part("status").textContent = sentence;
}

async function begin() {
  say(PREPARING);
  const prepared = prepare();
  // What is given before the page is ready waits.
  take(prepared);
  const { workers, about } = await prepared;
  part("version").textContent = about.version;
  templates(workers, about);
  // If it fails, the first report waits instead.
  await workers.rehearse().catch(() => {});
  document.documentElement.dataset.ready = "true";
  if (part("status").textContent === PREPARING) say("");
}

/** The engine in Workers, and what it says of itself. */
async function prepare() {
  const { module, faces } = await carried(document);
  const workers = new Workers(part("worker").textContent, module, faces);
  const { result } = await workers.ask({ ask: "about" });
  return { workers, about: { ...result, rules: new Map(result.rules.map((rule) => [rule.code, rule])) } };
}

/** Does something after all that is to be done at once. */
function later(act) {
  return new Promise((resolve) => setTimeout(resolve)).then(act);
}

/** A button for the blank workbook of each edition. */
function templates(workers, about) {
  const years = ({ first_year: first, last_year: last }) => (last ? `${first} 至 ${last} 年度` : `${first} 年度起`);
  const get = async (edition) => (await workers.ask({ ask: "template", edition: edition.id })).files[0];
  const button = (edition) =>
    el("li", {}, saving(`空白表（${years(edition)}）`, () => get(edition), say), ` ${edition.notice}`);
  part("templates").replaceChildren(...about.editions.map(button));
}

/** Takes files wherever they are dropped, and from the fields: one drop after the other, so that none is lost. */
function take(prepared) {
  let current = null;
  let last = Promise.resolve();
  const examine = async (given) => {
    const { workers, about } = await prepared;
    try {
      const files = await given;
      if (files.length === 0) {
        say("没有文件。请放进来工作簿，或者装着工作簿的文件夹。");
        return;
      }
      if (!(await current?.takes(files))) {
        const run = new Run(workers, about, keptList(), files, current);
        current = null;
        const progress = (done, all) => say(all > 1 ? `正在检查：${done} / ${all}` : "正在检查……");
        // What was shown before goes while a Worker reads.
        await Promise.all([run.examine(progress), later(() => part("result").replaceChildren())]);
        current = run;
      }
      showRun(current, about);
    } catch (error) {
      say(`没有检查成：${error.message}`);
    }
  };
  const queue = (given) => {
    // A fault is looked at when it is its turn.
    given.catch(() => {});
    last = last.then(() => examine(given)).catch(() => {});
  };
  for (const id of ["files", "folder"]) {
    part(id).addEventListener("change", ({ target }) => {
      const files = chosen(target);
      // The same file can be chosen once more after it was corrected.
      target.value = "";
      queue(Promise.resolve(files));
    });
  }
  const over = (event, is) => {
    event.preventDefault();
    document.body.classList.toggle("over", is);
  };
  document.addEventListener("dragover", (event) => over(event, true));
  document.addEventListener("dragleave", (event) => event.relatedTarget === null && over(event, false));
  document.addEventListener("drop", (event) => {
    over(event, false);
    queue(dropped(event.dataTransfer));
  });
}

function showRun(run, about) {
  document.documentElement.dataset.shown = "true";
  const progress = (done, all) => say(`正在打包：${done} / ${all}`);
  const result = part("result");
  const one = (report, back) => {
    const view = reportView(run, report, about, say);
    if (back) view.prepend(el("button", { type: "button", onclick: back }, "← 回到所有报告"));
    result.replaceChildren(view);
    view.querySelector("h2").focus();
  };
  if (run.isSingle) {
    one(run.reports[0], null);
  } else {
    const all = overview(run, about, (report, line) => one(report, () => back(line)), say, progress);
    const back = (to) => {
      result.replaceChildren(all);
      to.focus();
      to.scrollIntoView({ block: "nearest" });
    };
    back(all.querySelector("h2"));
  }
  const done = run.isSingle ? "检查完了" : `检查完了，共 ${run.reports.length} 份`;
  say(run.complaint ? `${done}，但是一起放进来的文件没有用上：${run.complaint}。` : `${done}。`);
}

begin().catch((error) => {
  const isOld = typeof DecompressionStream === "undefined" || typeof WebAssembly === "undefined";
  say(isOld
    ? "这个浏览器打不开本页。请换用 2022 年以后的 Edge、Chrome、360 或奇安信浏览器；或者用命令行程序。"
    : `本页没有打开成（${error.message}）。请关掉别的程序再打开一次，或者重新拷一份本页。`);
});
