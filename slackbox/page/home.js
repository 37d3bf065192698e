/** An app's home: the view it has published for this person, or a word that there is none yet. */
import { avatar } from "./avatars.js";
import { drawBlocks } from "./blockkit.js";
import { openDirectMessage } from "./directmessages.js";
import { el, fill } from "./dom.js";
import { act, appOf, person, state } from "./store.js";
import { Surface } from "./surface.js";

/** The home of the app. `go(hash)` opens another place. Gives {node, draw}. */
export function appHome(id, go) {
  const app = appOf(id);
  const status = el("span.self");
  const blocks = el("div.blocks");
  const empty = el("p.empty");
  const surface = new Surface({ type: "home", app_id: id });
  const node = el(
    "main.column",
    { "aria-label": `${app.name} home` },
    el(
      "header.head",
      null,
      el("h2.head-name", null, avatar({ ...person(app.bot_user_id), name: app.name }, "small"), el("span", null, app.name), el("span.app-badge", null, "APP")),
      el("div.tabs", { role: "tablist" }, el("button.tab", { type: "button", role: "tab", "aria-selected": "true" }, "Home"), el("button.tab", { type: "button", role: "tab", "aria-selected": "false", onclick: () => openDirectMessage(app.bot_user_id, go) }, "Messages")),
      status,
    ),
    el("div.scroller.home", { tabIndex: 0 }, el("div.home-view", null, blocks, empty)),
  );

  function draw() {
    const view = state.homes[id];
    const now = appOf(id);
    fill(status, now.connected ? "connected" : "not connected");
    drawBlocks(blocks, view?.blocks ?? [], surface);
    empty.hidden = Boolean(view);
    const why = now.home === false ? `${now.name} has no home tab. Write to it under Messages.` : now.connected ? `${now.name} has not published its home yet.` : `${now.name} is not connected, so it has nothing to show.`;
    fill(empty, why);
  }

  draw();
  if (app.home !== false) act("open_home", { app_id: id });
  return { node, draw, close() {} };
}
