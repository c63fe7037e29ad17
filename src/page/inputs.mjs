// Files as a person gives them: dropped, chosen, or a whole folder of them. Gives `{ path, file }`, the path below what was given, the file
// null if the system does not give it.

/** Files that a folder has beside the workbooks: locks of open workbooks, and what systems put into folders. */
const IGNORED = /^(~\$|\.|Thumbs\.db$|desktop\.ini$)/i;

/** The files of a drop, those in folders included. */
export async function dropped(transfer) {
  // The list is empty once the event is over, so all items are taken first.
  const items = [...transfer.items].filter((item) => item.kind === "file").map(taken);
  return sorted((await Promise.all(items)).flat());
}

/**
 * The files of a dropped item. A page that was opened from a file may read folders by handles only, and old browsers have no handles
 * but entries.
 */
async function taken(item) {
  const file = item.getAsFile();
  const entry = item.webkitGetAsEntry?.();
  if (!entry?.isDirectory) return file ? [whole(file)] : [];
  if (item.getAsFileSystemHandle) {
    const handle = await item.getAsFileSystemHandle();
    return handle.kind === "directory" ? withinHandle(handle, handle.name) : [await had(handle.name, () => handle.getFile())];
  }
  return withinEntry(entry);
}

/** The files of a field in which files or a folder were chosen. */
export function chosen(field) {
  const files = [...field.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  return sorted(files.filter(({ path }) => !path.includes("/") || isWanted(path)));
}

/** The text of a list or of waivers: programs of Windows also write it in GB 18030 and in UTF-16. */
export function text(bytes) {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return new TextDecoder(first === 0xff ? "utf-16le" : "utf-16be").decode(bytes);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

function whole(file) {
  return { path: file.name, file };
}

/** A file, or null in its place if it cannot be had: one such file keeps no other from being examined. */
async function had(path, get) {
  return { path, file: await get().catch(() => null) };
}

async function withinHandle(folder, path) {
  const all = [];
  for await (const handle of folder.values()) {
    const below = `${path}/${handle.name}`;
    if (!isWanted(below)) continue;
    if (handle.kind === "directory") all.push(...(await withinHandle(handle, below)));
    else all.push(await had(below, () => handle.getFile()));
  }
  return all;
}

async function withinEntry(entry) {
  const path = entry.fullPath.replace(/^\//, "");
  if (!isWanted(path)) return [];
  if (entry.isFile) return [await had(path, () => new Promise((resolve, reject) => entry.file(resolve, reject)))];
  const reader = entry.createReader();
  const all = [];
  for (;;) {
    // A reader gives a hundred entries at a time.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    all.push(...some);
  }
  return (await Promise.all(all.map(withinEntry))).flat();
}

function isWanted(path) {
  return path.split("/").every((part) => !IGNORED.test(part));
}

function sorted(files) {
  return files.sort((a, b) => a.path.localeCompare(b.path, "zh-CN", { numeric: true }));
}
