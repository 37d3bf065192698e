/** The select menus of Block Kit, single and multiple, as one button with a list that can be searched. */
import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { plainText, textNode } from "./mrkdwn.js";
import { closePopup, openPopup, roam } from "./popup.js";
import { channelTitle, nameOf, state } from "./store.js";

const SEARCH_FROM = 7; // fewer options are read faster than typed

const people = () => state.people.filter((one) => one.id.startsWith("U")).map((one) => ({ id: one.id, label: nameOf(one), detail: one.real_name }));
const channels = (isFit) => () =>
  state.channels.filter(isFit).map((one) => ({ id: one.id, label: (one.is_im ? "" : "# ") + channelTitle(one) }));

// What each kind offers when it is not a list of options, and in which field of the state its choice stands.
const KINDS = {
  users: { list: people, field: "user" },
  channels: { list: channels((one) => !one.is_im), field: "channel" },
  conversations: { list: channels(() => true), field: "conversation" },
};

/**
 * A select element. `given` is the state value to begin with; `changed(value)` hears the new one, for example
 * {selected_option} or {selected_users}.
 */
export function choice(element, given, changed, label) {
  const multiple = element.type.startsWith("multi_");
  const kind = KINDS[element.type.replace("multi_", "").replace("_select", "")];
  const external = element.type.includes("external");
  const name = `selected_${kind?.field ?? "option"}${multiple ? "s" : ""}`;
  const groups = external ? [] : kind ? [{ items: kind.list() }] : optionGroups(element);
  const find = (id) => groups.flatMap((group) => group.items).find((item) => item.id === id);
  const idOf = (one) => (typeof one === "string" ? one : one?.value);
  let chosen = [given?.[name] ?? []].flat().map(idOf).filter((id) => id !== undefined && id !== null);

  const words = el("span.choice-words");
  const button = el(
    multiple ? "button.choice.multiple" : "button.choice",
    { type: "button", role: "combobox", "aria-haspopup": "listbox", "aria-label": label, disabled: external, title: external ? "External options are not offered here" : null, onclick: () => open() },
    words,
    icon("down"),
  );

  function show() {
    const items = chosen.map(find).filter(Boolean);
    const placeholder = element.placeholder ? plainText(element.placeholder) : multiple ? "Choose options" : "Choose an option";
    button.classList.toggle("empty", items.length === 0);
    if (!items.length) fill(words, placeholder);
    else if (multiple) fill(words, items.map((item) => el("span.token", null, item.words ? item.words() : item.label)));
    else fill(words, items[0].words ? items[0].words() : items[0].label);
  }

  function choose(item) {
    if (multiple) chosen = chosen.includes(item.id) ? chosen.filter((id) => id !== item.id) : [...chosen, item.id];
    else chosen = [item.id];
    if (multiple && element.max_selected_items) chosen = chosen.slice(-element.max_selected_items);
    show();
    const values = chosen.map((id) => (kind ? id : find(id).option));
    changed({ [name]: multiple ? values : values[0] });
  }

  function open() {
    if (button.getAttribute("aria-expanded")) return closePopup();
    const list = el("div.choice-list", { role: "listbox", "aria-multiselectable": multiple });
    const draw = (word) => {
      fill(list);
      for (const group of groups) {
        const fits = group.items.filter((item) => item.label.toLowerCase().includes(word.toLowerCase()));
        if (fits.length && group.label) list.append(el("div.menu-heading", null, group.label));
        for (const item of fits) list.append(row(item));
      }
      if (!list.children.length) list.append(el("div.menu-empty", null, "No options"));
    };
    const row = (item) =>
      el(
        "button.menu-item",
        {
          type: "button",
          role: "option",
          "aria-selected": chosen.includes(item.id) ? "true" : "false",
          onclick(event) {
            choose(item);
            if (multiple) {
              for (const one of list.querySelectorAll("[role=option]")) one.setAttribute("aria-selected", chosen.includes(one.dataset.id) ? "true" : "false");
              event.currentTarget.focus();
              popup.place();
            } else {
              closePopup();
              button.focus();
            }
          },
          "data-id": item.id,
        },
        el("span.menu-words", null, el("span.menu-label", null, item.words ? item.words() : item.label), item.detail ? el("span.menu-detail", null, item.detail) : null),
        icon("check"),
      );
    const count = groups.reduce((sum, group) => sum + group.items.length, 0);
    const search = count < SEARCH_FROM ? null : el("input.choice-search", { type: "text", placeholder: "Search", "aria-label": "Search the options", oninput: (event) => draw(event.target.value) });
    draw("");
    const popup = openPopup(button, [search, list], { label: label ?? "Options", width: Math.max(220, button.offsetWidth) });
    popup.node.classList.add("menu");
    roam(popup.node, ".menu-item");
    (search ?? list.querySelector("[aria-selected=true]") ?? list.querySelector(".menu-item"))?.focus();
  }

  show();
  return button;
}

function optionGroups(element) {
  const items = (options) =>
    (options ?? []).map((option) => ({
      id: option.value,
      option,
      label: String(option.text?.text ?? option.value),
      words: () => textNode(option.text),
      detail: option.description?.text,
    }));
  if (element.option_groups) return element.option_groups.map((group) => ({ label: plainText(group.label), items: items(group.options) }));
  return [{ items: items(element.options) }];
}
