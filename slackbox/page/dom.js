/**
 * The one element builder. What comes from outside reaches the page only as text nodes and checked
 * attributes; nothing here, or anywhere in this folder, parses HTML.
 */

// Direction overrides could make a label read as something else; a visible mark is the honest drawing of them.
const DIRECTION_CONTROLS = /[\u202A-\u202E\u2066-\u2069]/g;

/** Outside text with the characters that could reorder what stands around it made visible. */
export function plain(text) {
  return String(text ?? "").replace(DIRECTION_CONTROLS, "\uFFFD");
}

const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "tabIndex", "hidden"]);

/**
 * Builds `el("button.primary", {type: "button", onclick: go}, "Send")`.
 * Properties that are null, undefined or false are left out; children may be nodes, text, arrays, or null.
 */
export function el(spec, properties, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) node[name] = value;
    else node.setAttribute(name, value === true ? "" : plain(value));
  }
  add(node, children);
  return node;
}

/** Appends children (nodes, text, nested arrays); null and false are skipped. */
export function add(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : plain(child));
  }
  return node;
}

/** Empties the node and fills it again. */
export function fill(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

/**
 * Makes the children of `parent` match `items` ({sig, make, keep?}) and touches only what differs: a child whose
 * signature is unchanged stays the very same node, never moved, so that focus, hover and selection survive.
 */
export function patchChildren(parent, items) {
  const old = [...parent.children];
  let next = 0;
  for (const item of items) {
    let found = -1;
    for (let i = next; i < old.length && found < 0; i += 1) if (old[i].signature === item.sig) found = i;
    if (found >= 0) {
      while (next < found) old[next++].remove();
      item.keep?.(old[found]);
      next = found + 1;
      continue;
    }
    const node = item.make();
    node.signature = item.sig;
    parent.insertBefore(node, old[next] ?? null);
  }
  while (next < old.length) old[next++].remove();
}

/** Runs `work` once in the next frame, however often it is asked for before that. */
export function oncePerFrame(work) {
  let waiting = false;
  const run = () => {
    waiting = false;
    work();
  };
  return () => {
    if (waiting) return;
    waiting = true;
    // A hidden tab gets no frames, but its unread marks should still move.
    if (document.hidden) setTimeout(run, 50);
    else requestAnimationFrame(run);
  };
}
