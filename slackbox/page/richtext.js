/** The rich_text block: sections, lists, quotes and preformatted text, made of small styled pieces. */
import { el } from "./dom.js";
import { emojiNode, withEmoji } from "./emoji.js";
import { link } from "./links.js";
import { channelMention, dateNode, groupMention, userMention } from "./mrkdwn.js";
import { plain } from "./dom.js";

/** A rich_text block (or a rich_text table cell) as a node. */
export function richText(block) {
  return el("div.rich-text", null, (block.elements ?? []).map(part));
}

function part(element) {
  const pieces = (element.elements ?? []).map(piece);
  if (element.type === "rich_text_section") return el("div.rich-section.text", { dir: "auto" }, pieces);
  if (element.type === "rich_text_quote") return el("blockquote.text", { dir: "auto" }, pieces);
  if (element.type === "rich_text_preformatted") {
    return el("pre", null, (element.elements ?? []).map((one) => plain(one.text ?? one.url)));
  }
  if (element.type === "rich_text_list") {
    const tag = element.style === "ordered" ? "ol" : "ul";
    const indent = Math.min(8, Number(element.indent) || 0);
    const start = tag === "ol" && element.offset ? element.offset + 1 : null;
    const list = el(`${tag}.depth-${indent % 3}`, { start }, (element.elements ?? []).map((one) => el("li", { dir: "auto" }, (one.elements ?? []).map(piece))));
    list.style.marginInlineStart = `${indent * 24}px`;
    return list;
  }
  return el("div.unknown", null, `rich_text element “${plain(element.type)}” is not drawn`);
}

const MAKERS = {
  text: (one) => (one.style?.code ? el("code", null, plain(one.text)) : withEmoji(plain(one.text), false)),
  link: (one) => link(one.url, one.text ? plain(one.text) : null),
  user: (one) => userMention(one.user_id),
  usergroup: (one) => groupMention(one.usergroup_id),
  channel: (one) => channelMention(one.channel_id),
  broadcast: (one) => el("span.mention.broadcast", null, `@${one.range}`),
  emoji: (one) => emojiNode(one.name),
  date: (one) => dateNode([one.timestamp, one.format, one.url], one.fallback),
  color: (one) => swatch(one.value),
};

function piece(one) {
  const make = MAKERS[one.type];
  if (!make) return el("span.unknown", null, plain(one.text ?? one.type));
  let nodes = make(one);
  const style = one.style ?? {};
  if (style.code && one.type !== "text") nodes = el("code", null, nodes);
  for (const [name, tag] of [["strike", "s"], ["italic", "i"], ["bold", "b"]]) if (style[name]) nodes = el(tag, null, nodes);
  return nodes;
}

function swatch(value) {
  const square = el("span.swatch", { "aria-hidden": "true" });
  if (/^#[0-9a-f]{3,8}$/i.test(value ?? "")) square.style.backgroundColor = value;
  return [el("code", null, plain(value)), square];
}
