// The engine for the page: a few Workers that take requests in turn. A request that takes too long, or whose engine fails, ends with
// its Worker, and a new one takes its place.

/** Milliseconds that the engine may take for a request about one file; each further file gives it as many as `EACH` more. */
const LONGEST = 10_000;
const EACH = 500;
/** Milliseconds that a Worker may take to start, or to read the files, which may lie on a slow network. */
const READING = 60_000;

/** How a panic of the engine says where it was. */
const PANICKED = /panicked at (\S+?):?\n/;

/** A rehearsal after which another one would be hardly quicker. */
const REHEARSALS = 4;

/** Why a request has no answer; `crashed`: its Worker was ended; `place`: where in the source the engine failed, if it said so. The message is a sentence for the user. */
export class Unanswered extends Error {
  constructor(message, crashed, place = "") {
    super(message);
    this.crashed = crashed;
    this.place = place;
  }
}

export class Workers {
  #waiting = [];
  #idle = [];
  #source;
  #module;
  #faces;

  /** `source` is the text of the Worker, `faces` are `{ name, content }`. Nothing starts before the first request. */
  constructor(source, module, faces, most = Math.min(4, navigator.hardwareConcurrency || 2)) {
    this.#source = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.#module = module;
    this.#faces = faces;
    for (let i = 0; i < most; i += 1) this.#idle.push(null);
  }

  /** Lets a Worker rehearse until browsers have compiled what a report needs, so that the first one does not wait for it. */
  async rehearse() {
    for (let i = 0; i < REHEARSALS; i += 1) await this.ask({ ask: "rehearse" });
  }

  /** Gives the answer of the engine; throws `Unanswered`. */
  ask(request, files = []) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request, files, resolve, reject });
      this.#next();
    });
  }

  async #next() {
    if (this.#waiting.length === 0 || this.#idle.length === 0) return;
    // A Worker that is running is better than one to be started.
    const running = this.#idle.findIndex((w) => w !== null);
    let worker = this.#idle.splice(Math.max(running, 0), 1)[0];
    const { request, files, resolve, reject } = this.#waiting.shift();
    try {
      worker ??= await this.#started();
      resolve(await worker.post({ request, files }, LONGEST + EACH * files.length));
    } catch (error) {
      if (!(error instanceof Unanswered) || error.crashed) {
        worker?.end();
        worker = null;
      }
      reject(error);
    }
    this.#idle.push(worker);
    this.#next();
  }

  async #started() {
    const worker = new EngineWorker(this.#source);
    try {
      await worker.post({ module: this.#module, files: this.#faces });
    } catch (error) {
      worker.end();
      throw error;
    }
    return worker;
  }
}

/** One Worker, which has at most one request. */
class EngineWorker {
  #worker;
  #number = 0;

  constructor(source) {
    this.#worker = new Worker(source);
  }

  /** Sends a message; `longest` are the milliseconds that the engine may take once the files are read. */
  post(message, longest) {
    this.#number += 1;
    const number = this.#number;
    return new Promise((resolve, reject) => {
      let late;
      const until = (most) => {
        clearTimeout(late);
        late = setTimeout(() => reject(new Unanswered("处理时间过长，已经停下", true)), most);
      };
      until(READING);
      const settled = (settle, value) => {
        clearTimeout(late);
        settle(value);
      };
      this.#worker.onmessage = ({ data }) => {
        if (data.number !== number) return;
        if (data.isRead) until(longest);
        else if (data.error === undefined) settled(resolve, data.answer);
        else if (data.refusal) settled(reject, new Unanswered(data.error, false));
        else settled(reject, new Unanswered("程序出了故障", true, PANICKED.exec(data.error)?.[1]));
      };
      this.#worker.onerror = (event) => {
        event.preventDefault();
        settled(reject, new Unanswered("程序出了故障，没有处理成", true));
      };
      this.#worker.postMessage({ number, ...message });
    });
  }

  end() {
    this.#worker.terminate();
  }
}
