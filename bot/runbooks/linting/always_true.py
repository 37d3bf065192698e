"""Verify entries that hold whatever happened: a check that cannot fail is no check. Pure.

Only what is certain counts: a program that this file does not know may fail.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import PurePosixPath

from bot.runbooks.placeholders import names

# They succeed, whatever they are told.
_SUCCEED = frozenset(["true", ":", "echo", "printf", "sleep", "date", "pwd", "hostname", "uname", "whoami"])
# They say no with the exit code 1 (the last ones with more); with that in `ok`, both answers are right.
_SAY_NO: dict[str, frozenset[int]] = {
    **dict.fromkeys(["test", "[", "grep", "egrep", "fgrep", "zgrep", "cmp", "diff", "pgrep", "nc"], frozenset([0, 1])),
    "systemctl": frozenset([0, 3]),
    "pg_isready": frozenset([0, 1, 2]),
}
_COMPARISONS = frozenset(["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge"])
_SHELLS = frozenset(["sh", "ash", "bash", "dash", "ksh", "mksh", "zsh"])
_IN_FRONT = frozenset(
    ["sudo", "doas", "env", "nice", "ionice", "nohup", "setsid", "stdbuf", "command", "exec", "timeout"]
)


def why_always_holds(argv: Sequence[str], ok: Sequence[int]) -> str | None:
    """Why this command, with these exit codes for success, says nothing about the world; None when it may."""
    if set(ok) >= set(range(256)):
        return "lists every exit code"
    words = _without_wrappers(argv)
    if not words:
        return None
    program = PurePosixPath(words[0]).name
    says_no = _SAY_NO.get(program)
    if says_no is not None and says_no <= set(ok):
        return f"lists both answers of {program}"
    if 0 in ok and program in _SUCCEED:
        return f"runs {program}, which always succeeds"
    if program in ("test", "[") and _compares_constants(words):
        return "compares what is written here with what is written here"
    if 0 in ok and program in _SHELLS and len(words) > 2 and re.fullmatch(r"-[lux]*c", words[1]):
        return _of_program_text(words[2])
    return None


def _without_wrappers(argv: Sequence[str]) -> list[str]:
    """The command without sudo, env and the like, as far as they stand without options that take a value."""
    words = list(argv)
    while words and PurePosixPath(words[0]).name in _IN_FRONT:
        wrapper = PurePosixPath(words.pop(0)).name
        while words and (words[0].startswith("-") or re.match(r"\w+=", words[0])):
            words.pop(0)
        if wrapper == "timeout" and words:
            words.pop(0)
    return words


def _compares_constants(words: Sequence[str]) -> bool:
    inside = [word for word in words[1:] if word not in ("]", "!")]
    if any(names(word) for word in inside):
        return False
    if len(inside) == 1:
        return True
    if len(inside) == 2:
        return inside[0] in ("-n", "-z")
    return len(inside) == 3 and inside[1] in _COMPARISONS


def _of_program_text(text: str) -> str | None:
    """A shell's text holds whatever comes before, when its last command succeeds and nothing can leave it earlier."""
    try:
        lexer = shlex.shlex(text, posix=True, punctuation_chars=";&|()\n")
        lexer.whitespace, lexer.whitespace_split = " \t\r", True
        tokens = list(lexer)
    except ValueError:  # an open quote: the shell will say so
        return None
    while tokens and not tokens[-1].strip(";\n"):
        tokens.pop()
    ends = [at for at, token in enumerate(tokens) if set(token) <= set(";&|()\n")]
    start = ends[-1] + 1 if ends else 0
    last, before = tokens[start:], tokens[:start]
    if not last or any(">" in word or ":?" in word for word in last) or _may_leave(before):
        return None
    if before and "&&" in before[-1]:
        return None
    if last[0] in _SUCCEED or last == ["exit", "0"]:
        return f"ends with `{' '.join(last)}`, whatever comes before"
    return None


# What leaves a text early, or makes its end depend on what came before.
_LEAVES = frozenset(
    [
        *("exit", "return", "exec", "kill", "set", "trap", "if", "then", "else", "elif", "fi", "while", "until"),
        *("for", "do", "done", "case", "esac", "{", "}", "(", ")"),
    ]
)


def _may_leave(tokens: Sequence[str]) -> bool:
    return any(token in _LEAVES or "(" in token or ")" in token or ":?" in token for token in tokens)
