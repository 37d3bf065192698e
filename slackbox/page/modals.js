/** Modals: the stack of open views, of which the top one is shown. What was typed survives updates and pushes. */
import { drawBlocks } from "./blockkit.js";
import { el, fill, plain } from "./dom.js";
import { icon } from "./icons.js";
import { plainText } from "./mrkdwn.js";
import { closePopup } from "./popup.js";
import { act, on, state } from "./store.js";
import { Surface } from "./surface.js";

const open = new Map(); // view id → what is drawn for it
let dialog = null;

/** Keeps the page's modal the same as the person's stack of views. */
export function showModals() {
  on("views", draw);
  on("state", draw);
}

function draw() {
  const top = state.views.at(-1);
  for (const id of open.keys()) if (!state.views.some((view) => view.id === id)) open.delete(id);
  if (!top) {
    closePopup();
    dialog?.close();
    dialog?.remove();
    dialog = null;
    return;
  }
  if (!dialog) {
    dialog = el("dialog.modal", { "aria-labelledby": "modal-title" });
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault(); // Escape: the app has to hear of it
      leave();
    });
    document.body.append(dialog);
    dialog.showModal();
  }
  let shown = open.get(top.id);
  const isNew = !shown;
  if (isNew) open.set(top.id, (shown = frame(top.id)));
  if (dialog.firstElementChild !== shown.node) fill(dialog, shown.node);
  shown.update(top);
  if (isNew) focusFirst(shown.node, top);
}

function focusFirst(node, view) {
  const wanted = view.blocks.findIndex((block) => block.element?.focus_on_load || block.accessory?.focus_on_load);
  const where = wanted >= 0 ? node.querySelectorAll(".block")[wanted] : node.querySelector(".modal-body");
  (where.querySelector("input, textarea, button") ?? node.querySelector(".modal-foot .button"))?.focus();
}

async function leave() {
  const top = state.views.at(-1);
  if (!top) return;
  const answer = await act("close", { view_id: top.id });
  if (!answer.ok) open.get(top.id)?.say(answer.error);
}

/** What is drawn for one view: {node, update(view), say(words)}. */
function frame(id) {
  const surface = new Surface({ type: "view", view_id: id });
  const title = el("h2", { id: "modal-title", dir: "auto" });
  const body = el("div.modal-body.blocks", { tabIndex: -1 });
  const words = el("div.modal-problem", { role: "alert", hidden: true });
  const closeButton = el("button.button", { type: "button", onclick: leave });
  const submitButton = el("button.button.primary", { type: "submit" });
  const node = el(
    "form.modal-frame",
    { method: "dialog", novalidate: true, onsubmit: (event) => (event.preventDefault(), submit()) },
    el("div.modal-head", null, title, el("button.tool", { type: "button", "aria-label": "Close", onclick: leave }, icon("close"))),
    body,
    words,
    el("div.modal-foot", null, closeButton, submitButton),
  );

  const say = (text) => {
    fill(words, text);
    words.hidden = !text;
  };

  function update(view) {
    fill(title, plainText(view.title));
    fill(closeButton, view.close ? plainText(view.close) : "Cancel");
    submitButton.hidden = !view.submit && !view.blocks.some((block) => block.type === "input");
    fill(submitButton, view.submit ? plainText(view.submit) : "Submit");
    drawBlocks(body, view.blocks, surface);
  }

  /** Shows errors {block_id: words} under their blocks. */
  function show(errors) {
    let first = null;
    const elsewhere = [];
    for (const [blockId, text] of Object.entries(errors)) {
      const block = [...body.children].find((one) => one.ref.block.block_id === blockId);
      if (!block?.ref.report) {
        elsewhere.push(plain(text));
        continue;
      }
      block.ref.report(text);
      first ??= block;
    }
    say(elsewhere.join(" "));
    first?.scrollIntoView({ block: "nearest" });
    first?.querySelector("input, textarea, button")?.focus();
  }

  async function submit() {
    if (submitButton.getAttribute("aria-busy")) return;
    for (const block of body.children) block.ref.report?.(null);
    say(null);
    const missing = problems(surface);
    if (Object.keys(missing).length) return show(missing);
    submitButton.setAttribute("aria-busy", "true");
    const answer = await act("submit", { view_id: id, state: surface.state() });
    submitButton.removeAttribute("aria-busy");
    if (!answer.ok) return say(answer.error);
    if (answer.response?.response_action === "errors") show(answer.response.errors ?? {});
  }

  return { node, update, say };
}

/** What is missing or malformed before anything is sent, as {block_id: words}. */
function problems(surface) {
  const { values } = surface.state();
  const found = {};
  for (const block of surface.blocks) {
    if (block.type !== "input") continue;
    const { element } = block;
    const { type, ...fields } = values[block.block_id]?.[element.action_id] ?? {};
    const value = Object.values(fields)[0];
    const isEmpty = value === null || value === undefined || value.length === 0 || (typeof value === "string" && value.trim() === "");
    if (isEmpty && !block.optional) found[block.block_id] = "Please complete this required field.";
    else if (!isEmpty) {
      const words = malformed(element, value);
      if (words) found[block.block_id] = words;
    }
  }
  return found;
}

function malformed(element, value) {
  const { type } = element;
  if (type === "plain_text_input") {
    if (element.min_length && value.length < element.min_length) return `Please use at least ${element.min_length} characters.`;
    if (element.max_length && value.length > element.max_length) return `Please use at most ${element.max_length} characters.`;
  }
  if (type === "email_text_input" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return "Please enter an email address.";
  if (type === "url_text_input" && !URL.canParse(value)) return "Please enter a web address, such as https://example.com.";
  if (type === "number_input") {
    const shape = element.is_decimal_allowed ? /^-?\d+([.]\d+)?$/ : /^-?\d+$/;
    if (!shape.test(value)) return element.is_decimal_allowed ? "Please enter a number." : "Please enter a whole number.";
    if (element.min_value !== undefined && Number(value) < Number(element.min_value)) return `Please enter ${element.min_value} or more.`;
    if (element.max_value !== undefined && Number(value) > Number(element.max_value)) return `Please enter ${element.max_value} or less.`;
  }
  return null;
}
