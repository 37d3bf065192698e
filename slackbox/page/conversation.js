/** The middle: one channel or direct message, with its header, messages and composer. */
import { avatar } from "./avatars.js";
import { composer } from "./composer.js";
import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { messageList } from "./messagelist.js";
import { mrkdwn } from "./mrkdwn.js";
import { openPopup } from "./popup.js";
import { channelOf, channelTitle, load, messagesOf, nameOf, person, state } from "./store.js";

const topicOf = (channel) => channel.topic?.value ?? channel.topic ?? "";

/** A conversation. `onThread(ts)` opens a thread beside it. Gives {node, list, composer, drawHead, close}. */
export function conversation(id, onThread) {
  const head = el("header.head");
  const list = messageList({ channel: id, onThread }, { label: `Messages in ${channelTitle(channelOf(id))}`, intro: intro(channelOf(id)) });
  const box = composer({ channel: id }, `Message ${sign(channelOf(id))}${channelTitle(channelOf(id))}`);
  const node = el("main.column", { "aria-label": channelTitle(channelOf(id)) }, head, list.node, box.node);

  function drawHead() {
    const channel = channelOf(id);
    if (!channel) return;
    const topic = topicOf(channel);
    const members = el(
      "button.members",
      { type: "button", "aria-label": `${channel.members.length} members`, title: "Members", onclick: () => showMembers(members, channel) },
      channel.members.slice(0, 3).map((one) => avatar(person(one) ?? { name: one }, "tiny")),
      el("span", null, String(channel.members.length)),
    );
    fill(
      head,
      el("h2.head-name", null, channel.is_im ? avatar(person(channel.im_with) ?? { name: channelTitle(channel) }, "small") : icon("hash"), el("span", { dir: "auto" }, channelTitle(channel))),
      topic ? el("div.topic", { title: topic, dir: "auto" }, mrkdwn(topic)) : el("div.topic"),
      channel.is_im ? null : members,
    );
  }

  drawHead();
  list.draw();
  if (!messagesOf(id)) load(id);
  return { node, list, composer: box, drawHead, close: () => list.close() };
}

const sign = (channel) => (channel.is_im ? "" : "#");

function intro(channel) {
  const name = channelTitle(channel);
  return el(
    "div.intro",
    null,
    el("h3", null, channel.is_im ? name : [icon("hash"), name]),
    el("p", null, channel.is_im ? `This is the beginning of your messages with ${name}.` : `This is the very beginning of the #${name} channel.`),
    channel.purpose ? el("p.purpose", { dir: "auto" }, mrkdwn(channel.purpose)) : null,
  );
}

function showMembers(anchor, channel) {
  const rows = channel.members.map((id) => {
    const one = person(id) ?? { name: id };
    return el("div.member", null, avatar(one, "small"), el("span.menu-words", null, el("span.menu-label", null, nameOf(one) || id), el("span.menu-detail", null, one.is_bot ? "App" : one.id === state.me ? "you" : (one.real_name ?? ""))));
  });
  openPopup(anchor, [el("div.menu-heading", null, `Members of #${channelTitle(channel)}`), rows], { label: "Members", width: 240 }).node.classList.add("menu");
}
