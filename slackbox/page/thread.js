/** The right side: one thread with its own composer. */
import { composer } from "./composer.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { messageList } from "./messagelist.js";
import { channelOf, channelTitle, forget, load, messagesOf } from "./store.js";

/** A thread panel. `onClose()` is called by its button. Gives {node, list, composer, close}. */
export function threadPanel(channel, ts, onClose) {
  const place = { channel, thread: ts, onThread() {} };
  const list = messageList(place, { label: "Thread" });
  const box = composer({ channel, thread: ts }, "Reply…");
  const title = channelOf(channel) ? channelTitle(channelOf(channel)) : "";
  const node = el(
    "aside.column.thread",
    { "aria-label": "Thread" },
    el("header.head", null, el("h2.head-name", null, "Thread"), el("div.topic", null, channelOf(channel)?.is_im ? title : `#${title}`), el("button.tool", { type: "button", "aria-label": "Close thread", title: "Close", onclick: onClose }, icon("close"))),
    list.node,
    box.node,
  );
  const close = () => {
    list.close();
    forget(channel, ts);
  };
  list.draw();
  if (!messagesOf(channel, ts)) load(channel, ts);
  return { node, list, composer: box, close };
}
