// The bytes of files, for the page and for its Workers.

/** Why something has no answer; the message is a sentence for the user. */
export class Refusal extends Error {}

/** The bytes of a file of a person, which may have changed since it was given. */
export async function bytes(file, path) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new Refusal(`${path} 在放进来以后改动、移走或删除了，请再放一次`);
  }
}
