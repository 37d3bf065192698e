/** Slack's text objects as nodes: `plain_text` word for word, `mrkdwn` with its few marks. */
import { el, plain } from "./dom.js";
import { emojiNode, withEmoji } from "./emoji.js";
import { link } from "./links.js";
import { channelOf, channelTitle, nameOf, person, state, usergroup } from "./store.js";
import { moment, slackDate } from "./time.js";

/** A text object ({type, text, emoji?, verbatim?}) as a node. */
export function textNode(object, tag = "span") {
  if (!object) return null;
  const plainly = object.type !== "mrkdwn";
  return el(`${tag}.text`, { dir: "auto" }, plainly ? plainText(object) : mrkdwn(object.text, object.verbatim !== true));
}

/** The nodes of a plain_text object. */
export const plainText = (object) => withEmoji(plain(object?.text), object?.emoji !== false);

const decode = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** mrkdwn as nodes. `linked`: bare web addresses become links too. */
export function mrkdwn(text, linked = true) {
  const parts = String(text ?? "").split("```");
  if (parts.length % 2 === 0) {
    const tail = parts.pop(); // a fence without an end is drawn as it was typed
    parts.push(`${parts.pop()}\`\`\`${tail}`);
  }
  return parts.flatMap((part, index) => {
    if (index % 2) return el("pre", null, code(part.replace(/^\n|\n$/g, "")));
    const trimmed = index > 0 ? part.replace(/^\n/, "") : part;
    return lines(trimmed, linked);
  });
}

/** What stands between fences or backticks: no marks, but references show their words. */
function code(text) {
  return plain(decode(text.replace(/<([^<>\n]+)>/g, (whole, inner) => words(inner) ?? whole)));
}

function words(inner) {
  const [target, label] = inner.split("|", 2);
  if (/^(https?|mailto):/.test(target)) return label ?? target;
  return /^[@#!]/.test(target) ? reference(inner).textContent : null;
}

function lines(text, linked) {
  const nodes = [];
  let quote = null;
  let fresh = true;
  const all = text.split("\n");
  for (const [index, line] of all.entries()) {
    const rest = /^(?:&gt;|>){3} ?/.exec(line);
    if (rest) {
      const quoted = [line.slice(rest[0].length), ...all.slice(index + 1)];
      nodes.push(el("blockquote", { dir: "auto" }, quoted.flatMap((one, i) => [i ? el("br") : null, ...inline(one, linked)])));
      return nodes;
    }
    const mark = /^(?:&gt;|>) ?/.exec(line);
    if (mark) {
      if (quote) quote.append(el("br"));
      else nodes.push((quote = el("blockquote", { dir: "auto" })));
      quote.append(...inline(line.slice(mark[0].length), linked));
      fresh = true;
      continue;
    }
    quote = null;
    if (!fresh) nodes.push(document.createTextNode("\n"));
    const item = /^(\s*)([•◦▪︎-]|\d{1,3}[.)]) +/.exec(line);
    if (item) {
      const depth = Math.min(3, Math.floor(item[1].length / 2));
      nodes.push(el(`span.list-line.depth-${depth}`, null, el("span.list-mark", null, `${item[2]} `), inline(line.slice(item[0].length), linked)));
      fresh = true; // the line is a block of its own
    } else {
      nodes.push(...inline(line, linked));
      fresh = false;
    }
  }
  return nodes;
}

// The alternatives inside the styled part exclude each other: hostile text must not make the search explode.
const MARK = /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+'-]+(?:::skin-tone-[2-6])?):|([*_~])(?=\S)((?:<[^<>\n]*>|`[^`\n]*`|(?!\4|<[^<>\n]*>|`[^`\n]*`)[^\n])*?\S)\4(?![\p{L}\p{N}])|(https?:\/\/[^\s<>|]+)/gu;
const TAGS = { "*": "b", _: "i", "~": "s" };

function inline(text, linked) {
  const nodes = [];
  const literal = (piece) => piece && nodes.push(...withEmoji(decode(piece), false));
  let from = 0;
  let at = 0;
  while (from <= text.length) {
    MARK.lastIndex = at;
    const match = MARK.exec(text);
    if (!match) break;
    const [whole, inner, codeText, emoji, mark, styled, address] = match;
    const before = text[match.index - 1];
    const insideWord = before !== undefined && /[\p{L}\p{N}]/u.test(before);
    if ((mark && (insideWord || before === mark)) || (emoji && insideWord) || (address && !linked)) {
      at = match.index + 1;
      continue;
    }
    literal(text.slice(from, match.index));
    let taken = whole;
    if (inner) nodes.push(reference(inner));
    else if (codeText) nodes.push(el("code", null, code(codeText)));
    else if (emoji) nodes.push(emojiNode(emoji));
    else if (mark) nodes.push(el(TAGS[mark], null, inline(styled, linked)));
    else {
      taken = address.replace(/[.,;:!?'")\]]+$/, "");
      nodes.push(link(decode(taken)));
    }
    from = at = match.index + taken.length;
  }
  literal(text.slice(from));
  return nodes;
}

/** What stands between < and >: a link, a mention, a date. */
function reference(inner) {
  const bar = inner.indexOf("|");
  const target = bar < 0 ? inner : inner.slice(0, bar);
  const label = bar < 0 ? null : inner.slice(bar + 1);
  if (/^@[UWB]/.test(target)) return userMention(target.slice(1), label);
  if (/^#[CGD]/.test(target)) return channelMention(target.slice(1), label);
  if (target.startsWith("!subteam^")) return groupMention(target.slice(9), label);
  if (target.startsWith("!date^")) return dateNode(target.slice(6).split("^"), label);
  if (/^!(here|channel|everyone)$/.test(target)) return el("span.mention.broadcast", null, `@${target.slice(1)}`);
  if (target.startsWith("!")) return el("span.mention", null, label ?? `<${inner}>`);
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return link(decode(target), label === null ? decode(target) : inline(label, false));
  return document.createTextNode(plain(`<${decode(inner)}>`));
}

export function userMention(id, label) {
  const one = person(id);
  const name = nameOf(one) || (label ?? id).replace(/^@/, "");
  return el(id === state.me ? "span.mention.me" : "span.mention", { title: one?.real_name ?? id, "data-user": id }, `@${name}`);
}

export function channelMention(id, label) {
  const channel = channelOf(id);
  if (!channel) return el("span.mention", null, `#${label || "private channel"}`);
  return el("a.mention", { href: `#${id}` }, `#${channelTitle(channel)}`);
}

export function groupMention(id, label) {
  const group = usergroup(id);
  const mine = group?.users?.includes(state.me);
  const handle = (group?.handle ?? label ?? id).replace(/^@/, "");
  return el(mine ? "span.mention.me" : "span.mention", { title: group?.name }, `@${handle}`);
}

/** `<!date^ts^template^link|fallback>` */
export function dateNode([ts, template, address], fallback) {
  const filled = slackDate(ts, decode(template ?? "{date}")) ?? decode(fallback ?? "");
  const node = el("time", { title: Number.isFinite(Number(ts)) ? moment(ts) : null }, filled);
  return address ? link(decode(address), node) : node;
}
