// The side of a Worker: starts the engine with the module and the faces that it is sent, then answers one request after the other.
// A file that makes the engine fail or run on ends with its Worker.
import { Refusal, start } from "./engine.mjs";

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
    const answer = engine.ask(request, files);
    self.postMessage({ number, answer }, answer.files.map((file) => file.content.buffer));
  } catch (error) {
    self.postMessage({ number, refusal: error instanceof Refusal, error: String(error.message || error) });
  }
};
