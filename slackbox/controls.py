"""Buttons of the page's "Try it" panel, which whoever started the workspace has put there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from slackbox.workspace import Json

log = logging.getLogger("slackbox")
Action = Callable[[], str | None]
State = Callable[[], str]


@dataclass(frozen=True)
class Control:
    """`action` gives back a text to be shown, `state` a few words that stand beside the button.

    Both may take their time and may use the workspace: neither runs on the server's thread. Controls that follow each
    other with the same `group` stand in one row under its name, where `short` says what they do and `help` is a
    tooltip.
    """

    id: str
    label: str
    help: str
    action: Action
    state: State | None = None
    group: str = ""
    short: str = ""

    def as_json(self) -> Json:
        words = {"label": self.label, "short": self.short or self.label, "group": self.group, "help": self.help}
        return {"id": self.id, **words, "state": self._state()}

    def _state(self) -> str:
        try:
            return self.state() if self.state else ""
        except Exception:
            log.exception("the state of control %s", self.id)
            return "unknown"


class Controls:
    def __init__(self) -> None:
        self._controls: dict[str, Control] = {}

    def add(self, control: Control) -> None:
        self._controls[control.id] = control

    def as_json(self) -> list[Json]:
        """Asks each for its state; not to be called on the server's thread."""
        return [control.as_json() for control in list(self._controls.values())]

    async def run(self, control_id: str) -> tuple[str | None, bool]:
        """(words to show or None, whether they are about a failure). Raises LookupError for an unknown one."""
        control = self._controls.get(control_id)
        if control is None:
            raise LookupError(f"no control {control_id!r}")
        try:
            return await asyncio.to_thread(control.action), False
        except Exception as error:
            log.exception("control %s failed", control_id)
            return f"{control.label}: {error}", True
