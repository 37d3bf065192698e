/** The left side: the workspace, who you are, where you can go, and the "Try it" panel. */
import { avatar } from "./avatars.js";
import { directMessageWith, openDirectMessage } from "./directmessages.js";
import { el, fill, oncePerFrame, patchChildren } from "./dom.js";
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

  let drawn = "";

  function draw() {
    const me = person(state.me);
    fill(head, el("h1", null, state.team.name));
    fill(you, avatar(me ?? { name: "?" }, "small"), el("span.you-words", null, el("span.you-are", null, "You are"), el("span.you-name", null, nameOf(me))), icon("down"));
    you.setAttribute("aria-label", `You are ${nameOf(me)}. Switch person`);
    const groups = [group("Channels", state.channels.filter((one) => !one.is_im).map(channelRow)), group("Direct messages", people().map(personRow)), group("Apps", state.apps.map(appRow))];
    const looks = groups.map((one) => one?.outerHTML ?? "").join("");
    if (looks === drawn) return; // a row that is pressed just now stays the same node, so that no press is lost
    drawn = looks;
    fill(places, ...groups);
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

  function personRow(one) {
    const channel = directMessageWith(one.id);
    const self = one.id === state.me ? el("span.self", null, "you") : null;
    const marks = channel ? unreadIn(channel) : {};
    return row({ current: channel && where().channel === channel.id, label: nameOf(one), ...marks }, avatar(one, "tiny"), nameOf(one), self, () => openDirectMessage(one.id, go));
  }

  function appRow(app) {
    const words = app.connected ? "connected" : "not connected";
    const dot = el(app.connected ? "span.dot.on" : "span.dot", { title: words });
    const channel = directMessageWith(app.bot_user_id);
    const marks = channel ? unreadIn(channel) : {};
    const author = person(app.bot_user_id) ?? { name: app.name };
    const current = where().app === app.app_id || (channel && where().channel === channel.id);
    const state_ = app.connected ? null : el("span.self", null, "offline");
    return row({ current, label: `${app.name}, ${words}`, ...marks }, avatar({ ...author, name: app.name }, "tiny"), app.name, state_, dot, () => go(`#${app.app_id}`));
  }

  // Try it --------------------------------------------------------------------------------------------------------

  const controls = el("div.controls");
  fill(tryIt, el("h2", null, "Try it"), controls);

  function drawControls() {
    tryIt.hidden = state.controls.length === 0;
    // A button stays the same node while its state is told anew, so that a press is never lost.
    patchChildren(
      controls,
      inGroups(state.controls).map((some) => ({
        sig: JSON.stringify(some.map((one) => [one.id, one.label, one.short, one.group, one.help])),
        make: () => {
          const made = controlGroup(some);
          made.show(some);
          return made;
        },
        keep: (kept) => kept.show(some),
      })),
    );
  }

  /** Neighbours of one group together, one without a group alone. */
  function inGroups(all) {
    const groups = [];
    for (const one of all) {
      if (one.group && groups.at(-1)?.[0].group === one.group) groups.at(-1).push(one);
      else groups.push([one]);
    }
    return groups;
  }

  /** A group has its name and state above a row of buttons; one alone has its help and state below. */
  function controlGroup(some) {
    const { group: name, help } = some[0];
    const words = el("p.control-state", { hidden: true });
    const buttons = some.map(controlButton);
    const made = name
      ? el("div.control", { role: "group", "aria-label": name }, el("h3.control-name", null, name), words, el("div.control-row", null, buttons))
      : el("div.control", null, buttons, help ? el("p.control-help", null, help) : null, words);
    made.show = (now) => {
      const said = now.map((one) => one.state).filter(Boolean).join(" · ");
      words.hidden = !said;
      if (words.textContent !== said) fill(words, said);
    };
    return made;
  }

  function controlButton(one) {
    const press = async () => {
      if (button.getAttribute("aria-busy")) return;
      button.setAttribute("aria-busy", "true");
      const answer = await act("control", { id: one.id });
      button.removeAttribute("aria-busy");
      if (!answer.ok) emit("toast", { text: answer.error, error: true });
    };
    const properties = { type: "button", onclick: press, "aria-label": one.label, title: one.group ? `${one.label}. ${one.help}` : null };
    const button = el("button.control-button", properties, one.group ? null : icon("play"), el("span", null, one.group ? one.short : one.label));
    return button;
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
