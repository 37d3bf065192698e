/** Avatars drawn from a name and a colour, so that no image is ever fetched. */
import { el } from "./dom.js";
import { emojiFor } from "./emoji.js";
import { drawable } from "./links.js";

/** "Alice Ng" → "AN", "alertmanager" → "A" */
function initials(name) {
  const words = String(name).split(/[\s._-]+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.map((word) => [...word].find((one) => /[\p{L}\p{N}]/u.test(one)));
  return letters.slice(0, 2).join("").toUpperCase() || "?";
}

/** "#9f69e7", "9f69e7" → a CSS colour; anything else → one that follows from the name. */
export function colour(value, name = "") {
  if (/^#?[0-9a-f]{6}$/i.test(value ?? "")) return `#${value.replace("#", "")}`;
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return `hsl(${sum} 45% 42%)`;
}

/** A rounded square with the initials, the emoji or the (local) picture of someone: {name, color, icon?, is_bot?}. */
export function avatar(author, size = "medium") {
  const node = el(`span.avatar.${size}`, { "aria-hidden": "true" });
  const emoji = /^:([^:]+):$/.exec(author.icon ?? "");
  if (emoji && emojiFor(emoji[1])) {
    node.classList.add("plain");
    node.append(emojiFor(emoji[1]));
    return node;
  }
  if (author.icon && !emoji && drawable(author.icon)) {
    node.append(el("img", { src: author.icon, alt: "" }));
    return node;
  }
  node.style.backgroundColor = `color-mix(in srgb, ${colour(author.color, author.name)} 82%, black)`; // white letters need the contrast
  node.append(initials(author.name));
  return node;
}
