// The engine in WebAssembly, for the page and for Node: takes a compiled module, gives an object whose `ask` answers one request at
// a time. It keeps nothing of a request.
import { Refusal } from "./reading.mjs";

// Libraries below the engine would ask the host for the time and for random numbers. They get none: outputs depend on the input alone.
const NO_TIME = () => 0;

/** Starts an instance of a compiled module. */
export async function start(module) {
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== "function") throw new Error(`the engine wants ${kind} ${from}.${name}`);
    (imports[from] ??= {})[name] = NO_TIME;
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  exports.begin();
  return { ask: (request, files = []) => ask(exports, request, files) };
}

/**
 * Asks the engine.
 *
 * `request` is one of those in `engine/lib.rs`, `files` are `{ name, content }`. Gives `{ result, files }`, each file with its
 * `name`, `format`, `media_type` and `content`. Throws a `Refusal` if the request has no answer, and any other error if the engine
 * failed, after which the instance is of no more use.
 */
function ask(exports, request, files) {
  const named = files.map(({ name, content }) => ({ name, bytes: content.length }));
  const line = new TextEncoder().encode(JSON.stringify({ ...request, files: named }) + "\n");
  const length = files.reduce((sum, { content }) => sum + content.length, line.length);
  const at = exports.take(length) >>> 0;
  const room = new Uint8Array(exports.memory.buffer, at, length);
  room.set(line);
  let filled = line.length;
  for (const { content } of files) {
    room.set(content, filled);
    filled += content.length;
  }
  let whole;
  try {
    whole = given(exports, exports.answer(at, length));
  } catch (trap) {
    const what = new TextDecoder().decode(given(exports, exports.fault()));
    throw new Error(what, { cause: trap });
  }
  let from = whole.indexOf(10);
  const answer = JSON.parse(new TextDecoder().decode(whole.subarray(0, from)));
  if (answer.fault) throw new Refusal(answer.fault);
  from += 1;
  for (const file of answer.files) {
    file.content = whole.slice(from, (from += file.bytes));
  }
  return answer;
}

/** Takes bytes that the engine gives, preceded by their length. */
function given(exports, address) {
  const at = address >>> 0;
  // The memory may have grown, so it is looked at anew.
  const size = new DataView(exports.memory.buffer).getUint32(at, true);
  const bytes = new Uint8Array(exports.memory.buffer, at + 4, size).slice();
  exports.give_back(at, size);
  return bytes;
}
