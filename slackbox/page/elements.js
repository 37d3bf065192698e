/** Block Kit's interactive elements. Each maker gets (element, place) and gives a node. */
import { choice } from "./choice.js";
import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { drawable, open, opens } from "./links.js";
import { plainText, textNode } from "./mrkdwn.js";
import { ask, openMenu } from "./popup.js";
import { initialValue } from "./surface.js";

/**
 * Draws one element. `place` says where it stands: {surface, ref, report, dispatch, label}.
 * `ref.block` is the block as it is now: an edited card may give it a new id while its nodes stay.
 * `report(words)` shows what went wrong; `dispatch`: a change is sent at once, as outside of input blocks.
 */
export function elementNode(element, place) {
  const make = MAKERS[element.type];
  if (make) return make(element, place);
  return el("span.unknown", null, `“${element.type}” is not drawn by slackbox`);
}

const given = (element, { surface, ref }) => surface.value(ref.block, element) ?? initialValue(element);

/** Sends the action while `node` shows that it is under way. */
async function send(node, element, place, action) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  place.report(null);
  const answer = await place.surface.send(place.ref.block, element, action);
  node.removeAttribute("aria-busy");
  if (!answer.ok) place.report(answer.error);
}

/** Whether the person confirms; true where the element does not ask. */
async function confirmed(confirm) {
  if (!confirm) return true;
  return ask({
    title: plainText(confirm.title ?? { text: "Are you sure?" }),
    text: textNode(confirm.text, "p"),
    confirm: plainText(confirm.confirm ?? { text: "Yes" }),
    deny: plainText(confirm.deny ?? { text: "Cancel" }),
    danger: confirm.style === "danger",
  });
}

/** Hears a change: remembers it, and sends it where the element's place wants that. */
function changer(node, element, place) {
  let before = given(element, place);
  return async (value) => {
    place.surface.remember(place.ref.block, element, value);
    if (!place.dispatch) return place.report(null);
    if (await confirmed(element.confirm)) {
      before = value;
      return send(node(), element, place, value);
    }
    place.surface.remember(place.ref.block, element, before);
    place.redraw?.();
  };
}

function button(element, place) {
  const style = { primary: ".primary", danger: ".danger" }[element.style] ?? "";
  const node = el(
    `button.button${style}`,
    {
      type: "button",
      "data-action": element.action_id,
      "aria-label": element.accessibility_label,
      async onclick() {
        if (!(await confirmed(element.confirm))) return;
        if (element.url && opens(element.url)) open(element.url);
        if (element.action_id) await send(node, element, place, { value: element.value });
      },
    },
    el("span.button-words", { dir: "auto" }, plainText(element.text)),
    element.url ? el("span.outward", { "aria-hidden": "true" }, "↗") : null,
  );
  return node;
}

function overflow(element, place) {
  const choose = async (option) => {
    if (!(await confirmed(element.confirm))) return;
    if (option.url && opens(option.url)) open(option.url);
    await send(node, element, place, { selected_option: option });
  };
  const items = () => (element.options ?? []).map((option) => ({ label: textNode(option.text), detail: option.description?.text, run: () => choose(option) }));
  const node = el(
    "button.button.overflow",
    { type: "button", "aria-haspopup": "menu", "aria-label": "More actions", "data-action": element.action_id, onclick: () => openMenu(node, items(), { label: "More actions" }) },
    icon("dots"),
  );
  return node;
}

function select(element, place) {
  const changed = changer(() => node, element, place);
  const node = choice(element, given(element, place), changed, place.label);
  node.dataset.action = element.action_id;
  return node;
}

function ticks(element, place) {
  const single = element.type === "radio_buttons";
  const start = given(element, place);
  let chosen = single ? [start.selected_option].filter(Boolean) : start.selected_options;
  const group = `${place.ref.block.block_id}/${element.action_id}/${Math.random()}`;
  const node = el("div.ticks", { role: single ? "radiogroup" : "group", "aria-label": place.label, "data-action": element.action_id });
  const changed = changer(() => node, element, place);
  for (const option of element.options ?? []) {
    const isChosen = chosen.some((one) => one.value === option.value);
    const box = el("input", {
      type: single ? "radio" : "checkbox",
      name: group,
      checked: isChosen,
      onchange() {
        const others = chosen.filter((one) => one.value !== option.value);
        chosen = single ? [option] : box.checked ? [...others, option] : others;
        // Slack gives the options in the order in which they are offered.
        chosen = element.options.filter((one) => chosen.some((other) => other.value === one.value));
        changed(single ? { selected_option: chosen[0] } : { selected_options: chosen });
      },
    });
    node.append(
      el("label.tick", null, box, el("span", null, textNode(option.text), option.description ? el("span.tick-detail", null, textNode(option.description)) : null)),
    );
  }
  return node;
}

