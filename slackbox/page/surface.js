/**
 * A surface is one place with blocks that a person can act on: a message, a modal view, an app's home.
 * It holds what was chosen and typed there (Slack's `state.values`) and sends the actions.
 */
import { act } from "./store.js";

export class Surface {
  /** `container` is the `container` of the page's action call: {type: "message", channel, ts}, {type: "view", view_id}, … */
  constructor(container) {
    this.container = container;
    this.blocks = [];
    this.values = new Map(); // "block_id action_id" → state value
  }

  /** The remembered value of an element, or undefined when the person has not touched it. */
  value(block, element) {
    return this.values.get(key(block, element));
  }

  /** Remembers a value in Slack's shape, for example {selected_option}. */
  remember(block, element, value) {
    this.values.set(key(block, element), { type: element.type, ...value });
  }

  /** Takes the new blocks of an edited message or view; what was typed into elements that stay is kept. */
  take(blocks) {
    const before = this.blocks;
    this.blocks = blocks ?? [];
    for (const [index, block] of this.blocks.entries()) {
      const old = before[index];
      if (!old || old.block_id === block.block_id || old.type !== block.type) continue;
      // Blocks without an id of their own get a fresh one with every edit: the values move along.
      for (const element of elementsOf(block)) {
        const value = this.values.get(key(old, element));
        if (value && !this.values.has(key(block, element))) this.values.set(key(block, element), value);
      }
    }
  }

  /** `{values: {block_id: {action_id: value}}}` of every element on the surface that has a state. */
  state() {
    const values = {};
    for (const block of this.blocks) {
      for (const element of elementsOf(block)) {
        const value = this.value(block, element) ?? initialValue(element);
        if (value) (values[block.block_id] ??= {})[element.action_id] = value;
      }
    }
    return { values };
  }

  /** Sends an action; `action` is the part that belongs to the element ({value}, {selected_option}, …). */
  send(block, element, action) {
    return act("action", {
      container: this.container,
      block_id: block.block_id,
      action_id: element.action_id,
      action,
      state: this.state(),
    });
  }
}

const key = (block, element) => `${block.block_id} ${element.action_id}`;

/** The interactive elements of a block. */
export function elementsOf(block) {
  if (block.type === "input") return [block.element].filter(Boolean);
  if (block.type === "actions") return block.elements ?? [];
  if (block.type === "section" && block.accessory) return [block.accessory];
  return [];
}

const STATELESS = new Set(["button", "overflow", "image", "workflow_button"]);

/** The state value an untouched element has, by its initial_… fields; null for elements without a state. */
export function initialValue(element) {
  const type = element.type;
  if (STATELESS.has(type)) return null;
  const initial = (name) => element[`initial_${name}`];
  const shapes = {
    static_select: () => ({ selected_option: initial("option") ?? null }),
    external_select: () => ({ selected_option: initial("option") ?? null }),
    radio_buttons: () => ({ selected_option: initial("option") ?? null }),
    multi_static_select: () => ({ selected_options: initial("options") ?? [] }),
    multi_external_select: () => ({ selected_options: initial("options") ?? [] }),
    checkboxes: () => ({ selected_options: initial("options") ?? [] }),
    users_select: () => ({ selected_user: initial("user") ?? null }),
    multi_users_select: () => ({ selected_users: initial("users") ?? [] }),
    conversations_select: () => ({ selected_conversation: initial("conversation") ?? null }),
    multi_conversations_select: () => ({ selected_conversations: initial("conversations") ?? [] }),
    channels_select: () => ({ selected_channel: initial("channel") ?? null }),
    multi_channels_select: () => ({ selected_channels: initial("channels") ?? [] }),
    datepicker: () => ({ selected_date: initial("date") ?? null }),
    timepicker: () => ({ selected_time: initial("time") ?? null }),
    datetimepicker: () => ({ selected_date_time: initial("date_time") ?? null }),
    rich_text_input: () => ({ rich_text_value: initial("value") ?? null }),
  };
  return { type, ...(shapes[type]?.() ?? { value: initial("value") ?? null }) };
}
