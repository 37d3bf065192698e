"""The text of the note in templates/<language>/texts/, for a team to edit. It is Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from bot.classify.llm.instructions import Instructions
from bot.settings import Settings
from bot.texts import Texts
from handoff.sample_note import FULL_SHIFT, QUIET_SHIFT


class HandoffText(StrEnum):
    """The files, without their .md."""

    NOTE = "handoff"


PROMPT = "handoff.txt"  # what the language model is told
OF_HANDOFFS: Mapping[StrEnum, tuple[Any, ...]] = {HandoffText.NOTE: (FULL_SHIFT, QUIET_SHIFT)}


def read_texts(settings: Settings) -> Texts:
    """As the team has them, and what is said to the language model is looked at too. Raises TemplateError."""
    Instructions(settings.templates_dir, PROMPT)
    return Texts(settings.templates_dir, settings.language, OF_HANDOFFS)
