"""The door to the language model: asked about an alert, it gives an opinion in time, or None and a line in the log."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar, cast

import structlog
from pydantic import SecretStr

from bot.classify.llm.answers import Answers
from bot.classify.llm.breaker import Breaker
from bot.classify.llm.chat import Chat
from bot.classify.llm.connection import Connection, exchange
from bot.classify.llm.ollama_chat import OllamaChat
from bot.classify.llm.openai_chat import ENDPOINTS, OpenAIChat
from bot.classify.llm.opinion import Opinion
from bot.classify.llm.prompt import Prompt
from bot.classify.llm.question import Question
from bot.errors import (
    ModelBusy,
    ModelError,
    ModelReplyUnusable,
    ModelSlow,
    ModelUnavailable,
    SettingsError,
    TemplateError,
)
from bot.model import Alert
from bot.runbooks.masking import Mask
from bot.settings import Settings, check_key

__all__ = ["LanguageModel", "Opinion", "chat_of", "language_model", "own_secrets"]

WAKING = 120.0  # seconds that a model may take to be loaded
_FAIR = 0.75  # share of the budget: who had less, because others were first, cannot say that the model is slow

T = TypeVar("T")
log = structlog.get_logger()


class LanguageModel:
    """One model, asked by any number of threads. Nothing that it, its server or an alert does is raised here."""

    def __init__(
        self,
        chat: Chat,
        prompt: Prompt,
        timeout: float,
        mask: Mask | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`timeout` is the whole budget of an opinion, in seconds. `mask` hides secrets in what is logged."""
        self._chat = chat
        self._prompt = prompt
        self._timeout = timeout
        self._mask = mask or Mask()
        self._now = now
        self._turns = threading.BoundedSemaphore(chat.at_once)
        self._waking = threading.Lock()
        self._lock = threading.Lock()  # over the four below
        self._given_up = False
        self._asked: set[Connection] = set()
        self._breaker = Breaker()
        self._answers = Answers()

    @property
    def name(self) -> str:
        return self._chat.model

    def opinion(self, alert: Alert, candidates: Sequence[tuple[str, str]]) -> Opinion | None:
        """What it makes of the alert; `candidates` are the ids and titles of the runbooks to choose from.

        None when there is no usable opinion within the budget. It waits, so it is for a thread that nobody waits for.
        """
        return self.ask(_about(alert, candidates), lambda: self._prompt.question(alert, candidates))

    def ask(self, about: Hashable, question: Callable[[], Question[T]]) -> T | None:
        """What it answers, or answered a short while ago; None when nothing usable comes within the budget.

        `about` is the same for what is the same question, and for no other. `question` may raise a TemplateError.
        """
        until = self._now() + self._timeout
        try:
            known, _ = self._look(about, ask=False)
            return cast(T, known) if known is not None else self._ask(about, question(), until)
        except (ModelError, TemplateError) as fault:
            log.warning("no opinion from the language model", model=self.name, why=self._in_words(fault))
            return None

    def _ask(self, about: Hashable, question: Question[T], until: float) -> T:
        if not self._turns.acquire(timeout=max(0.0, until - self._now())):
            raise ModelBusy("it is still answering others")
        # Whoever was first may have asked the same, or found that it is broken.
        known, rests = self._look(about, ask=True)
        if known is not None or rests is not None:
            self._turns.release()
        if known is not None:
            return cast(T, known)
        if rests is not None:
            raise ModelUnavailable(f"it failed too often and is left alone, for {rests:.0f} s more")
        left = until - self._now()
        try:
            return self._within(left, lambda connection: self._answered(about, question, connection))
        except ModelError as fault:
            self._note(fault, fair=left >= self._timeout * _FAIR)
            raise

    def _answered(self, about: Hashable, question: Question[T], connection: Connection) -> T:
        """Kept before the turn is given back, so that whoever waits for the same finds it."""
        answer = question.read(self._chat.ask(question, connection, self._timeout), self.name)
        with self._lock:
            self._breaker.succeeded()
            self._answers.put(about, answer, self._now())
        return answer

    def _look(self, about: Hashable, *, ask: bool) -> tuple[object | None, float | None]:
        """What is known already; or else, to `ask`, for how many seconds more nobody may. None: go ahead."""
        with self._lock:
            now = self._now()
            known = self._answers.get(about, now)
            stopped = known is None and ask and not self._breaker.allows(now)
            return known, self._breaker.rests_for(now) if stopped else None

    def _note(self, fault: ModelError, *, fair: bool) -> None:
        with self._lock:
            if isinstance(fault, ModelReplyUnusable):
                self._breaker.succeeded()  # it is there, and the next alert may go better
            elif isinstance(fault, ModelBusy) or (isinstance(fault, ModelSlow) and not fair):
                self._breaker.gave_nothing()
            else:
                self._breaker.failed(self._now())
        if isinstance(fault, ModelSlow) and self._chat.sleeps:
            self.wake()

    def _within(self, seconds: float, work: Callable[[Connection], T]) -> T:
        """Has the turn already; it is given back when the exchange has really ended."""
        connection = self._chat.connection()
        with self._lock:
            self._asked.add(connection)
            if self._given_up:
                connection.line.cut()
        try:
            return exchange(connection, max(0.0, seconds), lambda: work(connection), self._turns.release)
        except ModelError:
            if self._given_up:
                raise ModelUnavailable("nobody waits for it any more") from None
            raise
        finally:
            with self._lock:
                self._asked.discard(connection)

    def give_up(self) -> None:
        """For the stop: whoever waits for it goes without, now and from now on."""
        with self._lock:
            self._given_up = True
            for connection in self._asked:
                connection.line.cut()

    def wake(self) -> None:
        """Has it loaded in the background, since a first question would wait for longer than the budget.

        Returns at once. For the start; after a question that took too long it happens by itself.
        """
        if self._waking.acquire(blocking=False):
            threading.Thread(target=self._wake, name="language-model-waking", daemon=True).start()

    def _wake(self) -> None:
        try:
            if self._turns.acquire(timeout=WAKING):
                self._within(WAKING, lambda connection: self._chat.wake(connection, WAKING))
                log.info("the language model is awake", model=self.name)
        except ModelError as fault:
            log.warning("the language model does not wake up", model=self.name, why=self._in_words(fault))
        finally:
            self._waking.release()

    def _in_words(self, fault: Exception) -> str:
        return self._mask.hide_in_text(str(fault))


