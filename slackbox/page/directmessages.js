/** Direct messages: which conversation is with whom, and opening one. */
import { act, emit, refresh, state } from "./store.js";

/** The direct message of the current person with `user`, or undefined when there is none yet. */
export const directMessageWith = (user) => state.channels.find((one) => one.is_im && one.im_with === user);

/** Opens the direct message with `user`; `go(hash)` shows it. */
export async function openDirectMessage(user, go) {
  const known = directMessageWith(user);
  if (known) return go(`#${known.id}`);
  const answer = await act("open_dm", { user });
  if (!answer.ok) return emit("toast", { text: answer.error, error: true });
  await refresh(); // the new channel has to be known before it is shown
  return go(`#${answer.channel}`);
}
