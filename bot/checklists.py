"""The checklists of templates/<language>/checklists/: a title and boxes to tick, a line each, for a team to edit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.errors import TemplateError
from bot.words import SHIPPED

FOLDER = "checklists"
MOST = 40  # boxes; Slack takes fifty blocks and ten boxes a block
LONGEST = 75  # characters of a box; Slack's limit


@dataclass(frozen=True)
class Checklist:
    name: str  # the file's, as people type it
    title: str
    items: tuple[str, ...]


def checklists(folder: Path, language: str) -> dict[str, Checklist]:
    """By name: those that come along, and the team's own, which take the place of one with the same name.

    Raises TemplateError with everything that is wrong in them.
    """
    found: dict[str, Checklist] = {}
    problems: list[str] = []
    for place in (SHIPPED, folder):
        for path in sorted((place / language / FOLDER).glob("*.md")):
            try:
                found[path.stem] = _read(path)
            except TemplateError as error:
                problems += error.problems
    if problems:
        raise TemplateError(*dict.fromkeys(problems))
    return found


def _read(path: Path) -> Checklist:
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateError(f"{path} cannot be read: {error}. Save it as UTF-8 text.") from error
    title = next((line.removeprefix("# ") for line in lines if line.startswith("# ")), "")
    problems = [] if title else [f"{path}:1: it has no title; begin it with a line such as: # Incident response"]
    items = []
    for number, line in enumerate(lines, 1):
        if line.startswith("- "):
            items.append(line.removeprefix("- ").strip())
            if len(items[-1]) > LONGEST:
                problems.append(f"{path}:{number}: {len(items[-1])} characters; Slack shows {LONGEST}. Shorten it.")
        elif line and not line.startswith("# "):
            problems.append(f"{path}:{number}: this is no box; begin the line with a hyphen and a space: - {line[:30]}")
    if not 1 <= len(items) <= MOST:
        problems.append(f"{path}: it has {len(items)} boxes; 1 to {MOST} can be shown")
    if problems:
        raise TemplateError(*problems)
    return Checklist(path.stem, title[:LONGEST], tuple(items))
