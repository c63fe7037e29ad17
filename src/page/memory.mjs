// What the page keeps in the browser of this computer, and only if a person asked for it: the list of units.

const KEPT = "nianbao-units";

/** The list that was kept, or nothing. */
export function keptList() {
  try {
    return localStorage.getItem(KEPT) ?? "";
  } catch {
    // The browser keeps nothing for pages that come from a file.
    return "";
  }
}

/** Keeps the list, or forgets it if it is empty; gives whether the browser did. */
export function keepList(text) {
  try {
    if (text) localStorage.setItem(KEPT, text);
    else localStorage.removeItem(KEPT);
    return true;
  } catch {
    return false;
  }
}
