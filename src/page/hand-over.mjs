// What leaves the page, and only when a person asks for it: files to save, text for the clipboard.
import { action, el } from "./dom.mjs";

/** Saves a file of an answer under its name. */
export function save({ name, media_type, content }) {
  const url = URL.createObjectURL(new Blob([content], { type: media_type }));
  const link = el("a", { href: url, download: name.split("/").pop() });
  document.body.append(link);
  link.click();
  link.remove();
  // The browser may read it a little later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A button that saves the file that `make` gives, and says so. */
export function saving(label, make, say) {
  return action(label, async () => {
    const file = await make();
    save(file);
    say(`已经交给浏览器保存：${file.name.split("/").pop()}`);
  }, say);
}

/**
 * Puts text on the clipboard, as markup too if there is some. The way of old browsers: pages from a file or from an intranet
 * without encryption have no other.
 */
export function copy({ text, markup }) {
  const fill = (event) => {
    event.clipboardData.setData("text/plain", text);
    if (markup) event.clipboardData.setData("text/html", markup);
    event.preventDefault();
  };
  document.addEventListener("copy", fill, { once: true });
  const done = document.execCommand("copy");
  document.removeEventListener("copy", fill);
  if (!done) throw new Error("浏览器不让写剪贴板");
}
