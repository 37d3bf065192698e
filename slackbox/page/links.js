/** Addresses that came from outside: which may be clicked, and which lead back into this page. */
import { el, plain } from "./dom.js";

const CLICKABLE = new Set(["http:", "https:", "mailto:"]);

function parse(address, base) {
  try {
    return new URL(String(address ?? "").trim(), base);
  } catch {
    return null; // not an address: the caller draws it as text
  }
}

/** A permalink to a message of this workspace, as a route of this page ("#C1/thread?message"); else null. */
function routeOf(url) {
  const ours = url.host === location.host || url.hostname.endsWith(".slack.com");
  const path = /^\/archives\/([CDG]\w+)(?:\/p(\d{10})(\d{6}))?$/.exec(url.pathname);
  if (!ours || !path) return url.host === location.host && url.pathname === "/" && url.hash ? url.hash : null;
  const [, channel, seconds, micros] = path;
  if (!seconds) return `#${channel}`;
  const ts = `${seconds}.${micros}`;
  return `#${channel}/${url.searchParams.get("thread_ts") ?? ts}?${ts}`;
}

/** A link, or only its words where the address is not http, https or mailto. */
export function link(address, words) {
  const url = parse(address);
  const label = words ?? plain(address);
  if (!url || !CLICKABLE.has(url.protocol)) return el("span.dead-link", { title: "Not a web address" }, label);
  const route = routeOf(url);
  if (route) return el("a.link", { href: route, title: url.href }, label);
  return el("a.link", { href: url.href, title: url.href, target: "_blank", rel: "noopener noreferrer nofollow" }, label);
}

/** True where an address may be opened by a button. */
export function opens(address) {
  const url = parse(address);
  return url !== null && CLICKABLE.has(url.protocol);
}

/** Opens an address: in this page when it is one of its messages, else in a new tab. */
export function open(address) {
  const url = parse(address);
  if (!url || !CLICKABLE.has(url.protocol)) return;
  const route = routeOf(url);
  if (route) location.hash = route;
  else window.open(url.href, "_blank", "noopener,noreferrer");
}

/** True for images that need no request to the outside: this machine's, or written into the address itself. */
export function drawable(address) {
  const url = parse(address, location.href);
  if (url === null) return false;
  if (url.protocol === "data:") return /^data:image\/(png|jpe?g|gif|webp|svg\+xml)[;,]/i.test(url.href);
  return url.host === location.host;
}
