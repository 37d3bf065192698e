"""What a language model is asked, and how its reply is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Question(Generic[T]):
    instructions: str  # the team's words, and nothing from outside
    data: str  # what it is asked about, fenced
    schema: dict[str, Any]  # what the reply has to look like
    read: Callable[[str, str], T]  # the reply and the model's name → what it says; raises ModelReplyUnusable
    tokens: int = 160  # of the reply: four fields, one of them a sentence
