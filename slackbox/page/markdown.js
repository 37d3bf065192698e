/** The markdown block: the everyday part of Markdown (headings, lists, quotes, fences, rules, tables, inline marks). */
import { el, plain } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { link } from "./links.js";

/** Markdown text as a list of nodes. */
export function markdown(text) {
  const lines = plain(text).split("\n");
  const nodes = [];
  let i = 0;
  const takeWhile = (matches) => {
    const taken = [];
    while (i < lines.length && matches(lines[i])) taken.push(lines[i++]);
    return taken;
  };
  while (i < lines.length) {
    const line = lines[i];
    const fence = /^\s*(```+|~~~+)/.exec(line);
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    if (fence) {
      i += 1;
      const body = takeWhile((one) => !one.trim().startsWith(fence[1]));
      i += 1;
      nodes.push(el("pre", null, body.join("\n")));
    } else if (heading) {
      i += 1;
      nodes.push(el(`h${Math.min(6, heading[1].length + 2)}.md-heading.level-${heading[1].length}`, null, inline(heading[2])));
    } else if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      i += 1;
      nodes.push(el("hr"));
    } else if (/^\s*>/.test(line)) {
      nodes.push(el("blockquote", null, markdown(takeWhile((one) => /^\s*>/.test(one)).map((one) => one.replace(/^\s*> ?/, "")).join("\n"))));
    } else if (isItem(line)) {
      nodes.push(list(takeWhile((one) => isItem(one) || /^\s{2,}\S/.test(one))));
    } else if (line.includes("|") && /^\s*\|?[\s:|-]+\|[\s:|-]*$/.test(lines[i + 1] ?? "")) {
      nodes.push(table(takeWhile((one) => one.includes("|"))));
    } else if (line.trim() === "") {
      i += 1;
    } else {
      const isText = (one) => one.trim() !== "" && !/^(#{1,6}\s|\s*>|\s*```)/.test(one) && !isItem(one);
      const body = takeWhile(isText);
      nodes.push(el("p", { dir: "auto" }, body.flatMap((one, n) => [n ? el("br") : null, ...inline(one)])));
    }
  }
  return nodes;
}

const isItem = (line) => /^\s*([-*+]|\d{1,9}[.)])\s+/.test(line);

function list(lines) {
  const depth = (line) => /^\s*/.exec(line)[0].length;
  const base = depth(lines[0]);
  const node = el(/^\s*\d/.test(lines[0]) ? "ol" : "ul", null);
  for (let i = 0; i < lines.length; ) {
    const words = lines[i++].replace(/^\s*([-*+]|\d{1,9}[.)])\s+/, "");
    const task = /^\[([ xX])\]\s+/.exec(words);
    const item = el("li", { dir: "auto" }, task ? (task[1] === " " ? "☐ " : "☑ ") : null, inline(task ? words.slice(task[0].length) : words));
    const inner = [];
    while (i < lines.length && depth(lines[i]) > base) inner.push(lines[i++]);
    if (inner.length && isItem(inner[0])) item.append(list(inner));
    else if (inner.length) item.append(...inner.flatMap((one) => [el("br"), ...inline(one.trim())]));
    node.append(item);
  }
  return node;
}

function table(lines) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const [head, , ...rows] = lines.map(cells);
  return el(
    "div.table-scroll",
    null,
    el(
      "table.grid-table",
      null,
      el("thead", null, el("tr", null, head.map((cell) => el("th", { scope: "col" }, inline(cell))))),
      el("tbody", null, rows.map((row) => el("tr", null, row.map((cell) => el("td", null, inline(cell)))))),
    ),
  );
}

const MARK = /`([^`]+)`|!?\[([^\]]*)\]\(([^)\s]+)[^)]*\)|(\*\*|__|~~|\*|_)(?=\S)(.*?\S)\4|(https?:\/\/[^\s<>|]+)|\\([\\`*_{}[\]()#+.!~-])/g;
const TAGS = { "**": "b", __: "b", "~~": "s", "*": "i", _: "i" };

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(MARK)) {
    const [whole, code, label, target, mark, styled, address, escaped] = match;
    if (match.index < from) continue;
    if (mark?.startsWith("_") && /\w/.test(text[match.index - 1] ?? "")) continue;
    nodes.push(...withEmoji(text.slice(from, match.index)));
    if (code) nodes.push(el("code", null, code));
    else if (target) nodes.push(link(target, inline(label)));
    else if (mark) nodes.push(el(TAGS[mark], null, inline(styled)));
    else if (address) nodes.push(link(address));
    else nodes.push(document.createTextNode(escaped));
    from = match.index + whole.length;
  }
  nodes.push(...withEmoji(text.slice(from)));
  return nodes;
}
