/** Starts the page and keeps it in step with the address: #CHANNEL, #CHANNEL/THREAD, #CHANNEL/THREAD?MESSAGE, #APP. */
import { conversation } from "./conversation.js";
import { el, fill } from "./dom.js";
import { appHome } from "./home.js";
import { showModals } from "./modals.js";
import { closePopup } from "./popup.js";
import { sidebar } from "./sidebar.js";
import * as store from "./store.js";
import { state } from "./store.js";
import { threadPanel } from "./thread.js";
import { lostLine, toasts } from "./toasts.js";
import { markRead } from "./unread.js";

const FIRST_CHANNEL = "alerts"; // where a newcomer lands
const shown = { route: {}, middle: null, thread: null };
const layout = el("div.layout");
// A newcomer has chosen nothing yet: the newest thread opens by itself, once.
let landing = location.hash === "";

function parse(hash) {
  const [, place, thread, message] = /^#?([A-Z]\w+)?(?:\/([\d.]+))?(?:\?([\d.]+))?$/.exec(hash) ?? [];
  if (place && store.appOf(place)) return { app: place };
  if (place && store.channelOf(place)) return { channel: place, thread, message };
  const first = state.channels.find((one) => one.name === FIRST_CHANNEL) ?? state.channels[0];
  return { channel: first?.id };
}

const hashOf = ({ app, channel, thread }) => `#${app ?? channel}${thread ? `/${thread}` : ""}`;

function go(hash) {
  landing = false;
  if (location.hash === hash) show();
  else location.hash = hash;
}

/** Draws what the address says, keeping the parts that stay. */
function show() {
  const route = parse(location.hash);
  if (landing) route.thread = shown.route.thread;
  const before = shown.route;
  const changed = route.channel !== before.channel || route.app !== before.app || shown.middle === null;
  shown.route = route;
  closePopup();
  if (changed) {
    shown.middle?.close();
    shown.middle = route.app ? appHome(route.app, go) : conversation(route.channel, (ts) => go(hashOf({ ...shown.route, thread: ts })));
  }
  if (changed || route.thread !== before.thread) {
    shown.thread?.close();
    shown.thread = route.thread ? threadPanel(route.channel, route.thread, () => go(hashOf({ channel: route.channel }))) : null;
  }
  const columns = [side.node, shown.middle.node, shown.thread?.node].filter(Boolean);
  if (columns.length !== layout.children.length || columns.some((node, i) => layout.children[i] !== node)) {
    layout.replaceChildren(...columns);
    layout.classList.toggle("with-thread", Boolean(shown.thread));
    for (const one of [shown.middle.list, shown.thread?.list]) one?.draw(); // a list can only scroll once it stands in the page
    if (!landing) (shown.thread && route.thread !== before.thread ? shown.thread : shown.middle).composer?.focus();
  }
  if (route.message) {
    if (route.message !== route.thread) shown.thread?.list.reveal(route.message);
    shown.middle.list?.reveal(route.thread ?? route.message);
  }
  seen();
  store.emit("place");
}

/** Opens the newest thread of the first channel for someone who has just arrived. */
function land() {
  if (!landing || shown.route.thread || !shown.route.channel) return;
  const newest = store.messagesOf(shown.route.channel)?.findLast((message) => message.reply_count > 0);
  if (!newest) return;
  shown.route.thread = newest.ts;
  shown.thread = threadPanel(shown.route.channel, newest.ts, () => go(hashOf({ channel: shown.route.channel })));
  layout.append(shown.thread.node);
  layout.classList.add("with-thread");
  shown.thread.list.draw();
}

function seen() {
  const { channel } = shown.route;
  if (channel && !document.hidden) markRead(channel);
  const title = channel ? store.channelTitle(store.channelOf(channel)) : (store.appOf(shown.route.app)?.name ?? "");
  document.title = `${title} · ${state.team.name}`;
}

async function become(person) {
  await store.become(person);
  const url = new URL(location.href);
  if (person) url.searchParams.set("as", person);
  else url.searchParams.delete("as");
  history.replaceState(null, "", url);
  shown.middle?.close();
  shown.thread?.close();
  shown.middle = shown.thread = null;
  shown.route = landing ? { thread: shown.route.thread } : {};
  show();
  loadTheRest();
}

/** The other channels are read after the first paint, for their unread marks. */
async function loadTheRest() {
  for (const channel of state.channels) if (!store.messagesOf(channel.id)) await store.load(channel.id);
}

const side = sidebar({ where: () => shown.route, go, become });

store.on("messages", ({ channel, thread }) => {
  for (const list of [shown.middle?.list, shown.thread?.list]) {
    if (list && list.place.channel === channel && list.place.thread === thread) list.drawSoon();
  }
  if (channel === shown.route.channel && !thread) seen();
  land();
});
store.on("arrived", ({ channel }) => {
  // The first word of a direct message that this page has not heard of yet.
  if (!store.channelOf(channel)) store.refresh();
});
store.on("state", () => {
  if (!shown.middle) return;
  shown.middle.drawHead?.();
  shown.middle.draw?.();
  loadTheRest();
});
for (const type of ["home", "app"]) store.on(type, () => shown.middle?.draw?.());
showModals();

addEventListener("hashchange", () => {
  landing = false;
  show();
});
document.addEventListener("visibilitychange", seen);

fill(document.getElementById("page"), lostLine(), layout, toasts());
const asked = new URLSearchParams(location.search).get("as");
become(asked)
  .catch((error) => (error.status === 404 && asked ? become(null) : Promise.reject(error))) // an address from another workspace
  .catch((error) => {
    fill(document.getElementById("page"), el("p.fatal", { role: "alert" }, `The workspace cannot be read: ${error.message}. Is slackbox running?`));
  });
