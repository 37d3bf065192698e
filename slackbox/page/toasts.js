/** Short notes in the corner, and the strip that says the connection is lost. */
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { on } from "./store.js";

const STAYS_MS = 6_000;
const ERROR_STAYS_MS = 15_000;

/** The corner for the notes; put it into the page once. */
export function toasts() {
  const corner = el("div.toasts", { role: "status", "aria-live": "polite" });
  on("toast", ({ text, error = false }) => {
    const note = el(error ? "div.toast.error" : "div.toast", { role: error ? "alert" : null }, el("span", null, text), el("button.tool", { type: "button", "aria-label": "Dismiss", onclick: () => note.remove() }, icon("close")));
    corner.append(note);
    setTimeout(() => note.remove(), error ? ERROR_STAYS_MS : STAYS_MS);
  });
  return corner;
}

/** Shown while the page hears nothing from the workspace. */
export function lostLine() {
  const strip = el("div.lost", { role: "status", hidden: true }, "The connection to the workspace is lost. Trying again …");
  on("line", (up) => {
    strip.hidden = up;
  });
  return strip;
}
