/** Small panels that open beside a button: menus, pickers, suggestions. One is open at a time. */
import { add, el } from "./dom.js";

let current = null;

/** Closes the open panel, if there is one. */
export function closePopup() {
  current?.close();
}

/**
 * Opens a panel with `content` beside `anchor`. Escape, a click elsewhere or scrolling away closes it.
 * Gives {node, close}. `above`: preferably over the anchor. `onclose` is told when it closes.
 */
export function openPopup(anchor, content, { label, above = false, width = null, onclose = null, role = "dialog" } = {}) {
  closePopup();
  const node = el("div.popup", { role, "aria-label": label, popover: "manual" }, content);
  node.style.width = width ? `${width}px` : "max-content";
  // Inside a modal everything else is inert: the panel has to live in it.
  (anchor.closest("dialog") ?? document.body).append(node);
  node.showPopover?.();
  const place = () => {
    const box = anchor.getBoundingClientRect();
    const { width: w, height: h } = node.getBoundingClientRect();
    const under = innerHeight - box.bottom;
    const up = above ? box.top > h + 12 || box.top > under : under < h + 12 && box.top > under;
    const top = up ? box.top - h - 6 : box.bottom + 6;
    node.style.top = `${Math.max(8, Math.min(top, innerHeight - h - 8))}px`;
    node.style.left = `${Math.max(8, Math.min(box.left, innerWidth - w - 8))}px`;
  };
  place();

  const outside = (event) => {
    if (!node.contains(event.target) && !anchor.contains(event.target)) popup.close();
  };
  const keys = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    popup.close();
    anchor.focus?.();
  };
  const popup = {
    node,
    anchor,
    place,
    close() {
      if (current !== popup) return;
      current = null;
      removeEventListener("pointerdown", outside, true);
      removeEventListener("keydown", keys, true);
      removeEventListener("resize", popup.close);
      node.remove();
      anchor.removeAttribute("aria-expanded");
      onclose?.();
    },
  };
  current = popup;
  anchor.setAttribute("aria-expanded", "true");
  addEventListener("pointerdown", outside, true);
  addEventListener("keydown", keys, true);
  addEventListener("resize", popup.close);
  return popup;
}

/**
 * Opens a menu of `items`: {label, detail?, danger?, icon?, checked?, run} or {heading} or "-" for a line.
 * A second call for the same button closes it.
 */
export function openMenu(anchor, items, options = {}) {
  if (current?.anchor === anchor) return closePopup();
  const nodes = items.map((item) => {
    if (item === "-") return el("hr", { role: "separator" });
    if (item.heading) return el("div.menu-heading", null, item.heading);
    const choose = () => {
      closePopup();
      anchor.focus?.();
      item.run();
    };
    return el(
      item.danger ? "button.menu-item.danger" : "button.menu-item",
      { type: "button", role: "menuitem", onclick: choose, "aria-current": item.checked ? "true" : null },
      item.icon ?? null,
      el("span.menu-words", null, el("span.menu-label", null, item.label), item.detail ? el("span.menu-detail", null, item.detail) : null),
    );
  });
  const popup = openPopup(anchor, nodes, { role: "menu", ...options });
  popup.node.classList.add("menu");
  roam(popup.node, ".menu-item");
  popup.node.querySelector(".menu-item")?.focus();
  return popup;
}

/** Lets the arrow keys move the focus among the elements that match. */
export function roam(node, selector) {
  node.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = [...node.querySelectorAll(selector)].filter((one) => !one.hidden);
    const at = all.indexOf(document.activeElement);
    all[(at + step + all.length) % all.length]?.focus();
    event.preventDefault();
  });
}

/** Asks before something is done: {title, text, confirm, deny, style?}, all nodes or text. Resolves to true or false. */
export function ask({ title, text, confirm, deny, danger = false }) {
  return new Promise((answer) => {
    const close = (yes) => {
      dialog.close();
      dialog.remove();
      answer(yes);
    };
    const dialog = add(el("dialog.modal.confirm", { "aria-label": "Please confirm" }), [
      el("div.modal-head", null, el("h2", null, title)),
      el("div.modal-body", null, text),
      el(
        "div.modal-foot",
        null,
        el("button.button", { type: "button", onclick: () => close(false) }, deny),
        el(danger ? "button.button.danger.filled" : "button.button.primary", { type: "button", onclick: () => close(true) }, confirm),
      ),
    ]);
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      close(false);
    });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector(".modal-foot .button:last-child").focus();
  });
}
