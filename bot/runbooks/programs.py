"""Where in an argv list a program's text stands: no parameter may enter there, whatever its pattern.

A shell, an interpreter or a remote shell reads such text as code; `RUNBOOK_<NAME>` in its environment is data. The
search errs on the side of refusing: it looks at every element, since a shell may stand behind sudo, env or docker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from bot.runbooks.placeholders import names

_SHELLS = "sh ash bash dash fish ksh mksh zsh csh tcsh rbash su runuser script flock expect pwsh powershell"
# Program → the letters of the options that take program text.
_OPTIONS: dict[str, str] = {
    **dict.fromkeys(_SHELLS.split(), "c"),
    **dict.fromkeys(("python", "pypy", "ipython", "psql", "vim", "vi", "nvim", "ex"), "c"),
    **dict.fromkeys(("perl", "ruby"), "eE"),
    **dict.fromkeys(("node", "nodejs", "bun", "deno"), "ep"),
    **dict.fromkeys(
        ("lua", "luajit", "Rscript", "R", "osascript", "emacs", "mysql", "mariadb", "groovy", "scala"), "e"
    ),
    "php": "rRBE",
    "env": "S",
}
_LONG = frozenset(
    [
        "--command",
        "--eval",
        "--print",
        "--execute",
        "--expression",
        "--source",
        "--run",
        "--split-string",
        "--session-command",
        "-command",
        "-encodedcommand",
        "-eval",
        "-exec",
    ]
)
# Their first plain word is a program; options before it may be more of it.
_FIRST_WORD = frozenset(["awk", "gawk", "mawk", "nawk", "sed", "gsed", "jq", "yq", "bc", "dc", "m4"])
# All their words, or all but the first, are read by a shell or as statements.
_EVERY_WORD = frozenset(["eval", "watch", "parallel"])
_ALL_BUT_FIRST = frozenset(["ssh", "mosh", "rsh", "sqlite", "sqlite3"])
# They start the program that is named behind them.
_WRAPPERS = frozenset(
    [
        "env",
        "sudo",
        "doas",
        "nohup",
        "nice",
        "ionice",
        "timeout",
        "setsid",
        "stdbuf",
        "xargs",
        "chroot",
        "unshare",
        "nsenter",
        "time",
        "exec",
        "command",
        "busybox",
        "strace",
        "systemd-run",
        "setpriv",
        "chrt",
        "taskset",
    ]
)


def code_with_parameter(argv: Sequence[str]) -> int | None:
    """The position of an element that would bring a parameter into program text or choose the program, or None."""
    holds = [bool(names(element)) for element in argv]
    if holds[0]:
        return 0
    for at, element in enumerate(argv):
        if holds[at]:
            continue
        found = _behind(_program(element), argv, holds, at + 1)
        if found is not None:
            return found
    return None


def _program(element: str) -> str:
    """python3.11 and /usr/bin/python are python."""
    return re.sub(r"[-.0-9]+$", "", PurePosixPath(element).name.removesuffix(".exe"))


def _behind(program: str, argv: Sequence[str], holds: Sequence[bool], start: int) -> int | None:
    rest = range(start, len(argv))
    if program in _OPTIONS:
        found = _in_option(_OPTIONS[program], argv, holds, start)
        if found is not None:
            return found
    if program in _EVERY_WORD:
        return next((at for at in rest if holds[at]), None)
    if program in _ALL_BUT_FIRST:
        return _after_first_word(argv, holds, start)
    if program in _FIRST_WORD:
        return _up_to_first_word(argv, holds, start)
    if program in _WRAPPERS and start == 1:
        return _chosen_program(program, argv, holds)
    return None


def _in_option(letters: str, argv: Sequence[str], holds: Sequence[bool], start: int) -> int | None:
    for at in range(start, len(argv)):
        word = argv[at].split("=", 1)[0]
        short = re.match(rf"[-+][A-Za-z0-9]*[{letters}]", argv[at]) is not None
        if not short and word.lower() not in _LONG:
            continue
        if holds[at]:
            return at
        text = at + 1
        if text < len(argv) and (holds[text] or argv[text].startswith(("-", "+"))):
            # Options between the flag and its text: which element is the text is not for us to guess.
            return next((later for later in range(text, len(argv)) if holds[later]), None)
    return None


def _up_to_first_word(argv: Sequence[str], holds: Sequence[bool], start: int) -> int | None:
    value_next = False
    word_seen = False
    for at in range(start, len(argv)):
        element = argv[at]
        if value_next:
            value_next = False
            continue
        if element in ("-v", "--arg", "--argjson", "-F", "--assign"):  # data, not program
            value_next = True
        elif holds[at] and (not word_seen or element.startswith("-") or argv[at - 1] in ("-e", "-f", "--expression")):
            return at
        elif not element.startswith("-"):
            word_seen = True
    return None


def _after_first_word(argv: Sequence[str], holds: Sequence[bool], start: int) -> int | None:
    """ssh -p 22 HOST …: the host, a login name and a port may be parameters; nothing else may."""
    takes_value = "BbcDEeFIiJLlmOopQRSWw"
    at = start
    while at < len(argv) and argv[at].startswith("-"):
        if holds[at]:
            return at
        if len(argv[at]) == 2 and argv[at][1] in takes_value:
            if at + 1 < len(argv) and holds[at + 1] and argv[at] not in ("-p", "-l"):
                return at + 1
            at += 1
        at += 1
    return next((later for later in range(at + 1, len(argv)) if holds[later]), None)


def _chosen_program(wrapper: str, argv: Sequence[str], holds: Sequence[bool]) -> int | None:
    """A parameter in the place where the wrapped program is named."""
    for at in range(1, len(argv)):
        element, before = argv[at], argv[at - 1]
        if element.startswith("-") or re.match(r"[A-Za-z_][A-Za-z0-9_]*=", element):
            continue
        if re.fullmatch(r"-[A-Za-z]|--[a-z-]+", before) and before != "--":
            continue
        if wrapper == "timeout" and at == 1:
            continue
        return at if holds[at] else None
    return None
