"""docs/terminal.md says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from typer.main import get_command

import app
from bot.detect.rules import RULES
from bot.handle.incident import Status

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "terminal.md").read_text()


def test_it_names_every_status() -> None:
    """With its exit status."""
    rows = re.findall(r"^\| (`[^|]+) \| ([01]) \|", GUIDE, re.M)
    told = {name: int(code) for names, code in rows for name in re.findall(r"`(\w+)`", names)}
    assert told == {str(status): 0 if status.good else 1 for status in Status}


def test_it_names_every_rule_with_its_threshold() -> None:
    """Who wonders why nothing was found looks there."""
    table = GUIDE.partition("| name | speaks up after |")[2].partition("\n\n")[0]
    told = {
        name: int(count)
        for names, count in re.findall(r"^\| (`[^|]+) \| (\d+) ", table, re.M)
        for name in re.findall(r"`(\w+)`", names)
    }
    assert told == {rule.name: rule.count for rule in RULES}


def test_its_commands_and_options_exist() -> None:
    """What a person copies is understood."""
    commands = get_command(app.app).commands  # type: ignore[attr-defined]
    used = set(re.findall(r"app\.py (?!runbook)([a-z]+)", GUIDE))
    assert used == {"classify", "detect", "handle"} == used & set(commands)
    options = {option for command in commands.values() for param in command.params for option in param.opts}
    assert set(re.findall(r"`(--[a-z]+)", GUIDE)) - options == set()


def test_its_links_lead_somewhere() -> None:
    """Files and folders of this repository."""
    links = re.findall(r"\]\(([^)#]+)\)", GUIDE)
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
