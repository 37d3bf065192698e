/** Which channels have something new for this person: what was read is remembered in the browser. */
import { messagesOf, state, usergroup } from "./store.js";

const key = () => `slackbox read ${state.team.id} ${state.me}`;
const readMarks = () => JSON.parse(localStorage.getItem(key()) ?? "{}");

/** Everything in the channel counts as read from now on. */
export function markRead(channel) {
  const newest = messagesOf(channel)?.at(-1)?.ts;
  const marks = readMarks();
  if (!newest || marks[channel] >= newest) return;
  localStorage.setItem(key(), JSON.stringify({ ...marks, [channel]: newest }));
}

/** {unread: bool, mentions: count} of a channel. */
export function unreadIn(channel) {
  const mark = readMarks()[channel.id] ?? "";
  const fresh = (messagesOf(channel.id) ?? []).filter((message) => message.ts > mark && message.user !== state.me && !message.is_ephemeral);
  return { unread: fresh.length > 0, mentions: channel.is_im ? fresh.length : fresh.filter(mentionsMe).length };
}

function mentionsMe({ text = "" }) {
  if (text.includes(`<@${state.me}>`) || /<!(channel|here|everyone)>/.test(text)) return true;
  return [...text.matchAll(/<!subteam\^(\w+)/g)].some(([, id]) => usergroup(id)?.users.includes(state.me));
}
