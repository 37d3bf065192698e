"""What every way of asking a model has in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from bot.classify.llm.connection import Connection
from bot.classify.llm.question import Question
from bot.errors import ModelBusy, ModelError, ModelKeyRefused, ModelMissing, ModelUnavailable
from bot.mrkdwn import clean


class Chat(Protocol):
    """One model at one server. Each call is one exchange on a fresh connection, and raises a ModelError for any fault.

    `seconds` bounds single waits; the whole is bounded by whoever holds the connection, and cuts it.
    """

    model: str
    url: str
    sleeps: bool  # may have to be woken
    at_once: int  # calls that do not only make each other slower

    def connection(self) -> Connection: ...

    def ask(self, question: Question[Any], connection: Connection, seconds: float) -> str:
        """The words of the reply, which was not cut short."""

    def wake(self, connection: Connection, seconds: float) -> None:
        """Has everything loaded that a first question would wait for."""

    def models(self, connection: Connection, seconds: float) -> Sequence[str]:
        """The models that the server has."""


def refused(status: int, words: str) -> ModelError:
    """An answer that is an error, as what it means for us."""
    said = f"HTTP {status}: {clean(' '.join(words.split()), 150)}"
    if status in {401, 403} or (status == 400 and "api key" in words.lower()):  # Gemini says 400 for a wrong key
        return ModelKeyRefused(said)
    if status == 404:
        return ModelMissing(said)
    return ModelBusy(said) if status in {429, 503} else ModelUnavailable(said)
