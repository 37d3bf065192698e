"""What a parameter's pattern lets through, read from the pattern itself and not from examples."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.runbooks import backtracking
from bot.runbooks.pattern_tree import NotJudged, Tree, first, nullable, parse, reads

_MOST_WRITTEN = 1000  # characters; each of them is compared with every kind of character
_MOST_GROUPS = 100
# Python warns of these: they may become sets within sets.
_NESTED_SET = re.compile(r"(?<!\\)\[\^?\[")
_DOUBLED = re.compile(r"(?<!\\)\[(?:\\.|[^\]\\])*?(--|&&|~~|\|\|)")


@lru_cache(maxsize=4096)
def refused(pattern: str) -> str | None:
    """Why no parameter may have this pattern, and what to write; or None."""
    if pattern.count("(") > _MOST_GROUPS:
        return f"has more than {_MOST_GROUPS} groups; write it simpler"
    if len(pattern) > _MOST_WRITTEN:
        return backtracking.TOO_LONG
    if _NESTED_SET.search(pattern):
        return (
            "has a set that begins with `[`, such as [[:alpha:]], which Python reads otherwise; write [A-Za-z], or \\["
        )
    if doubled := _DOUBLED.search(pattern):
        return (
            f"has {doubled[1]} in a set, which Python may come to read otherwise; write it once, or \\{doubled[1][0]}"
        )
    try:
        tree = parse(pattern)
        re.compile(pattern)
    except re.error as wrong:
        return f"is no regular expression: {wrong}; mend it"
    except NotJudged as wrong:
        return str(wrong)
    if reads(tree.root) & tree.mask("\n"):
        return f"accepts a newline, which ends a line wherever the value goes; {_without_newline(pattern)}"
    return backtracking.refused(tree.root)


def may_begin_with_dash(pattern: str) -> bool:
    """Whether a value that begins with `-` fits. The pattern has to be one that is not refused."""
    tree = _tree(pattern)
    return bool(first(tree.root) & tree.mask("-"))


def may_be_empty(pattern: str) -> bool:
    return nullable(_tree(pattern).root)


@lru_cache(maxsize=4096)
def _tree(pattern: str) -> Tree:
    return parse(pattern)


def _without_newline(pattern: str) -> str:
    if "[^" in pattern:
        return "write \\n behind the ^, or list what is allowed"
    if "(?s" in pattern:
        return "remove the flag s, or list what is allowed"
    if found := re.search(r"\\[sWD]", pattern):
        return f"{found[0]} does; list what is allowed, such as [A-Za-z0-9 ]"
    return "leave it out, and the ranges that hold it"
