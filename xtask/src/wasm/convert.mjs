// node convert.mjs MODULE FONTS FOLDER FORMATS INPUT...: each input converted by the engine in WebAssembly, into FOLDER as
// NUMBER.FORMAT. FONTS is the folder of the faces.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { start } from "../../../src/page/engine.mjs";

const [module, fonts, folder, formats, ...inputs] = process.argv.slice(2);
const engine = await start(await WebAssembly.compile(readFileSync(module)));
const faces = readdirSync(fonts).filter((name) => name.endsWith(".ttf"));
engine.ask({ ask: "faces" }, faces.map((name) => ({ name, content: readFileSync(join(fonts, name)) })));
inputs.forEach((input, number) => {
  const file = { name: basename(input), content: readFileSync(input) };
  const { files } = engine.ask({ ask: "produce", formats: formats.split(",") }, [file]);
  for (const { format, content } of files) writeFileSync(join(folder, `${number}.${format}`), content);
});
// What is no workbook has a finding, and the instance goes on.
const other = engine.ask({ ask: "examine" }, [{ name: "x.xlsx", content: Buffer.from("no workbook") }]);
if (other.result.record.findings.length !== 1) throw new Error("a text was taken for a workbook");
