/** The toolbar that appears on the message under the pointer, or with the focus. There is one, and it moves. */
import { el, fill } from "./dom.js";
import { emojiFor, emojiNamed, REACTIONS } from "./emoji.js";
import { icon } from "./icons.js";
import { closePopup, openMenu, openPopup } from "./popup.js";
import { act, emit, state } from "./store.js";
import { retyped } from "./typed.js";

const bar = el("div.toolbar", { role: "toolbar", "aria-label": "Message actions" });
let held = null; // the row whose menu is open keeps the toolbar

/** Moves the toolbar to `row`. */
export function showToolbar(row) {
  if (bar.parentNode === row || held) return;
  const { message, place } = row;
  if (message.is_ephemeral) return bar.remove();
  fill(
    bar,
    tool("smile", "Add a reaction", (button) => openPicker(button, row)),
    place.thread ? null : tool("reply", "Reply in thread", () => place.onThread(message.ts)),
    tool("more", "Message menu", (button) => openMenu(button, menu(row), { label: "Message menu", onclose: free })),
  );
  row.append(bar);
}

function tool(name, label, run) {
  const button = el("button.tool", { type: "button", "aria-label": label, title: label, onclick: () => run(button) }, icon(name));
  return button;
}

const free = () => {
  held = null;
};

async function report(answer) {
  const { ok, error } = await answer;
  if (!ok) emit("toast", { text: error, error: true });
}

function menu(row) {
  held = row;
  const { message, place } = row;
  const { channel } = place;
  const shortcuts = state.apps.flatMap((app) =>
    app.shortcuts
      .filter((one) => one.type === "message")
      .map((one) => ({ label: one.name, detail: app.name, run: () => report(act("shortcut", { callback_id: one.callback_id, channel, ts: message.ts })) })),
  );
  const address = () => {
    const url = new URL(location.href);
    url.hash = `${channel}/${message.thread_ts ?? message.ts}`;
    return url.href;
  };
  const copy = (text, words) => async () => {
    await navigator.clipboard.writeText(text);
    emit("toast", { text: words });
  };
  const mine = message.user === state.me && !message.bot_id;
  return [
    ...(shortcuts.length ? [{ heading: "Message shortcuts" }, ...shortcuts, "-"] : []),
    { label: "Copy link", run: copy(address(), "Link copied") },
    { label: "Copy message as JSON", detail: "as the Web API gives it", run: copy(JSON.stringify(message, null, 2), "JSON copied") },
    ...(mine
      ? [
          "-",
          { label: "Edit message", run: () => edit(row) },
          { label: "Delete message", danger: true, run: () => report(act("delete", { channel, ts: message.ts })) },
        ]
      : []),
  ];
}

function openPicker(button, row) {
  held = row;
  const react = (name) => {
    closePopup();
    report(act("react", { channel: row.place.channel, ts: row.message.ts, name }));
  };
  const grid = el("div.emoji-grid");
  const draw = (word) => {
    const names = word ? emojiNamed(word.toLowerCase()).slice(0, 48) : REACTIONS;
    fill(grid, names.map((name) => el("button.emoji-choice", { type: "button", title: `:${name}:`, "aria-label": name, onclick: () => react(name) }, emojiFor(name))));
  };
  const search = el("input.choice-search", { type: "text", placeholder: "Search emoji", "aria-label": "Search emoji", oninput: () => draw(search.value) });
  draw("");
  openPopup(button, [search, grid], { label: "Add a reaction", width: 300, onclose: free });
  search.focus();
}

/** Puts an editor in the place of one's own message. */
function edit(row) {
  const { message, place, parts } = row;
  const typed = el("textarea.field", { "aria-label": "Edit message", rows: 2, value: retyped(message.text, state) });
  const done = () => {
    editor.remove();
    parts.body.hidden = false;
  };
  const save = async () => {
    const answer = await act("edit", { channel: place.channel, ts: message.ts, text: typed.value });
    if (answer.ok) done();
    else emit("toast", { text: answer.error, error: true });
  };
  const editor = el(
    "div.editor",
    null,
    typed,
    el("div.actions", null, el("button.button", { type: "button", onclick: done }, "Cancel"), el("button.button.primary", { type: "button", onclick: save }, "Save")),
  );
  typed.addEventListener("keydown", (event) => {
    if (event.key === "Escape") done();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  });
  parts.body.hidden = true;
  parts.body.after(editor);
  typed.focus();
}
