"""Parameters declared wrongly: patterns, lists, defaults, secrets."""

# ruff: noqa: E501 - what is said stands on one line, as it is printed

from __future__ import annotations

from tests.broken.good import Case, bent, param

PARAMETERS: dict[str, Case] = {
    "param-name": (
        bent("free: {type", "Free: {type"),
        "7: error: `params.Free` is no parameter name; write small letters, digits and _",
    ),
    "param-type": (
        param("free", "{type: boolean}"),
        '7: error: `params.free.type` is "boolean"; write string, integer or secret',
    ),
    "param-no-type": (param("free", "{pattern: x}"), "7: error: `params.free` has no `type`; add it"),
    "param-unknown-key": (
        param("free", "{type: string, regex: x}"),
        "7: error: `params.free.regex` is not known to this version; known here: type, description, env, pattern, enum, min, max, from, default",
    ),
    "pattern-broken": (
        param("service", '{type: string, pattern: "[a-z"}'),
        "6: error: `params.service.pattern` is no regular expression: unterminated character set at position 0; mend it",
    ),
    "pattern-newline-set": (
        param("service", '{type: string, pattern: "[^;]*"}'),
        "6: error: `params.service.pattern` accepts a newline, which ends a line wherever the value goes; write \\n behind the ^, or list what is allowed",
    ),
    "pattern-newline-space": (
        param("service", '{type: string, pattern: "[a-z]+\\\\s[a-z]+"}'),
        "6: error: `params.service.pattern` accepts a newline, which ends a line wherever the value goes; \\s does; list what is allowed, such as [A-Za-z0-9 ]",
    ),
    "pattern-newline-not-word": (
        param("service", '{type: string, pattern: "\\\\W?[a-z]+"}'),
        "6: error: `params.service.pattern` accepts a newline, which ends a line wherever the value goes; \\W does; list what is allowed, such as [A-Za-z0-9 ]",
    ),
    "pattern-newline-flag": (
        param("service", '{type: string, pattern: "(?s).*"}'),
        "6: error: `params.service.pattern` accepts a newline, which ends a line wherever the value goes; remove the flag s, or list what is allowed",
    ),
    "pattern-newline-range": (
        param("service", '{type: string, pattern: "[\\\\t-~]+"}'),
        "6: error: `params.service.pattern` accepts a newline, which ends a line wherever the value goes; leave it out, and the ranges that hold it",
    ),
    "pattern-nested-repeats": (
        param("service", '{type: string, pattern: "([a-z]+)+"}'),
        "6: error: `params.service.pattern` can take for ever: a repeat in another one can share its text with the next turn; part the turns by a fixed character, as in [a-z]+(?:-[a-z]+)*",
    ),
    "pattern-like-branches": (
        param("service", '{type: string, pattern: "(?:[a-z]|[a-z][a-z])*"}'),
        "6: error: `params.service.pattern` can take for ever: the turns of a repeat can be read in several ways; let each begin with another character, as in (?:a|b[a-z])*",
    ),
    "pattern-repeats-in-a-row": (
        param("service", '{type: string, pattern: ".*=.*=.*,.*"}'),
        "6: error: `params.service.pattern` can take for ever: too many of its parts can share the same text; merge them, or part them by a fixed character, as in [a-z]+:[0-9]+",
    ),
    "pattern-refers-back": (
        param("service", '{type: string, pattern: "([a-z]+)-\\\\1"}'),
        "6: error: `params.service.pattern` refers back to a group, which can take for ever; write it without",
    ),
    "pattern-looks-in-repeat": (
        param("service", '{type: string, pattern: "(?:(?!--)[a-z-])+"}'),
        "6: error: `params.service.pattern` looks ahead or behind inside a repeat, which can take for ever; put that before the repeat",
    ),
    "pattern-posix-class": (
        param("service", '{type: string, pattern: "[[:alpha:]]+"}'),
        "6: error: `params.service.pattern` has a set that begins with `[`, such as [[:alpha:]], which Python reads otherwise; write [A-Za-z], or \\[",
    ),
    "pattern-too-deep": (
        param("service", '{type: string, pattern: "' + "(" * 3000 + ")" * 3000 + '"}'),
        "6: error: `params.service.pattern` has more than 100 groups; write it simpler",
    ),
    "pattern-too-long": (
        param("service", '{type: string, pattern: "' + "abc" * 300 + '"}'),
        "6: error: `params.service.pattern` is too long to be judged; write it shorter",
    ),
    "pattern-empty": (
        param("service", '{type: string, pattern: ""}'),
        '6: error: `params.service.pattern` is ""; write at least 1 character',
    ),
    "pattern-of-an-integer": (
        param("count", '{type: integer, pattern: "[0-9]+"}'),
        "8: error: `params.count.pattern` is not for type integer; remove it",
    ),
    "enum-empty": (
        param("service", "{type: string, enum: []}"),
        "6: error: `params.service.enum` is an empty list; write at least 1 of them",
    ),
    "enum-of-numbers": (
        param("service", "{type: string, enum: [1, 2]}"),
        "6: error: `params.service.enum[1]` is 1; write text, in quotes if need be\n6: error: `params.service.enum[2]` is 2; write text, in quotes if need be",
    ),
    "enum-outside-the-pattern": (
        param("service", '{type: string, pattern: "[a-z]+", enum: [api, API]}'),
        "6: error: `params.service.enum[2]` does not fit the pattern; mend one of them",
    ),
    "default-outside-the-pattern": (
        param("service", '{type: string, pattern: "[a-z]+", default: A}'),
        "6: error: `params.service.default` does not fit the pattern [a-z]+; choose a default that the parameter allows",
    ),
    "default-outside-the-enum": (
        param("service", "{type: string, enum: [api], default: web}"),
        "6: error: `params.service.default` is none of api; choose a default that the parameter allows",
    ),
    "default-above-max": (
        param("count", "{type: integer, min: 1, max: 5, default: 9}"),
        "8: error: `params.count.default` is above 5; choose a default that the parameter allows",
    ),
    "default-a-dash": (
        param("free", '{type: string, default: "-rf"}'),
        "7: error: `params.free.default` starts with `-`; choose a default that the parameter allows",
    ),
    "default-of-another-type": (
        param("count", '{type: integer, default: "2"}'),
        "8: error: `params.count.default` does not fit type integer; write a whole number",
    ),
    "default-a-number-for-text": (
        param("service", '{type: string, pattern: ".", default: 4}'),
        '6: error: `params.service.default` does not fit type string; write "4" in quotes',
    ),
    "default-is-nothing": (
        param("free", "{type: string, default: }"),
        '7: error: `params.free.default` is nothing; write "" for an empty value, or remove it',
    ),
    "min-above-max": (
        param("count", "{type: integer, min: 5, max: 1}"),
        "8: error: `params.count.max` is below min; no value would fit",
    ),
    "min-of-a-string": (
        param("free", "{type: string, min: 1}"),
        "7: error: `params.free.min` is not for type string; remove it",
    ),
    "from-elsewhere": (
        param("free", "{type: string, from: [env.HOME]}"),
        '7: error: `params.free.from[1]` is "env.HOME"; write text of the form ^labels\\..+$',
    ),
    "from-not-listed": (
        param("free", "{type: string, from: labels.service}"),
        '7: error: `params.free.from` is "labels.service"; write a list: [one, two]',
    ),
    "secret-without-env": (
        param("token", "{type: secret}"),
        "9: error: `params.token.env` has no name of a variable of the bot's environment; write the one that holds the secret",
    ),
    "secret-with-a-default": (
        param("token", "{type: secret, env: SHOP_TOKEN, default: hunter2}"),
        "9: error: `params.token.default` is not for type secret; remove it",
    ),
    "secret-from-a-label": (
        param("token", "{type: secret, env: SHOP_TOKEN, from: [labels.token]}"),
        "9: error: `params.token.from` is not for type secret; remove it",
    ),
    "secret-of-the-bot": (
        param("token", "{type: secret, env: SLACK_BOT_TOKEN}"),
        "9: error: `params.token.env` is a secret of the bot itself; steps never see it, name another",
    ),
    "secret-of-no-variable": (
        param("token", '{type: secret, env: "SHOP TOKEN"}'),
        "9: error: `params.token.env` is no name of a variable of the bot's environment; write the one that holds the secret",
    ),
    "env-of-a-string": (
        param("free", "{type: string, env: HOME}"),
        "7: error: `params.free.env` is not for type string; remove it",
    ),
}
