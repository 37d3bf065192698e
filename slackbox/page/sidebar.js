/** The left side: the workspace, who you are, where you can go, and the "Try it" panel. */
import { avatar } from "./avatars.js";
import { el, fill, oncePerFrame } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./popup.js";
import { act, channelTitle, emit, nameOf, on, person, state } from "./store.js";
import { unreadIn } from "./unread.js";

/**
 * The sidebar. `where()` gives the open place, {channel} or {app}; `go(hash)` opens another;
 * `become(person)` switches who is looking.
 */
export function sidebar({ where, go, become }) {
  const head = el("div.workspace");
  const you = el("button.you", { type: "button", "aria-haspopup": "menu", onclick: () => openPeople() });
  const places = el("div.places");
  const tryIt = el("section.try", { "aria-label": "Try it", hidden: true });
  const node = el(
    "nav.sidebar",
    { "aria-label": "Workspace" },
    head,
    you,
    places,
    tryIt,
    el("p.disclaimer", null, "slackbox: a local workspace for development. Not affiliated with Slack."),
  );

  function draw() {
    const me = person(state.me);
    fill(head, el("h1", null, state.team.name));
    fill(you, avatar(me ?? { name: "?" }, "small"), el("span.you-words", null, el("span.you-are", null, "You are"), el("span.you-name", null, nameOf(me))), icon("down"));
    you.setAttribute("aria-label", `You are ${nameOf(me)}. Switch person`);
    fill(places, group("Channels", state.channels.filter((one) => !one.is_im).map(channelRow)), group("Direct messages", people().map(personRow)), group("Apps", state.apps.map(appRow)));
  }

  const people = () => state.people.filter((one) => !one.is_bot && one.id.startsWith("U") && one.id !== "USLACKBOT");

  function openPeople() {
    openMenu(
      you,
      [
        { heading: "Act as" },
        ...people().map((one) => ({ label: nameOf(one), icon: avatar(one, "small"), checked: one.id === state.me, run: () => become(one.id) })),
      ],
      { label: "Act as", width: 232 },
    );
  }

  function group(title, rows) {
    if (!rows.length) return null;
    return el("section.group", { "aria-label": title }, el("h2", null, title), el("ul", null, rows.map((row) => el("li", null, row))));
  }

  function row({ current, unread = false, mentions = 0, label }, mark, words, ...after) {
    return el(
      `button.place${unread ? ".unread" : ""}`,
      { type: "button", "aria-current": current ? "page" : null, "aria-label": unread ? `${label}, unread` : label, onclick: after.pop() },
      mark,
      el("span.place-name", { dir: "auto" }, words),
      after,
      mentions ? el("span.badge", null, String(mentions)) : null,
    );
  }

  function channelRow(channel) {
    const current = where().channel === channel.id;
    return row({ current, label: channelTitle(channel), ...unreadIn(channel) }, icon("hash"), channelTitle(channel), () => go(`#${channel.id}`));
  }

  const dmWith = (id) => state.channels.find((one) => one.is_im && (one.im_with ?? "") === id);

  function personRow(one) {
    const channel = dmWith(one.id);
    const self = one.id === state.me ? el("span.self", null, "you") : null;
    const marks = channel ? unreadIn(channel) : {};
    return row({ current: channel && where().channel === channel.id, label: nameOf(one), ...marks }, avatar(one, "tiny"), nameOf(one), self, () => openDm(one.id));
  }

  async function openDm(user) {
    const known = dmWith(user);
    if (known) return go(`#${known.id}`);
    const answer = await act("open_dm", { user });
    if (answer.ok) go(`#${answer.channel}`);
    else emit("toast", { text: answer.error, error: true });
  }

  function appRow(app) {
    const words = app.connected ? "connected" : "not connected";
    const dot = el(app.connected ? "span.dot.on" : "span.dot", { title: words });
    const channel = dmWith(app.bot_user_id);
    const marks = channel ? unreadIn(channel) : {};
    const author = person(app.bot_user_id) ?? { name: app.name };
    const current = where().app === app.app_id || (channel && where().channel === channel.id);
    const state_ = app.connected ? null : el("span.self", null, "offline");
    return row({ current, label: `${app.name}, ${words}`, ...marks }, avatar({ ...author, name: app.name }, "tiny"), app.name, state_, dot, () => go(`#${app.app_id}`));
  }

  // Try it --------------------------------------------------------------------------------------------------------

  function drawControls() {
    tryIt.hidden = state.controls.length === 0;
    const focused = document.activeElement?.dataset?.control;
    fill(tryIt, el("h2", null, "Try it"), state.controls.map(control));
    if (focused) tryIt.querySelector(`[data-control="${CSS.escape(focused)}"]`)?.focus();
  }

  const busy = new Set();

  function control(one) {
    const press = async () => {
      busy.add(one.id);
      drawControls();
      const answer = await act("control", { id: one.id });
      busy.delete(one.id);
      drawControls();
      if (!answer.ok) emit("toast", { text: answer.error, error: true });
    };
    return el(
      "div.control",
      null,
      el("button.control-button", { type: "button", "data-control": one.id, "aria-busy": busy.has(one.id) ? "true" : null, onclick: press }, icon("play"), el("span", null, one.label)),
      one.help ? el("p.control-help", null, one.help) : null,
      one.state ? el("p.control-state", null, one.state) : null,
    );
  }

  const drawSoon = oncePerFrame(draw);
  for (const type of ["app", "messages", "place"]) on(type, drawSoon);
  on("state", () => {
    draw();
    drawControls();
  });
  on("controls", drawControls);
  return { node, draw };
}
