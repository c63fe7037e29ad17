// node convert.mjs MODULE FOLDER FORMATS INPUT...: each input converted by the engine in WebAssembly, into FOLDER as NUMBER.FORMAT.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { start } from "../../../src/page/engine.mjs";

const [module, folder, formats, ...inputs] = process.argv.slice(2);
const compiled = await WebAssembly.compile(readFileSync(module));
const engine = await start(compiled);
inputs.forEach((input, number) => {
  const answer = engine.ask({ name: basename(input), formats: formats.split(",") }, readFileSync(input));
  if (answer.fault) throw new Error(`${input}: ${answer.fault}`);
  for (const file of answer.files) writeFileSync(join(folder, `${number}.${file.format}`), file.content);
});
// What is no workbook has a finding and no file, and the instance goes on.
const other = engine.ask({ name: "x.xlsx", formats: ["pdf"] }, Buffer.from("no workbook"));
if (other.files.length > 0 || other.findings.length !== 1) throw new Error("a text was taken for a workbook");
