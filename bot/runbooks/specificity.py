"""How narrowly a match entry is written, and whether a name or a glob of it fits. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum
from fnmatch import translate
from functools import lru_cache


class Specificity(IntEnum):
    """How narrow the narrowest key of a matching entry is."""

    CATEGORY = 1
    TEXT = 2
    LABELS = 3
    GLOB = 4
    NAME = 5


def fits(glob: str, text: str) -> bool:
    """Whether the whole text is of this form, whatever its case."""
    return _form(glob)(text.casefold()) is not None


@lru_cache(maxsize=10_000)
def _form(glob: str) -> Callable[[str], re.Match[str] | None]:
    """Compiled once: each alert is held against all forms of all runbooks."""
    return re.compile(translate(glob.casefold())).match


def of_name(name: str) -> Specificity:
    """Of an entry that fits by this one of its alert names."""
    return Specificity.GLOB if is_glob(name) else Specificity.NAME


def is_glob(name: str) -> bool:
    return re.search(r"[*?\[]", name) is not None
