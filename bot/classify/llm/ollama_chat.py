"""Asks Ollama."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx

from bot.classify.llm.chat import refused
from bot.classify.llm.connection import HEADERS, Connection
from bot.classify.llm.question import Question
from bot.errors import ModelReplyUnusable, ModelUnavailable

if TYPE_CHECKING:
    import ollama

KEEP = "30m"  # in memory after the last question
CONTEXT = 4096  # tokens of question and reply together


class OllamaChat:
    sleeps = True  # a model that nobody asked for a while is no longer in memory
    at_once = 1  # on one machine, parallel questions only wait for each other

    def __init__(self, host: str, model: str) -> None:
        self.url = host
        self.model = model

    def connection(self) -> Connection:
        return Connection(self.url)

    def ask(self, question: Question[Any], connection: Connection, seconds: float) -> str:
        with self._client(connection, seconds) as client:
            answer = client.chat(
                model=self.model,
                messages=[
                    {"role": "system", "content": question.instructions},
                    {"role": "user", "content": question.data},
                ],
                format=question.schema,
                think=False,
                options={"temperature": 0, "seed": 1, "num_ctx": CONTEXT, "num_predict": question.tokens},
                keep_alive=KEEP,
            )
        if not answer.done or answer.done_reason not in {None, "stop"}:
            raise ModelReplyUnusable(
                "its reply was cut off" if answer.done_reason == "length" else "its reply has no end"
            )
        return answer.message.content or ""

    def wake(self, connection: Connection, seconds: float) -> None:
        """A question without words makes Ollama load the model. It gives up when nobody waits for it any more."""
        with self._client(connection, seconds) as client:
            client.chat(model=self.model, messages=[], options={"num_ctx": CONTEXT}, keep_alive=KEEP)

    def models(self, connection: Connection, seconds: float) -> Sequence[str]:
        """`name` stands for `name:latest`, as in Ollama."""
        with self._client(connection, seconds) as client:
            found = [each.model for each in client.list().models if each.model]
        return found + [name.removesuffix(":latest") for name in found if name.endswith(":latest")]

    @contextmanager
    def _client(self, connection: Connection, seconds: float) -> Iterator[ollama.Client]:
        """One whose faults are ours."""
        import ollama  # a third of a second, which no start has to wait for

        try:
            with ollama.Client(
                self.url,
                transport=connection,
                timeout=seconds,
                follow_redirects=False,
                trust_env=False,
                headers=dict(HEADERS),
            ) as client:
                yield client
        except ollama.ResponseError as error:
            raise refused(error.status_code, str(error.error)) from None
        except ConnectionError:
            raise ModelUnavailable(f"nothing answers at {self.url}") from None
        except httpx.TimeoutException:
            raise ModelUnavailable(f"no answer from {self.url} within {seconds:.3g} s") from None
        except httpx.HTTPError as error:
            raise ModelUnavailable(f"no whole answer from {self.url}: {error}") from None
        except (ValueError, TypeError, AttributeError, RecursionError):  # what the library makes of any other JSON
            raise ModelUnavailable(f"what answers at {self.url} is not Ollama") from None
