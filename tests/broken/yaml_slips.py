"""Slips of YAML itself: what is written cannot be read, or reads otherwise than it looks."""

# ruff: noqa: E501 - what is said stands on one line, as it is printed

from __future__ import annotations

from tests.broken.good import GOOD, Case, bent, plus, step

YAML_SLIPS: dict[str, Case] = {
    "duplicate-key": (plus("title: Another"), "16: error: `title` is written twice (first on line 3); keep one"),
    "duplicate-key-within": (
        step("{id: three, run: [a], say: x, say: y}"),
        "14: error: `say` is written twice (first on line 14); keep one",
    ),
    "anchor": (
        bent("doc: Read this.", "doc: &text Read this."),
        "4: error: sets the NAME &text; NAMEs are not used here, remove it",
    ),
    "alias": (bent("doc: Read this.", "doc: *text"), "4: error: uses the NAME *text; write the value out"),
    "alias-bomb": (
        bent("doc: Read this.", "doc: [&a [x, x], &b [*a, *a], &c [*b, *b], *c]"),
        "4: error: `doc` is a list; write text, in quotes if need be\n4: error: sets the anchor &a; anchors are not used here, remove it\n4: error: sets the anchor &b; anchors are not used here, remove it\n4: error: sets the anchor &c; anchors are not used here, remove it\n4: error: uses the alias *a; write the value out\n4: error: uses the alias *b; write the value out\n4: error: uses the alias *c; write the value out",
    ),
    "merge-key": (plus("<<: {risk: low}"), "16: error: merges with `<<`; write the keys out"),
    "tag": (
        bent("title: A good one", "title: !!python/object/apply:os.system [id]"),
        "3: error: has the NAME NAME:yaml.org,2002:python/object/apply:os.system; NAMEs are not used here, remove it",
    ),
    "directive": ("%YAML 1.1\n---\n" + GOOD, "2: error: has a % NAME; remove it"),
    "on-as-a-key": (
        plus("on: failure"),
        "16: error: `on` is not known to this version; known here: runbook, id, title, owner, reviewed, doc, match, severity, params, risk, approval, lock, cooldown, timeout, limits, env, schedule, check, steps, verify, on_failure",
    ),
    "true-as-a-key": (plus("true: x"), '16: error: has the key true, which is not text; write "true" in quotes'),
    "number-as-a-key": (plus("5: x"), '16: error: has the key 5, which is not text; write "5" in quotes'),
    "list-as-a-key": (plus("? [a]\n: b"), "16: error: has a key that is not text; a key is one plain word"),
    "nothing-as-a-key": (plus(": x"), '16: error: has the key (nothing), which is not text; write "" in quotes'),
    "tab": (plus("limits:\n\tcpu: 60s"), "17: error: holds a NAME; indent and separate with spaces"),
    "two-documents": (
        GOOD + "---\nrunbook: 1\n",
        "16: error: begins a second document; one file holds one, remove the `---`",
    ),
    "a-list": ("- runbook: 1\n", "1: error: is not a list of keys and values; write `key: value` lines"),
    "empty": ("", "1: error: is NAME; needed are runbook, id, title, doc"),
    "too-deep": (
        bent("doc: Read this.", "doc: " + "[" * 40 + "]" * 40),
        "4: error: is nested more than 32 levels deep; flatten it",
    ),
    "open-quote": (
        bent("title: A good one", 'title: "A good one'),
        "6: error: cannot be read as YAML: expected <block end>, but found '['; check quotes, brackets and indentation",
    ),
    "two-colons": (
        bent("title: A good one", "title: Restart: now"),
        "3: error: has a second `: ` in one value, or wrong indentation; put the value in quotes",
    ),
    "wrong-indent": (
        bent("  free: {type: string}", "    free: {type: string}"),
        "7: error: cannot be read as YAML: expected <block end>, but found '<block mapping start>'; check quotes, brackets and indentation",
    ),
    "open-bracket": (
        plus("env: [A, B"),
        "17: error: cannot be read as YAML: expected ',' or ']', but got '<stream end>'; check quotes, brackets and indentation",
    ),
    "reserved-character": (
        bent("title: A good one", "title: @here is down"),
        "3: error: cannot be read as YAML: found character '@' that cannot start any token; put the value in quotes",
    ),
    "octal": (
        step("{id: three, run: [a], retries: 010, repeat_safe: true}"),
        '14: error: 010 is a doubtful number; write "010" in quotes, or without leading zeros',
    ),
    "exponent": (
        step("{id: three, run: [a], ok: [1e2]}"),
        '14: error: 1e2 is a doubtful number; write "1e2" in quotes, or a plain decimal number',
    ),
    "not-utf-8": (GOOD.encode().replace(b"A good one", b"Plant\xe3o"), "3: error: is not UTF-8; save it as UTF-8"),
    "utf-16": (GOOD.encode("utf-16"), "1: error: is not UTF-8; save it as UTF-8"),
    "nul": (
        GOOD.replace("A good one", "A\0good one"),
        "3: error: holds the character U+0000, which nobody sees; remove it",
    ),
    "control-character": (
        GOOD.replace("A good one", "A \x1b[31mred one"),
        "3: error: holds the character U+001B, which nobody sees; remove it",
    ),
    "bell-in-a-comment": (plus("# \x07"), "16: error: holds the character U+0007, which nobody sees; remove it"),
    "too-large": ("#" * (1024 * 1024 * 2), "1: error: is larger than 1024 KiB; split it"),
    "escaped-control": (
        bent("A good one", '"A \\aloud one"'),
        "3: error: holds the character U+0007, which nobody sees; remove it",
    ),
    "text-turned-round": (
        bent("A good one", "A \u202egood one"),
        "3: error: holds the character U+202E, which nobody sees; remove it",
    ),
    "half-a-character": (
        step('{id: three, run: [a, "\\ud800"]}'),
        "14: error: holds the character U+D800, which nobody sees; remove it",
    ),
}
