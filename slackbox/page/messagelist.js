/** A scrolling list of messages: day dividers, grouping, a window over long histories, and staying at the bottom. */
import { el, oncePerFrame, patchChildren } from "./dom.js";
import { messageNode, redraw } from "./messages.js";
import { showToolbar } from "./toolbar.js";
import { messagesOf } from "./store.js";
import { day } from "./time.js";

const WINDOW = 120; // rows drawn at first, and added when the reader scrolls up
const TRIM = 3 * WINDOW; // more rows than this are given up again at the bottom
const GROUP_SECONDS = 300;

const writer = (message) => `${message.user ?? ""}/${message.bot_id ?? ""}/${message.username ?? ""}/${message.is_ephemeral ?? ""}`;

/** Whether the head can be left out, because `before` is by the same author and shortly before. */
function continues(message, before) {
  return before !== null && writer(before) === writer(message) && Number(message.ts) - Number(before.ts) < GROUP_SECONDS && message.subtype !== "thread_broadcast" && before.subtype !== "thread_broadcast";
}

/**
 * The list of `place` {channel, thread?, onThread}. `intro`: a node above the first message.
 * Gives {node, draw, reveal(ts), seen()}.
 */
export function messageList(place, { label, intro = null } = {}) {
  const rows = el("div.rows");
  const fresh = el("button.new-messages", { type: "button", hidden: true, onclick: () => toBottom() }, "New messages ↓");
  const scroller = el("div.scroller", { role: "log", "aria-label": label, tabIndex: 0 }, intro, rows);
  const node = el("div.message-list", null, scroller, fresh);
  let shown = WINDOW;
  let stuck = true;
  let lastTop = 0;
  let last = null;
  let revealing = null;

  function draw() {
    const all = messagesOf(place.channel, place.thread);
    if (!all) return;
    if (stuck && shown > TRIM) shown = WINDOW;
    const first = Math.max(0, all.length - shown);
    if (intro) intro.hidden = first > 0;
    const items = [];
    let before = null;
    for (const message of all.slice(first)) {
      const isParent = place.thread === message.ts;
      if (!place.thread && (!before || day(before.ts) !== day(message.ts))) {
        items.push({ sig: `day ${day(message.ts)}`, make: () => divider(day(message.ts)) });
        before = null;
      }
      const grouped = continues(message, before);
      const update = (row) => redraw(row, message, grouped);
      const make = () => {
        const row = messageNode(message, place);
        update(row);
        return row;
      };
      items.push({ sig: message.ts, make, keep: update });
      before = isParent ? null : message;
      const count = isParent ? all.filter((one) => !one.is_ephemeral).length - 1 : 0;
      if (count > 0) {
        items.push({ sig: `replies ${count}`, make: () => divider(count === 1 ? "1 reply" : `${count} replies`, "replies") });
      }
    }
    patchChildren(rows, items);
    const newest = all.at(-1)?.ts ?? null;
    if (stuck) toBottom();
    else if (last && newest > last) fresh.hidden = false;
    last = newest;
    if (revealing) reveal(revealing);
  }

  function divider(words, kind = "day") {
    return el(`div.divider.${kind}`, { role: "separator", "aria-label": words }, el("span", null, words));
  }

  function toBottom() {
    stuck = true;
    fresh.hidden = true;
    scroller.scrollTop = scroller.scrollHeight;
  }

  function older() {
    const all = messagesOf(place.channel, place.thread);
    if (!all || shown >= all.length) return;
    const fromBottom = scroller.scrollHeight - scroller.scrollTop;
    shown += WINDOW;
    draw();
    scroller.scrollTop = scroller.scrollHeight - fromBottom;
  }

  /** Scrolls to a message and marks it for a moment; waits until it is loaded. */
  function reveal(ts) {
    revealing = ts;
    const all = messagesOf(place.channel, place.thread);
    const index = all?.findIndex((message) => message.ts === ts) ?? -1;
    if (index < 0) return;
    revealing = null;
    stuck = false;
    shown = Math.max(shown, all.length - index + 10);
    draw();
    const row = rows.querySelector(`[data-ts="${CSS.escape(ts)}"]`);
    row?.scrollIntoView({ block: "center" });
    row?.classList.add("found");
  }

  scroller.addEventListener("scroll", () => {
    // Only the reader's own way up unsticks the list: what grows below it also makes scroll events.
    if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 48) {
      stuck = true;
      fresh.hidden = true;
    } else if (scroller.scrollTop < lastTop) {
      stuck = false;
    }
    lastTop = scroller.scrollTop;
    if (scroller.scrollTop < 240) older();
  });
  // Pictures, previews and a growing composer change the height without a new message.
  const sizes = new ResizeObserver(() => stuck && toBottom());
  sizes.observe(rows);
  sizes.observe(scroller);
  const pointed = (event) => {
    const row = event.target.closest?.(".message");
    if (row) showToolbar(row);
  };
  rows.addEventListener("pointerover", pointed);
  rows.addEventListener("focusin", pointed);

  return { node, draw, reveal, place, drawSoon: oncePerFrame(draw), isAtBottom: () => stuck, close: () => sizes.disconnect() };
}