const pad = (number) => String(number).padStart(2, "0");
const localMoment = (seconds) => {
  const d = new Date(seconds * 1000);
  return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}T${pad(d.getHours())}:${pad(d.getMinutes())}`;
};

// The browser's own pickers: [input type, field of the state, how a state value is shown, how an input's text is read]
const PICKERS = {
  datepicker: ["date", "selected_date", (date) => date, (text) => text],
  timepicker: ["time", "selected_time", (time) => time, (text) => text.slice(0, 5)],
  datetimepicker: ["datetime-local", "selected_date_time", localMoment, (text) => Math.floor(new Date(text).getTime() / 1000)],
};

function picker(element, place) {
  const [type, field, toText, fromText] = PICKERS[element.type];
  const value = given(element, place)[field];
  const node = el("input.field.picker", {
    type,
    "aria-label": place.label ?? element.placeholder?.text,
    "data-action": element.action_id,
    value: value ? toText(value) : null,
    onchange: () => changed({ [field]: node.value ? fromText(node.value) : null }),
  });
  const changed = changer(() => node, element, place);
  return node;
}

const INPUT_TYPES = { number_input: "text", email_text_input: "email", url_text_input: "url", plain_text_input: "text" };

function textInput(element, place) {
  const long = element.multiline === true || element.type === "rich_text_input";
  const rich = element.type === "rich_text_input";
  const value = given(element, place);
  const events = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  const shape = () => (rich ? { rich_text_value: richValue(node.value) } : { value: node.value === "" ? null : node.value });
  const dispatch = () => place.dispatch && send(node, element, place, shape());
  const node = el(long ? "textarea.field" : "input.field", {
    type: long ? null : INPUT_TYPES[element.type],
    inputmode: element.type === "number_input" ? "decimal" : null,
    rows: long ? 4 : null,
    dir: "auto",
    value: (rich ? richWords(value.rich_text_value) : value.value) ?? "",
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
    autocomplete: "off",
    "aria-label": place.label,
    "data-action": element.action_id,
    oninput() {
      place.surface.remember(place.ref.block, element, shape());
      place.report(null);
      if (events.includes("on_character_entered")) dispatch();
    },
    onkeydown(event) {
      if (event.key === "Enter" && !long && place.dispatch && events.includes("on_enter_pressed")) {
        event.preventDefault();
        dispatch();
      }
    },
  });
  return node;
}

const richValue = (text) =>
  text === "" ? null : { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
const richWords = (value) => (value?.elements ?? []).flatMap((part) => part.elements ?? []).map((one) => one.text ?? "").join("");

/** An image element or block; only pictures that need no request to the outside are fetched. */
export function imageNode(image, size = "") {
  const address = image.image_url ?? image.slack_file?.url;
  if (!drawable(address)) return el("span.no-image", { title: "Pictures from elsewhere are not fetched" }, image.alt_text || "picture");
  return el(`img${size}`, { src: address, alt: image.alt_text ?? "", loading: "lazy" });
}

const MAKERS = {
  button,
  workflow_button: button,
  overflow,
  checkboxes: ticks,
  radio_buttons: ticks,
  datepicker: picker,
  timepicker: picker,
  datetimepicker: picker,
  plain_text_input: textInput,
  rich_text_input: textInput,
  number_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  image: (element) => imageNode(element, ".thumb"),
};
for (const kind of ["static", "external", "users", "conversations", "channels"]) {
  MAKERS[`${kind}_select`] = select;
  MAKERS[`multi_${kind}_select`] = select;
}

/** Shows words under a block when something there went wrong; null takes them away. */
export function reporter(node) {
  return (words) => {
    fill(node, words ? [el("span", { "aria-hidden": "true" }, "⚠ "), words] : null);
    node.hidden = !words;
  };
}
