/** One message as a row: who, when, what, and everything below it. An edit changes only what differs. */
import { attachmentNode } from "./attachments.js";
import { avatar } from "./avatars.js";
import { drawBlocks } from "./blockkit.js";
import { el, fill, patchChildren, plain } from "./dom.js";
import { emojiNode } from "./emoji.js";
import { fileCard } from "./files.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { act, nameOf, person, state } from "./store.js";
import { Surface } from "./surface.js";
import { agoNode, clock, moment } from "./time.js";

const SYSTEM = new Set(["channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "channel_archive", "pinned_item", "bot_add", "tombstone"]);

/** Who wrote the message: {name, color, is_bot, icon?}. */
export function authorOf(message) {
  const known = person(message.user) ?? person(message.bot_id);
  const given = message.author ?? {};
  // People are called as they are mentioned; an app may post under another name each time.
  const name = known && !known.is_bot ? nameOf(known) : (given.name ?? message.username ?? nameOf(known));
  return { is_bot: given.is_bot ?? Boolean(message.bot_id), icon: given.icon, color: known?.color, name: name || "Unknown" };
}

/** A new row for `message`, in `place` {channel, thread, onThread}. Draw later versions with `redraw`. */
export function messageNode(message, place) {
  const parts = {
    gutter: el("div.gutter"),
    note: el("div.message-note"),
    head: el("div.message-head"),
    body: el("div.message-body.blocks"),
    edited: el("div.edited"),
    attachments: el("div.attachments"),
    files: el("div.files"),
    reactions: el("div.reactions"),
    summary: el("div.summary"),
  };
  const { gutter, ...main } = parts;
  const node = el("div.message", { role: "article", tabIndex: 0, "data-ts": message.ts }, gutter, el("div.message-main", null, Object.values(main)));
  node.parts = parts;
  node.place = place;
  node.surface = new Surface({ type: "message", channel: place.channel, ts: message.ts });
  return node;
}

/** Draws the message into its row. `grouped`: the one above is by the same author, so the head is left out. */
export function redraw(node, message, grouped) {
  if (node.message === message && node.grouped === grouped) return;
  const { parts, place } = node;
  node.message = message;
  node.grouped = grouped;
  node.classList.toggle("grouped", grouped);
  node.classList.toggle("ephemeral", message.is_ephemeral === true);
  node.classList.toggle("system", SYSTEM.has(message.subtype));
  const author = authorOf(message);
  node.setAttribute("aria-label", plain(`${author.name}, ${moment(message.ts)}`));

  slot(parts.gutter, [author, grouped], () => (grouped ? el("time.gutter-time", { title: moment(message.ts) }, clock(message.ts).replace(/ ?[AP]M$/, "")) : avatar(author)));
  slot(parts.note, [message.is_ephemeral, message.subtype, message.pinned_to], () => note(message, place));
  slot(parts.head, [author, grouped], () => (grouped ? null : head(message, author)));
  if (message.blocks?.length) {
    drawBlocks(parts.body, message.blocks, node.surface);
  } else {
    patchChildren(parts.body, message.text ? [{ sig: message.text, make: () => el("div.block.text", { dir: "auto" }, mrkdwn(message.text)) }] : []);
  }
  slot(parts.edited, message.edited ? [true] : [], () => "(edited)");
  if (message.edited) parts.edited.title = moment(message.edited.ts);
  slot(parts.attachments, message.attachments ?? [], () => message.attachments.map((one) => attachmentNode(one, node.surface.container)));
  slot(parts.files, message.files ?? [], () => message.files.map(fileCard));
  slot(parts.reactions, [message.reactions ?? [], state.me], () => reactions(message, place));
  slot(parts.summary, place.thread ? [] : [message.reply_count, message.latest_reply, message.reply_users], () => summary(message, place));
}

/** Fills a part of a row again only when what it shows has changed; `shown` is that, as data. */
function slot(node, shown, make) {
  const sig = JSON.stringify(shown);
  if (node.shown === sig) return;
  node.shown = sig;
  const content = Array.isArray(shown) && shown.length === 0 ? null : make();
  fill(node, content);
}

function head(message, author) {
  return [
    el("span.author", { dir: "auto" }, author.name),
    author.is_bot ? el("span.app-badge", null, "APP") : null,
    el("time.time", { title: moment(message.ts) }, clock(message.ts)),
  ];
}

function note(message, place) {
  if (message.is_ephemeral) return [icon("eye"), "Only visible to you"];
  if (message.subtype === "thread_broadcast" && !place.thread) {
    return ["replied to ", el("button.text-button", { type: "button", onclick: () => place.onThread(message.thread_ts) }, "a thread")];
  }
  return message.pinned_to?.length ? ["📌 Pinned"] : null;
}

function reactions(message, { channel }) {
  return (message.reactions ?? []).map((one) => {
    const mine = one.users.includes(state.me);
    const names = one.users.map((id) => nameOf(person(id)) || id).join(", ");
    const toggle = () => act(mine ? "unreact" : "react", { channel, ts: message.ts, name: one.name });
    return el(
      "button.reaction",
      { type: "button", "aria-pressed": mine ? "true" : "false", title: `${names} reacted with :${one.name}:`, "aria-label": `:${one.name}: ${one.count}`, onclick: toggle },
      emojiNode(one.name),
      el("span.count", null, String(one.count)),
    );
  });
}

function summary(message, { onThread }) {
  if (!message.reply_count) return null;
  const writers = (message.reply_users ?? []).slice(0, 5).map((id) => person(id) ?? { name: id });
  return el(
    "button.thread-summary",
    { type: "button", onclick: () => onThread(message.ts) },
    writers.map((one) => avatar({ ...one, name: nameOf(one) || one.name }, "small")),
    el("span.replies", null, message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`),
    message.latest_reply ? agoNode("Last reply", message.latest_reply) : null,
    icon("right"),
  );
}
