/** What a person types: suggestions for commands and names, and a sent message as it would be typed again. */

const MOST = 8;
const BROADCASTS = [
  { name: "@here", detail: "everyone who is active here" },
  { name: "@channel", detail: "everyone in this channel" },
];

/** Commands that fit what stands before the caret; null when no command is being typed. */
export function commandSuggestions(before, apps) {
  const match = /^\/(\S*)$/.exec(before);
  if (!match) return null;
  return apps
    .flatMap((app) => app.commands.map((one) => ({ name: one.command, hint: one.usage_hint, detail: one.description || app.name, replaces: before.length })))
    .filter((one) => one.name.toLowerCase().startsWith(before.toLowerCase()))
    .slice(0, MOST);
}

/** People, groups and channels that fit the @word or #word before the caret; null when there is none. */
export function mentionSuggestions(before, { people, usergroups, channels }) {
  const match = /(?:^|\s)([@#])([\w.-]*)$/.exec(before);
  if (!match) return null;
  const [, sign, word] = match;
  const all =
    sign === "#"
      ? channels.filter((one) => !one.is_im).map((one) => ({ name: `#${one.name}`, detail: one.topic ?? "" }))
      : [
          ...people.map((one) => ({ name: `@${one.name}`, detail: one.real_name ?? "" })),
          ...usergroups.map((one) => ({ name: `@${one.handle}`, detail: one.name })),
          ...BROADCASTS,
        ];
  return all
    .filter((one) => one.name.slice(1).toLowerCase().startsWith(word.toLowerCase()))
    .slice(0, MOST)
    .map((one) => ({ ...one, replaces: word.length + 1 }));
}

/** A message's `text` as its author would have typed it, for editing: references become names again. */
export function retyped(text, { people, usergroups, channels }) {
  const name = (list, id, field) => list.find((one) => one.id === id)?.[field] ?? id;
  return text
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (whole, id) => `@${name(people, id, "name")}`)
    .replace(/<#(\w+)(?:\|[^>]*)?>/g, (whole, id) => `#${name(channels, id, "name")}`)
    .replace(/<!subteam\^(\w+)(?:\|[^>]*)?>/g, (whole, id) => `@${name(usergroups, id, "handle")}`)
    .replace(/<!(\w+)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<([a-z]+:[^|>]+)(?:\|[^>]*)?>/g, "$1")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
}
