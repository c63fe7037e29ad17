// What the page carries: parts of the document that hold gzip as base64. Each is unpacked once and then taken out of the document.

/** The bytes of a part. */
export async function unpacked(element) {
  const text = element.textContent;
  element.remove();
  // Old browsers decode by an address of data alone, which takes seconds.
  const packed = Uint8Array.fromBase64
    ? new Blob([Uint8Array.fromBase64(text)])
    : await fetch(`data:application/octet-stream;base64,${text}`).then((answer) => answer.blob());
  const stream = packed.stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The compiled engine, and the faces with their names. */
export async function carried(document) {
  const engine = unpacked(document.getElementById("engine")).then((bytes) => WebAssembly.compile(bytes));
  const faces = [...document.querySelectorAll("script[data-face]")].map(async (element) => ({
    name: element.dataset.face,
    content: await unpacked(element),
  }));
  return { module: await engine, faces: await Promise.all(faces) };
}
