// node picture.mjs PAGE PICTURE WIDTH HEIGHT [FILE]: the top of the page, as it is once a file or folder was dropped on it.
import { launched } from "./browser.mjs";

const [page, picture, width, height, file] = process.argv.slice(2);
const browser = await launched();
const tab = await browser.open(page);
await tab.page.setViewport({ width: Number(width), height: Number(height) });
if (file) {
  await tab.drop([file]);
  await tab.examined();
}
await tab.page.screenshot({ path: picture });
await browser.end();
