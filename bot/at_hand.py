"""What a command without Slack works with: settings, runbooks, and the team where there is one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from bot import settings, team_file
from bot.runbooks.shelf import Shelf
from bot.settings import Provider, Settings
from bot.team import Policy

ENV_FILE = Path(".env")


def at_hand(llm: Provider | None = None) -> tuple[Settings, Shelf, Sequence[Policy]]:
    """`llm` goes before the setting. A team file is not needed. Raises SettingsError and TeamError."""
    found = settings.load({**os.environ, **({"LLM_PROVIDER": llm} if llm else {})}, ENV_FILE, slack=False)
    if not found.team_file.is_file():
        return found, Shelf(found.runbooks_dir), ()
    people = team_file.load(found.team_file)
    return found, Shelf(found.runbooks_dir, lambda: people), people.policy
