"""Asks Gemini or Groq through their OpenAI-compatible endpoints. Needs the extra `cloud`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from pydantic import BaseModel, SecretStr

from bot.classify.llm.chat import refused
from bot.classify.llm.connection import HEADERS, Connection
from bot.classify.llm.question import Question
from bot.errors import ModelError, ModelReplyUnusable, ModelUnavailable

# ai.google.dev/gemini-api/docs/openai and console.groq.com/docs/openai
ENDPOINTS: Mapping[str, str] = {
    "gemini": "https://generativelanguage.googleapis.com/v1beta/openai/",
    "groq": "https://api.groq.com/openai/v1/",
}
TOKENS = 1024  # of a reply, and of what a model thinks before it


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Completion(BaseModel):
    choices: list[_Choice]


class _Listed(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Listed]


class OpenAIChat:
    sleeps = False
    at_once = 2

    def __init__(self, provider: str, key: SecretStr, model: str, url: str) -> None:
        self._provider = provider
        self._key = key
        self.model = model
        self.url = url

    def connection(self) -> Connection:
        return Connection(self.url, proxies=True)

    def ask(self, question: Question[Any], connection: Connection, seconds: float) -> str:
        """The library builds its objects from whatever comes, so the bytes are read by our own models."""
        exact = self._provider == "groq" and self.model.startswith("openai/gpt-oss")
        form = {"name": "opinion", "schema": question.schema, **({"strict": True} if exact else {})}
        with self._client(connection, seconds) as client:
            answer = client.chat.completions.with_raw_response.create(
                model=self.model,
                messages=[
                    {"role": "system", "content": question.instructions},
                    {"role": "user", "content": question.data},
                ],
                response_format={"type": "json_schema", "json_schema": form},
                temperature=0,
                max_completion_tokens=TOKENS,
                **self._thinking(),
            )
            choices = _Completion.model_validate_json(answer.http_response.content).choices
        if not choices or choices[0].finish_reason != "stop":
            cut = bool(choices) and choices[0].finish_reason == "length"
            raise ModelReplyUnusable("its reply was cut off" if cut else "its reply has no end")
        return choices[0].message.content or ""

    def _thinking(self) -> dict[str, str]:
        """As little as the provider lets one ask for. A model that does not think refuses to be asked."""
        if self._provider == "gemini" and self.model.startswith("gemini"):
            return {"reasoning_effort": "minimal"}
        if self._provider == "groq" and self.model.startswith("openai/gpt-oss"):
            return {"reasoning_effort": "low"}
        return {}

    def wake(self, connection: Connection, seconds: float) -> None:  # noqa: ARG002 - nobody is asked
        """Ours alone sleeps: the library takes half a second to import."""
        with _library():
            return

    def models(self, connection: Connection, seconds: float) -> Sequence[str]:
        """Gemini lists `models/NAME` and is asked for NAME."""
        with self._client(connection, seconds) as client:
            answer = client.models.with_raw_response.list()
            listed = _Models.model_validate_json(answer.http_response.content).data
        return [each.id.removeprefix("models/") for each in listed]

    @contextmanager
    def _client(self, connection: Connection, seconds: float) -> Iterator[Any]:
        """One whose faults are ours, which asks once and goes nowhere else."""
        with _library() as openai, httpx.Client(transport=connection, timeout=seconds, follow_redirects=False) as http:
            try:
                yield openai.OpenAI(
                    api_key=self._key.get_secret_value(),
                    base_url=self.url,
                    http_client=http,
                    timeout=seconds,
                    max_retries=0,
                    default_headers=dict(HEADERS),
                )
            except openai.APIStatusError as error:
                raise refused(error.status_code, error.message) from None
            except openai.APITimeoutError:
                raise ModelUnavailable(f"no answer from {self.url} within {seconds:.3g} s") from None
            except openai.APIConnectionError as error:
                if isinstance(error.__cause__, ModelError):
                    raise error.__cause__ from None
                raise ModelUnavailable(f"no whole answer from {self.url}: {error.__cause__ or error}") from None
            except (openai.OpenAIError, httpx.HTTPError, ValueError, TypeError, AttributeError, RecursionError):
                raise ModelUnavailable(f"what answers at {self.url} is not the API of {self._provider}") from None


@contextmanager
def _library() -> Iterator[Any]:
    try:
        import openai
    except ImportError:
        raise ModelUnavailable(
            "the library openai is not installed; it is the extra `cloud`, which make setup installs"
        ) from None
    yield openai
