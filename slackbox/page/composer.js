/** The box in which a person writes: drafts, sending, slash commands, suggestions and the shortcut menu. */
import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./popup.js";
import { act, emit, state } from "./store.js";
import { commandSuggestions, mentionSuggestions } from "./typed.js";

const drafts = {
  key: (place) => `slackbox draft ${state.me} ${place.channel}/${place.thread ?? ""}`,
  read: (place) => sessionStorage.getItem(drafts.key(place)) ?? "",
  keep(place, text) {
    if (text) sessionStorage.setItem(drafts.key(place), text);
    else sessionStorage.removeItem(drafts.key(place));
  },
};

/** A composer for `place` {channel, thread?}. Gives {node, focus}. */
export function composer(place, placeholder) {
  const input = el("textarea.composer-input", { rows: 1, placeholder, "aria-label": placeholder, dir: "auto", value: drafts.read(place), oninput: () => typed(), onkeydown: (event) => keys(event), onblur: () => setTimeout(hideSuggestions, 150) });
  const sendButton = el("button.send", { type: "button", "aria-label": "Send", title: "Send (Enter)", onclick: () => send() }, icon("send"));
  const bolt = el("button.tool", { type: "button", "aria-label": "Shortcuts", title: "Shortcuts and commands", "aria-haspopup": "menu", onclick: () => openShortcuts() }, icon("bolt"));
  const at = el("button.tool", { type: "button", "aria-label": "Mention someone", title: "Mention someone", onclick: () => insert("@") }, icon("at"));
  const trouble = el("div.composer-problem", { role: "alert", hidden: true });
  const suggestions = el("div.suggestions", { role: "listbox", "aria-label": "Suggestions", hidden: true });
  const node = el(
    "div.composer-area",
    null,
    suggestions,
    el("div.composer", null, input, el("div.composer-tools", null, bolt, at, el("span.composer-hint", { "aria-hidden": "true" }, "Shift + Enter for a new line"), sendButton)),
    trouble,
  );
  let offered = [];
  let chosen = 0;

  function grow() {
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight, 260)}px`;
    sendButton.classList.toggle("ready", input.value.trim() !== "");
  }

  function typed() {
    grow();
    drafts.keep(place, input.value);
    report(null);
    suggest();
  }

  function report(words) {
    fill(trouble, words);
    trouble.hidden = !words;
  }

  // Suggestions -------------------------------------------------------------------------------------------------

  function suggest() {
    const before = input.value.slice(0, input.selectionStart);
    offered = commandSuggestions(before, state.apps) ?? mentionSuggestions(before, state) ?? [];
    chosen = 0;
    drawSuggestions();
  }

  function drawSuggestions() {
    suggestions.hidden = offered.length === 0;
    fill(
      suggestions,
      offered.map((one, index) =>
        el(
          "button.suggestion",
          { type: "button", role: "option", tabIndex: -1, "aria-selected": index === chosen ? "true" : "false", onpointerdown: (event) => (event.preventDefault(), accept(one)) },
          el("span.suggestion-name", null, one.name),
          el("span.suggestion-detail", null, one.detail),
          one.hint ? el("span.suggestion-hint", null, one.hint) : null,
        ),
      ),
    );
    suggestions.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  function hideSuggestions() {
    offered = [];
    drawSuggestions();
  }

  function accept(one) {
    const caret = input.selectionStart;
    const start = caret - one.replaces;
    input.setRangeText(`${one.name} `, start, caret, "end");
    hideSuggestions();
    grow();
    drafts.keep(place, input.value);
    input.focus();
  }

  function keys(event) {
    if (event.isComposing) return;
    if (offered.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length;
      return drawSuggestions();
    }
    if (event.key === "Escape" && offered.length) {
      event.stopPropagation();
      return hideSuggestions();
    }
    const isWhole = offered[chosen]?.name === input.value.trim();
    if (offered.length && (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !isWhole))) {
      event.preventDefault();
      return accept(offered[chosen]);
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  }

  function insert(text) {
    const gap = /\S$/.test(input.value.slice(0, input.selectionStart)) ? " " : "";
    input.setRangeText(gap + text, input.selectionStart, input.selectionEnd, "end");
    input.focus();
    typed();
  }

  // Sending -----------------------------------------------------------------------------------------------------

  async function send() {
    const text = input.value.trim();
    if (!text) return;
    const isCommand = /^\/[a-z]/i.test(text);
    if (isCommand && place.thread) return report(`${text.split(/\s/)[0]} cannot be used in threads. Write it in the channel.`);
    hideSuggestions();
    input.value = "";
    typed();
    const answer = isCommand
      ? await act("command", { channel: place.channel, text })
      : await act("say", { channel: place.channel, text, ...(place.thread ? { thread_ts: place.thread } : {}) });
    if (answer.ok) return;
    // Nothing that was typed is lost, unless something new stands there by now.
    if (!input.value) input.value = text;
    typed();
    report(answer.error);
  }

  function openShortcuts() {
    const run = (one) => async () => {
      const answer = await act("shortcut", { callback_id: one.callback_id, channel: place.channel });
      if (!answer.ok) emit("toast", { text: answer.error, error: true });
    };
    const shortcuts = state.apps.flatMap((app) => app.shortcuts.filter((one) => one.type === "global").map((one) => ({ label: one.name, detail: app.name, run: run(one) })));
    const write = (command) => () => {
      input.value = `${command} `;
      input.focus();
      typed();
    };
    const commands = place.thread ? [] : state.apps.flatMap((app) => app.commands.map((one) => ({ label: `${one.command} ${one.usage_hint ?? ""}`, detail: one.description, run: write(one.command) })));
    const items = [
      ...(shortcuts.length ? [{ heading: "Shortcuts" }, ...shortcuts] : []),
      ...(commands.length ? [{ heading: "Commands" }, ...commands] : []),
    ];
    openMenu(bolt, items.length ? items : [{ heading: "No app offers a shortcut" }], { above: true, label: "Shortcuts" });
  }

  requestAnimationFrame(grow);
  return { node, focus: () => input.focus({ preventScroll: true }), empty: () => input.value === "" };
}
