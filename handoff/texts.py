"""The text of the note in templates/<language>/texts/, for a team to edit. It is Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from handoff.sample_note import FULL_SHIFT, QUIET_SHIFT


class HandoffText(StrEnum):
    """The files, without their .md."""

    NOTE = "handoff"


OF_HANDOFFS: Mapping[StrEnum, tuple[Any, ...]] = {HandoffText.NOTE: (FULL_SHIFT, QUIET_SHIFT)}
