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
const RETRY_MS = 3_000;
const CONTROLS_MS = 2_000;

const listeners = new Map();
const lists = new Map(); // "C1" or "C1/thread_ts" → {byTs, sorted, loaded, held, running, again}
let stream = null;
let viewer = ""; // whose state is read; state.me is whose state is shown

/** Calls `listener(detail)` on every "state", "messages", "views", "home", "app", "controls", "toast" or "line". */
export function on(type, listener) {
  if (!listeners.has(type)) listeners.set(type, []);
  listeners.get(type).push(listener);
}

export function emit(type, detail) {
  for (const listener of listeners.get(type) ?? []) listener(detail);
}

const query = (values) => new URLSearchParams({ as: viewer, ...values }).toString();

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

/**
 * Becomes `person` (an id; null for the first of the workspace): reads the state as they see it and follows the
 * stream. Until it is read, `state` is the former person's.
 */
export async function become(person) {
  viewer = person ?? FIRST_PERSON;
  stream?.close();
  await refresh();
  follow();
}

const reading = { running: null, again: false, held: null };

/** Reads the state again; as with lists, one reading at a time, and what the stream says meanwhile counts. */
export function refresh() {
  if (reading.running) reading.again = true;
  else reading.running = readState();
  return reading.running;
}

async function readState() {
  try {
    do {
      reading.again = false;
      reading.held = [];
      const read = await get("/_box/state", {});
      if (read.me !== viewer) continue; // the person was switched meanwhile, and asked for another round
      if (read.me !== state.me) lists.clear();
      Object.assign(state, read);
      for (const event of reading.held) takeState(event);
    } while (reading.again);
  } finally {
    reading.running = reading.held = null;
  }
  emit("state");
}

/** Follows the stream. Each time it opens, what happened while it was closed is read: that was told to nobody. */
function follow({ stale = false } = {}) {
  stream = new EventSource(`/_box/stream?${query({})}`);
  stream.onopen = async () => {
    emit("line", true);
    if (stale) await refresh().catch(() => emit("line", false)); // gone again: the next stream reads it
    stale = true;
    for (const key of [...lists.keys()]) {
      const [channel, thread] = key.split("/");
      load(channel, thread, { fresh: true });
    }
  };
  stream.onerror = ({ target }) => {
    emit("line", false);
    // The browser tries again by itself, except after an answer that is no stream.
    if (target.readyState === EventSource.CLOSED) setTimeout(() => target === stream && follow({ stale: true }), RETRY_MS);
  };
  stream.onmessage = (event) => take(JSON.parse(event.data));
}

// A browser opens six connections to one address: tabs in the background give theirs up.
document.addEventListener("visibilitychange", () => {
  if (!stream) return;
  stream.close();
  if (!document.hidden) follow({ stale: true });
});

// Only a control knows when its state changes: it is asked, as long as there is one and someone looks.
setInterval(async () => {
  if (document.hidden || !state.controls.some((control) => control.state)) return;
  const read = await get("/_box/state", {}).catch(() => null); // no connection: the stream says so
  if (read && JSON.stringify(read.controls) !== JSON.stringify(state.controls)) takeState({ type: "controls", controls: read.controls });
}, CONTROLS_MS);

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
  } else if (type === "state") {
    refresh(); // a channel, a membership or a group has changed
  } else if (type === "toast") {
    emit("toast", event);
  } else {
    reading.held?.push(event);
    takeState(event);
  }
}

/** Takes what the stream says about a part of the state. */
function takeState(event) {
  const { type } = event;
  if (type === "views") {
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