def _about(alert: Alert, candidates: Sequence[tuple[str, str]]) -> Hashable:
    """The same fingerprint is the same trouble; without one only the very same words are."""
    words = (alert.source, alert.name, alert.summary, tuple(sorted(alert.labels.items())))
    return alert.fingerprint or words, tuple(candidates)


def chat_of(settings: Settings, endpoints: Mapping[str, str] = ENDPOINTS) -> Chat | None:
    """The way to ask the model that the settings name; None for LLM_PROVIDER=none. SettingsError without its key."""
    provider = settings.llm_provider
    if provider == "none":
        return None
    if provider == "ollama":
        return OllamaChat(settings.ollama_host, settings.model)
    key = settings.gemini_api_key if provider == "gemini" else settings.groq_api_key
    try:
        check_key(provider, key)
    except ValueError as error:
        raise SettingsError(f"{provider.upper()}_API_KEY {error}") from None
    return OpenAIChat(provider, key, settings.model, endpoints[provider])


def own_secrets(settings: Settings) -> list[bytes]:
    """The bot's own tokens and keys."""
    return [value.get_secret_value().encode() for _, value in settings if isinstance(value, SecretStr)]


def language_model(
    settings: Settings, *, secrets: Iterable[bytes] = (), endpoints: Mapping[str, str] = ENDPOINTS
) -> LanguageModel | None:
    """The model that the settings name, None for LLM_PROVIDER=none. Imports no client and asks nobody yet.

    `secrets` are hidden from it, besides those in the settings: give it what runbooks read from the environment. Raises
    SettingsError without the provider's key, and TemplateError when the prompt cannot be used.
    """
    chat = chat_of(settings, endpoints)
    if chat is None:
        return None
    mask = Mask([*secrets, *own_secrets(settings)])
    prompt = Prompt(settings.templates_dir, settings.language, mask)
    return LanguageModel(chat, prompt, settings.llm_timeout, mask)
