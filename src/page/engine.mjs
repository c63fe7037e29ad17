// The engine in WebAssembly, for the page and for Node: takes the bytes or the module of nianbao_page.wasm, gives an object whose
// `ask` answers one request at a time. It keeps nothing of a request.

// Two libraries below the engine would ask the host for the time and for nothing else. They get none: outputs depend on the input
// alone.
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
  return { ask: (request, bytes) => ask(exports, request, bytes) };
}

/**
 * Asks for the findings of a file and for its report in some formats.
 *
 * `request` is `{ name, formats }`; the answer is `{ agency, year, edition, findings, files, fault }`, each file with its `content`.
 * Throws if the engine fails, after which the instance is of no more use.
 */
function ask(exports, request, bytes) {
  const line = new TextEncoder().encode(JSON.stringify(request) + "\n");
  const length = line.length + bytes.length;
  const at = exports.take(length);
  const room = new Uint8Array(exports.memory.buffer, at, length);
  room.set(line);
  room.set(bytes, line.length);
  let whole;
  try {
    whole = given(exports, exports.answer(at, length));
  } catch (trap) {
    const what = new TextDecoder().decode(given(exports, exports.fault()));
    throw new Error(what || trap.message, { cause: trap });
  }
  let from = whole.indexOf(10);
  const answer = JSON.parse(new TextDecoder().decode(whole.subarray(0, from)));
  from += 1;
  for (const file of answer.files) {
    file.content = whole.subarray(from, (from += file.bytes));
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
