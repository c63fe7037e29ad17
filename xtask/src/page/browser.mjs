// A tab of a browser, driven as a person does: drop, choose, click, save. Records what the page asks for and what it cannot do.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

// The libraries lie where the validators are.
const library = createRequire(join(process.env.NODE_PATH, "x.js"));
const AXE = readFileSync(library.resolve("axe-core/axe.min.js"), "utf8");

/** Addresses of data that the page carries, and those of the viewer for PDF that is part of the browser. */
const CARRIED = /^(data|blob|chrome|chrome-extension):/;
/** Milliseconds between two clicks that save. */
const CLICKS = 300;
/** Milliseconds that anything may take. */
const LONGEST = 180_000;

export async function launched() {
  const profile = mkdtempSync(join(tmpdir(), "nianbao-page-"));
  const browser = await library("puppeteer-core").launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--lang=zh-CN"],
    userDataDir: join(profile, "profile"),
    protocolTimeout: LONGEST,
    pipe: true,
  });
  const end = async () => {
    await browser.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { end, open: (file) => Tab.open(browser, file, join(profile, "downloads")) };
}

class Tab {
  /** Addresses that page and Workers asked for, except what they carry themselves. */
  requests = [];
  /** Exceptions, and what the policy of the page forbade. */
  faults = [];

  static async open(browser, file, downloads) {
    const tab = new Tab();
    tab.downloads = downloads;
    tab.page = await browser.newPage();
    await tab.page.setViewport({ width: 1280, height: 900 });
    tab.page.setDefaultTimeout(LONGEST);
    tab.page.on("request", (request) => CARRIED.test(request.url()) || tab.requests.push(request.url()));
    tab.page.on("pageerror", (error) => tab.faults.push(String(error)));
    tab.page.on("console", (message) => message.type() === "error" && tab.faults.push(message.text()));
    tab.protocol = await tab.page.createCDPSession();
    await tab.protocol.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: downloads, eventsEnabled: true });
    const begun = Date.now();
    await tab.page.goto(`file://${file}`, { waitUntil: "load" });
    const fault = new Promise((_, reject) => tab.page.once("pageerror", reject));
    await Promise.race([tab.until("document.documentElement.dataset.ready === 'true'"), fault]);
    fault.catch(() => {});
    tab.ready = Date.now() - begun;
    return tab;
  }

  value(expression) {
    return this.page.evaluate(expression);
  }

  /** Waits until an expression is true; gives the milliseconds it took. */
  async until(expression) {
    const begun = Date.now();
    await this.page.waitForFunction(expression, { polling: 5 });
    return Date.now() - begun;
  }

  /** Drops files or folders. */
  async drop(files) {
    const at = { x: 300, y: 200, data: { items: [], files, dragOperationsMask: 1 } };
    for (const type of ["dragEnter", "dragOver", "drop"]) await this.protocol.send("Input.dispatchDragEvent", { type, ...at });
  }

  async choose(selector, files) {
    const field = await this.page.$(selector);
    await field.uploadFile(...files);
  }

  /** Keeps a file in a field of its own, from which scripts of the tab can give it to the page. */
  async keep(file) {
    await this.value(`document.body.append(Object.assign(document.createElement("input"), { type: "file", id: "kept" }))`);
    await this.choose("#kept", [file]);
  }

  /** Milliseconds from an action until an expression is true, by the clock of the page. */
  timed(action, expression) {
    return this.value(`new Promise((resolve) => {
      const begun = performance.now();
      const look = () => {
        if (!(${expression})) return;
        seen.disconnect();
        resolve(performance.now() - begun);
      };
      const seen = new MutationObserver(look);
      seen.observe(document, { subtree: true, childList: true, characterData: true });
      ${action}
    })`);
  }

  /** Waits until what was given is examined. */
  async examined() {
    return this.until("document.getElementById('status').textContent.startsWith('检查完了')");
  }

  /** Forgets the sentence that is shown, so that the next one is seen. */
  async forget() {
    await this.value("document.getElementById('status').textContent = ''");
  }

  text(selector) {
    return this.value(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.textContent.trim()).join("\\n")`);
  }

  /** Clicks what can be clicked and has exactly this label, with the mouse. */
  async click(label) {
    const found = await this.page.evaluateHandle(
      (text) => [...document.querySelectorAll("button, summary, a")].find((e) => e.textContent.trim() === text), label);
    const element = found.asElement();
    if (!element) throw new Error(`no “${label}” on the page: ${await this.text("button")}`);
    await element.click();
  }

  /** What a click saves: name and bytes. */
  async saved(label) {
    const ended = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${label}: nothing was saved`)), LONGEST);
      const names = new Map();
      this.protocol.on("Browser.downloadWillBegin", ({ guid, suggestedFilename }) => names.set(guid, suggestedFilename));
      this.protocol.on("Browser.downloadProgress", ({ guid, state }) => {
        if (state !== "completed" || !names.has(guid)) return;
        clearTimeout(late);
        this.protocol.removeAllListeners();
        resolve(names.get(guid));
      });
    });
    // A browser drops what a page saves in quicker succession than a person clicks.
    await new Promise((resolve) => setTimeout(resolve, CLICKS));
    await this.click(label);
    const name = await ended;
    const [file, ...others] = readdirSync(this.downloads);
    if (others.length > 0) throw new Error(`${label}: more than one file was saved`);
    const bytes = readFileSync(join(this.downloads, file));
    rmSync(join(this.downloads, file));
    return { name, bytes };
  }

  /** Violations of accessibility. */
  async violations() {
    await this.page.evaluate(AXE);
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await this.page.evaluate(
      (values) => globalThis.axe.run(document, { runOnly: { type: "tag", values } }), tags);
    return violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join(", ")}`);
  }

  async picture(path, { width, dark = false }) {
    // Not as a phone's: that would load the page anew.
    await this.page.setViewport({ width, height: 900 });
    await this.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
    await this.page.screenshot({ path, fullPage: true });
    await this.page.setViewport({ width: 1280, height: 900 });
    await this.page.emulateMediaFeatures([]);
  }
}
