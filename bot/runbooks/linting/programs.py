"""Where in an argv list a program's text stands: no parameter may enter there, whatever its pattern.

A shell, an interpreter or a remote shell reads such text as code; `RUNBOOK_<NAME>` in its environment is data. The
search errs on the side of refusing: it looks at every element, since a shell may stand behind sudo, env or docker.
Which program is started is not for a parameter to say either: `started.py` knows where programs are named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.runbooks.linting.started import program_name, started
from bot.runbooks.placeholders import names

_SHELLS = "sh ash bash dash fish ksh mksh zsh csh tcsh rbash su runuser script flock expect pwsh powershell"
# Program → the letters of the options that take program text, or a command.
_OPTIONS: dict[str, str] = {
    **dict.fromkeys(_SHELLS.split(), "c"),
    **dict.fromkeys(("python", "pypy", "ipython", "psql", "duckdb", "vim", "vi", "nvim", "ex"), "c"),
    **dict.fromkeys(("perl", "ruby"), "eE"),
    **dict.fromkeys(("node", "nodejs", "bun", "deno"), "ep"),
    **dict.fromkeys(("lua", "luajit", "Rscript", "R", "osascript", "emacs", "groovy", "scala", "rsync"), "e"),
    **dict.fromkeys(("mysql", "mariadb", "cqlsh"), "e"),
    **dict.fromkeys(("mongo", "mongosh", "influx"), "_"),  # only long ones
    **dict.fromkeys(("clickhouse", "clickhouse-client", "sqlcmd"), "qQ"),
    "ansible": "a",
    "php": "rRBE",
    "env": "S",
    "tar": "I",
}
_LONG = frozenset(
    [
        *("--command", "--eval", "--print", "--execute", "--expression", "--source", "--run", "--query", "--args"),
        *("--split-string", "--session-command", "--rsh", "--rsync-path"),
        *("--to-command", "--checkpoint-action", "--use-compress-program"),
        *("-command", "-encodedcommand", "-eval", "-exec", "-execute"),
    ]
)
# Their first plain word is a program; options before it may be more of it.
_FIRST_WORD = frozenset(["awk", "gawk", "mawk", "nawk", "sed", "gsed", "jq", "yq", "bc", "dc", "m4"])
# Options of theirs that bring in data, and how many words of it.
_DATA = {"-v": 1, "-F": 1, "--assign": 1, "--arg": 2, "--argjson": 2, "--slurpfile": 2, "--rawfile": 2}
# All their words, or all but the first, are read by a shell or as statements. Redis writes EVAL.
_EVERY_WORD = frozenset(["eval", "EVAL", "watch", "parallel"])
_ALL_BUT_FIRST = frozenset(["ssh", "mosh", "rsh", "sqlite", "sqlite3"])


@dataclass(frozen=True)
class Code:
    """The position of an element that would bring a parameter into program text, and what reads that text."""

    at: int
    reader: str


def code_with_parameter(argv: Sequence[str]) -> Code | None:
    holds = [bool(names(element)) for element in argv]
    for at, element in enumerate(argv):
        if holds[at]:
            continue
        program = program_name(element)
        found = _behind(program, argv, holds, at + 1)
        if found is not None:
            return Code(found, program)
    return None


def chosen_by_parameter(argv: Sequence[str]) -> int | None:
    """The position of an element by which a parameter would choose what is started; None when none does."""
    return next((at for at in started(argv) if names(argv[at])), None)


def _behind(program: str, argv: Sequence[str], holds: Sequence[bool], start: int) -> int | None:
    if program in _OPTIONS:
        return _in_option(_OPTIONS[program], argv, holds, start)
    if program in _EVERY_WORD:
        return next((at for at in range(start, len(argv)) if holds[at]), None)
    if program in _ALL_BUT_FIRST:
        return _after_first_word(argv, holds, start)
    if program in _FIRST_WORD:
        return _up_to_first_word(argv, holds, start)
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
    data_left = 0
    word_seen = False
    for at in range(start, len(argv)):
        element = argv[at]
        if data_left:
            data_left -= 1
        elif element in _DATA:
            data_left = _DATA[element]
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
