/**
 * What the page knows, and how it hears of changes. `state` is what /_box/state answers; messages are kept per
 * channel and per thread. A message is replaced, never edited, so "same object" means "nothing changed".
 */

/** The workspace as seen by the person in `me`. */
export const state = {
  team: { id: "", name: "" },
  me: "",
  people: [],
  apps: [],
  channels: [],
  usergroups: [],
  controls: [],
  views: [],
  homes: {},
};

const FIRST_PERSON = "U0000000001"; // alice, in every workspace

const listeners = new Map();
const lists = new Map(); // "C1" or "C1/thread_ts" → {byTs, sorted, loaded, held, running, again}
let stream = null;

/** Calls `listener(detail)` on every "state", "messages", "views", "home", "app", "controls", "toast" or "line". */
export function on(type, listener) {
  if (!listeners.has(type)) listeners.set(type, []);
  listeners.get(type).push(listener);
}

export function emit(type, detail) {
  for (const listener of listeners.get(type) ?? []) listener(detail);
}

const query = (values) => new URLSearchParams({ as: state.me, ...values }).toString();

async function get(path, values) {
  const answer = await fetch(`${path}?${query(values)}`, { cache: "no-store" });
  const body = await answer.json();
  if (answer.ok) return body;
  throw Object.assign(new Error(body.error ?? `${path} answered ${answer.status}`), { status: answer.status });
}

/** Does something as the current person. Always gives {ok, …}; when not ok, `error` is words for a person. */
export async function act(what, values = {}) {
  try {
    const answer = await fetch("/_box/act", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ as: state.me, do: what, ...values }),
    });
    const body = await answer.json();
    if (body.ok) return body;
    return { ok: false, error: body.error ?? `The workspace refused this (${answer.status}).` };
  } catch {
    // The server is gone, or it answered with something that is no JSON: both mean the same to the person.
    return { ok: false, error: "The workspace does not answer. Is slackbox still running?" };
  }
}

/** Becomes `person` (an id; null for the first of the workspace): loads the state and follows the stream. */
export async function become(person) {
  state.me = person ?? FIRST_PERSON;
  stream?.close();
  lists.clear();
  await loadState();
  follow();
}

/** Reads the state again. */
export const refresh = () => loadState();

async function loadState() {
  Object.assign(state, await get("/_box/state", {}));
  emit("state");
}

function follow() {
  let opened = false;
  stream = new EventSource(`/_box/stream?${query({})}`);
  stream.onopen = async () => {
    emit("line", true);
    // What happened between the first load and the stream's start, or while it was cut, was told to nobody.
    if (opened) await loadState();
    opened = true;
    for (const key of [...lists.keys()]) {
      const [channel, thread] = key.split("/");
      load(channel, thread, { fresh: true });
    }
  };
  stream.onerror = () => emit("line", false);
  stream.onmessage = (event) => take(JSON.parse(event.data));
}

const keyOf = (channel, thread) => (thread ? `${channel}/${thread}` : channel);

/**
 * Loads a channel's messages, or a thread's. One load of a list runs at a time: a caller who needs what is true
 * from now on (`fresh`) makes the running one go round again, the others share it.
 */
export function load(channel, thread, { fresh = false } = {}) {
  const key = keyOf(channel, thread);
  const list = lists.get(key) ?? { byTs: new Map(), sorted: null, loaded: false, held: null, running: null, again: false };
  lists.set(key, list);
  if (list.running) list.again ||= fresh;
  else list.running = fetchInto(list, channel, thread);
  return list.running;
}

/** Gives up a thread's messages, when its panel closes. */
export function forget(channel, thread) {
  lists.delete(keyOf(channel, thread));
}

async function fetchInto(list, channel, thread) {
  do {
    list.again = false;
    list.held = []; // what the stream says meanwhile is newer than the answer: it is applied after it
    try {
      const { messages } = await get("/_box/messages", thread ? { channel, thread_ts: thread } : { channel });
      list.byTs = new Map(messages.map((message) => [message.ts, same(list.byTs.get(message.ts), message)]));
    } catch (error) {
      if (!error.status) {
        list.running = null;
        return; // no connection: the stream notices too, and comes back with a fresh load
      }
      emit("toast", { text: `${thread ? "This thread" : "This channel"} cannot be read: ${error.message}`, error: true });
    } finally {
      for (const apply of list.held) apply(list);
      list.held = null;
    }
    list.sorted = null;
    list.loaded = true;
    emit("messages", { channel, thread });
  } while (list.again);
  list.running = null;
}

// Keeps the known object where a reload brought the same content, so that nothing is drawn again.
const same = (old, message) => (old && JSON.stringify(old) === JSON.stringify(message) ? old : message);

/** The messages of a channel or thread, oldest first; null when they were never loaded. */
export function messagesOf(channel, thread) {
  const list = lists.get(keyOf(channel, thread));
  if (!list?.loaded) return null;
  list.sorted ??= [...list.byTs.values()].sort((a, b) => (a.ts < b.ts ? -1 : a.ts > b.ts ? 1 : 0));
  return list.sorted;
}

function change(channel, thread, apply) {
  const list = lists.get(keyOf(channel, thread));
  if (!list) return;
  if (list.held) list.held.push(apply);
  apply(list);
  list.sorted = null;
  emit("messages", { channel, thread });
}

/** Takes one object of the stream. */
function take(event) {
  const { type, channel, message } = event;
  if (type === "message" || type === "message_changed" || type === "ephemeral") {
    const thread = event.thread_ts ?? message.thread_ts;
    const put = (list) => list.byTs.set(message.ts, message);
    if (!thread || thread === message.ts || message.subtype === "thread_broadcast") change(channel, undefined, put);
    if (thread) change(channel, thread, put);
    else change(channel, message.ts, put); // a thread may be open on a message that has no reply yet
    if (type !== "message_changed") emit("arrived", { channel, thread, message });
  } else if (type === "message_deleted") {
    const drop = (list) => list.byTs.delete(message.ts);
    change(channel, undefined, drop);
    change(channel, message.thread_ts ?? message.ts, drop);
  } else if (type === "views") {
    state.views = event.views;
    emit("views");
  } else if (type === "home") {
    state.homes = { ...state.homes, [event.app_id]: event.view };
    emit("home", event.app_id);
  } else if (type === "app") {
    state.apps = state.apps.map((app) => (app.app_id === event.app_id ? { ...app, connected: event.connected } : app));
    emit("app");
  } else if (type === "controls") {
    state.controls = event.controls;
    emit("controls");
  } else if (type === "state") {
    loadState(); // a channel, a membership or a group has changed
  } else if (type === "toast") {
    emit("toast", event);
  }
}

// Looking things up ---------------------------------------------------------------------------------------------

export const person = (id) => state.people.find((one) => one.id === id || (one.bot_id && one.bot_id === id)) ?? null;
export const channelOf = (id) => state.channels.find((one) => one.id === id) ?? null;
export const usergroup = (id) => state.usergroups.find((one) => one.id === id) ?? null;
export const appOf = (id) => state.apps.find((one) => one.app_id === id) ?? null;

/** How a channel is called on the page: its name, or for a direct message the other one's. */
export function channelTitle(channel) {
  if (!channel.is_im) return channel.name;
  const other = channel.im_with ?? channel.members.find((id) => id !== state.me);
  return nameOf(person(other)) || channel.name;
}

/** What a person is called in text: "alice"; for an app its name. */
export function nameOf(one) {
  return one ? (one.is_bot ? one.real_name || one.name : one.name) : "";
}
