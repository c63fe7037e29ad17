// The side of a Worker: starts the engine with the module and the faces that it is sent, then answers one request after the other.
// A file that makes the engine fail or run on ends with its Worker.
import { start } from "./engine.mjs";
import { Refusal, bytes } from "./reading.mjs";

let engine;

self.onmessage = async ({ data }) => {
  const { number, module, request, files } = data;
  try {
    if (module) {
      engine = await start(module);
      engine.ask({ ask: "faces" }, files);
      self.postMessage({ number });
      return;
    }
    const whole = await Promise.all(files.map(read));
    self.postMessage({ number, isRead: true });
    const answer = engine.ask(request, whole);
    self.postMessage({ number, answer }, answer.files.map((file) => file.content.buffer));
  } catch (error) {
    self.postMessage({ number, refusal: error instanceof Refusal, error: error.message });
  }
};

/** A file of a person is read here, and not while the page is drawn. */
async function read({ name, content }) {
  return { name, content: content instanceof Blob ? await bytes(content, name) : content };
}
