// Elements of the document. Texts are set as texts, never as markup: they come from workbooks of others.

/** An element with properties and children; `on…` properties are listeners, `data` and `aria` are sets of attributes. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A button that is busy until its action has ended, and says what went wrong. */
export function action(label, act, say) {
  const button = el("button", { type: "button" }, label);
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    // Not `disabled`: the button keeps the focus.
    button.setAttribute("aria-disabled", "true");
    try {
      await act(button);
    } catch (error) {
      say(`“${label}”没有做成：${error.message}`);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  });
  return button;
}
