/** Legacy attachments: the form most monitoring tools post in. */
import { drawBlocks } from "./blockkit.js";
import { colour } from "./avatars.js";
import { el, plain } from "./dom.js";
import { elementNode } from "./elements.js";
import { link } from "./links.js";
import { mrkdwn } from "./mrkdwn.js";
import { Surface } from "./surface.js";
import { slackDate } from "./time.js";

const NAMED = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

const words = (text, tag = "div.text") => (text ? el(tag, { dir: "auto" }, mrkdwn(text)) : null);

/** One attachment as a node. `container` is the message it belongs to. */
export function attachmentNode(attachment, container) {
  const bar = el("div.attachment-bar", { "aria-hidden": "true" });
  const given = NAMED[attachment.color] ?? (attachment.color ? colour(attachment.color, "") : null);
  if (given) bar.style.backgroundColor = given;
  return el(
    "div.attachment",
    null,
    words(attachment.pretext, "div.text.pretext"),
    el("div.attachment-row", null, bar, el("div.attachment-body", null, attachment.blocks ? blocks(attachment, container) : classic(attachment))),
  );
}

function blocks(attachment, container) {
  const node = el("div.blocks");
  drawBlocks(node, attachment.blocks, new Surface(container));
  return node;
}

function classic(one) {
  const title = one.title ? (one.title_link ? link(one.title_link, mrkdwnTitle(one.title)) : mrkdwnTitle(one.title)) : null;
  const isEmpty = !one.title && !one.text && !one.fields?.length && !one.author_name && !one.pretext;
  return [
    one.author_name ? el("div.attachment-author", null, one.author_link ? link(one.author_link, plain(one.author_name)) : plain(one.author_name)) : null,
    title ? el("div.attachment-title", { dir: "auto" }, title) : null,
    words((isEmpty ? one.fallback : one.text)?.replace(/^\s*\n|\s+$/g, "")),
    one.fields?.length ? el("div.attachment-fields", null, one.fields.map(field)) : null,
    one.actions?.length ? el("div.actions", null, one.actions.filter((action) => action.url).map(linkButton)) : null,
    one.footer || one.ts ? el("div.attachment-footer", null, one.footer ? mrkdwn(one.footer) : null, one.footer && one.ts ? " | " : null, one.ts ? slackDate(one.ts, "{date_short_pretty} at {time}") : null) : null,
  ];
}

const mrkdwnTitle = (title) => mrkdwn(title, false);

function field(one) {
  return el(one.short ? "div.attachment-field.short" : "div.attachment-field", null, el("div.attachment-field-title", { dir: "auto" }, mrkdwn(one.title, false)), words(one.value));
}

/** Old-style buttons: only those with a link still do something without an interactive endpoint. */
function linkButton(action) {
  const element = { type: "button", style: action.style, url: action.url, text: { type: "plain_text", text: action.text ?? "" } };
  return elementNode(element, { report() {} });
}
