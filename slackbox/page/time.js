/** Times as people read them, in the browser's own zone and language. */
import { el } from "./dom.js";

const format = (options) => new Intl.DateTimeFormat(undefined, options);
const CLOCK = format({ hour: "numeric", minute: "2-digit" });
const CLOCK_SECONDS = format({ hour: "numeric", minute: "2-digit", second: "2-digit" });
const NUMERIC = format({ year: "numeric", month: "2-digit", day: "2-digit" });
const SHORT = format({ year: "numeric", month: "short", day: "numeric" });
const MEDIUM = format({ year: "numeric", month: "long", day: "numeric" });
const LONG = format({ weekday: "long", year: "numeric", month: "long", day: "numeric" });
const DIVIDER = format({ weekday: "long", month: "long", day: "numeric" });

const dateOf = (ts) => new Date(Number(ts) * 1000);

/** Days from the date to today, by the calendar: 0 today, 1 yesterday, -1 tomorrow. */
function daysAgo(date) {
  const midnight = (d) => Date.UTC(d.getFullYear(), d.getMonth(), d.getDate());
  return Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
}

function pretty(date, otherwise) {
  return { 0: "today", 1: "yesterday", "-1": "tomorrow" }[daysAgo(date)] ?? otherwise.format(date);
}

/** "2:05 PM" */
export const clock = (ts) => CLOCK.format(dateOf(ts));

/** The whole moment, for a tooltip. */
export const moment = (ts) => `${pretty(dateOf(ts), LONG)} at ${CLOCK_SECONDS.format(dateOf(ts))}`;

/** What a day divider says, and the key by which messages share a day. */
export function day(ts) {
  const words = pretty(dateOf(ts), DIVIDER);
  return words[0].toUpperCase() + words.slice(1);
}

/** "just now", "2 min ago", "3 h ago", or the date. */
export function ago(ts, now = Date.now()) {
  const seconds = now / 1000 - Number(ts);
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  return `on ${MEDIUM.format(dateOf(ts))}`;
}

/** An element that keeps saying how long ago `ts` was, after `before`. */
export function agoNode(before, ts) {
  return el("span.ago", { "data-ago": ts, "data-before": before, title: moment(ts) }, `${before} ${ago(ts)}`);
}

setInterval(() => {
  for (const node of document.querySelectorAll("[data-ago]")) {
    const words = `${node.dataset.before} ${ago(node.dataset.ago)}`;
    if (node.textContent !== words) node.textContent = words;
  }
}, 15_000);

/** Fills Slack's date template ("{date_short_pretty} at {time}"); an impossible time gives null. */
export function slackDate(ts, template) {
  const date = dateOf(ts);
  if (Number.isNaN(date.getTime())) return null;
  const parts = {
    date_num: () => NUMERIC.format(date),
    date: () => MEDIUM.format(date),
    date_short: () => SHORT.format(date),
    date_long: () => LONG.format(date),
    date_pretty: () => pretty(date, MEDIUM),
    date_short_pretty: () => pretty(date, SHORT),
    date_long_pretty: () => pretty(date, LONG),
    day_divider_pretty: () => pretty(date, DIVIDER),
    time: () => CLOCK.format(date),
    time_secs: () => CLOCK_SECONDS.format(date),
    ago: () => ago(ts),
  };
  const filled = template.replace(/\{(\w+)\}/g, (whole, name) => parts[name]?.() ?? whole);
  return filled.charAt(0).toUpperCase() + filled.slice(1);
}
