"""Alertmanager's API, version 2: its alerts, and its silences, made and ended. Answers are read strictly at this door.

Source: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar
from urllib.parse import unquote, urlsplit

import httpx
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter, ValidationError

from bot.deadline import Line, exchange
from bot.errors import (
    AlertmanagerInDoubt,
    AlertmanagerRefused,
    AlertmanagerReplyUnusable,
    AlertmanagerUnavailable,
    Overdue,
    SilenceUnknown,
)
from bot.model import KnownAlert, KnownSilence, Matcher

PATIENCE = 5.0  # seconds that an answer may take
_MOST = 16 * 1024 * 1024  # bytes of one: it tells every alert, and every silence of the last five days
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)  # so that any zone can tell it
_SAID = 200  # characters of its own words about what it refuses

_T = TypeVar("_T")


class _Status(BaseModel):
    class _Version(BaseModel):
        version: str

    version_info: _Version = Field(alias="versionInfo")


class _Alert(BaseModel):
    class _State(BaseModel):
        silenced_by: tuple[str, ...] = Field(alias="silencedBy")

    labels: dict[str, str]
    status: _State


class _Matcher(BaseModel):
    name: str
    value: str
    regex: bool = Field(alias="isRegex")
    equal: bool = Field(True, alias="isEqual")  # versions before 0.22 know no other


class _Silence(BaseModel):
    class _State(BaseModel):
        state: Literal["active", "pending", "expired"]

    id: str
    status: _State
    matchers: tuple[_Matcher, ...]
    ends: AwareDatetime = Field(alias="endsAt")
    by: str = Field(alias="createdBy")
    comment: str

    def known(self) -> KnownSilence:
        return KnownSilence(
            id=self.id,
            matchers=tuple(Matcher(each.name, each.value, each.regex, each.equal) for each in self.matchers),
            ends=max(_FIRST, min(self.ends, _LAST)),
            by=self.by,
            comment=self.comment,
            active=self.status.state == "active",
            over=self.status.state == "expired",
        )


class _Made(BaseModel):
    id: str = Field(alias="silenceID", min_length=1)


_STATUS, _ALERTS, _SILENCE = TypeAdapter(_Status), TypeAdapter(list[_Alert]), TypeAdapter(_Silence)
_SILENCES, _MADE = TypeAdapter(list[_Silence]), TypeAdapter(_Made)


class Alertmanager:
    """One at `url`, whose user and password, where it has them, go into a header and nowhere else.

    Every method takes the seconds that it may last, and raises AlertmanagerUnavailable when there is no whole answer,
    AlertmanagerRefused when there is one that says no, and AlertmanagerReplyUnusable when it is none of this API's. No
    error names the address, which may be of no concern to whoever reads it.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        self.where = f"{parts.scheme}://{host}{parts.path.rstrip('/')}"  # without the password: it may be shown
        user = (unquote(parts.username or ""), unquote(parts.password or ""))
        # No proxies and no redirects: what we say, the password included, goes to this server and no other.
        self._client = httpx.Client(
            base_url=f"{self.where}/api/v2/",
            auth=user if any(user) else None,
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),  # each exchange has its own, which can be cut
        )

    def version(self, within: float = PATIENCE) -> str:
        return self._get("status", _STATUS, within).version_info.version

    def alerts(self, name: str, within: float = PATIENCE) -> list[KnownAlert]:
        """Those of this name that it knows at this moment, silenced ones too."""
        found = self._get("alerts", _ALERTS, within, filter=str(Matcher("alertname", name)))
        return [KnownAlert(each.labels, each.status.silenced_by) for each in found]

    def silences(self, within: float = PATIENCE) -> list[KnownSilence]:
        """All that it remembers, also those that are over."""
        return [each.known() for each in self._get("silences", _SILENCES, within)]

    def silence(self, id: str, within: float = PATIENCE) -> KnownSilence:
        """Raises SilenceUnknown too."""
        return self._get(f"silence/{id}", _SILENCE, within).known()

    def make(self, matchers: Sequence[Matcher], ends: datetime, by: str, comment: str, within: float = PATIENCE) -> str:
        """A silence from now on; gives its id. Raises AlertmanagerInDoubt when it may have been made or not."""
        body = {
            "matchers": [
                {"name": each.name, "value": each.value, "isRegex": each.regex, "isEqual": each.equal}
                for each in matchers
            ],
            "startsAt": datetime.now(UTC).isoformat(),
            "endsAt": ends.astimezone(UTC).isoformat(),
            "createdBy": by,
            "comment": comment,
        }
        try:
            return _read(_MADE, self._ask("POST", "silences", within, json=body)).id
        except AlertmanagerReplyUnusable as error:
            raise AlertmanagerInDoubt(str(error)) from error

    def end(self, id: str, within: float = PATIENCE) -> None:
        """Ends it at once; one that is over already stays so. Raises AlertmanagerInDoubt when it may be over or not."""
        self._ask("DELETE", f"silence/{id}", within)

    def close(self) -> None:
        self._client.close()

    # -- one exchange ---

    def _get(self, path: str, kind: TypeAdapter[_T], within: float, **query: str) -> _T:
        return _read(kind, self._ask("GET", path, within, params=query))

    def _ask(self, method: str, path: str, within: float, **parts: Any) -> bytes:
        """The body of its answer, which says yes."""
        unheard = AlertmanagerUnavailable if method == "GET" else AlertmanagerInDoubt

        def ask(line: Line) -> tuple[int, bytes]:
            body = b""
            traced = {"trace": line.trace}
            with self._client.stream(method, path, timeout=within, extensions=traced, **parts) as answer:
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > _MOST:
                        raise unheard(f"its answer is longer than {_MOST // 1024**2} MiB")
            return answer.status_code, body

        try:
            status, body = exchange(within, ask)
        except Overdue as error:
            raise (unheard if error.connected else AlertmanagerUnavailable)(str(error)) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol) as error:
            raise AlertmanagerUnavailable(f"no connection: {error}") from error
        except httpx.TimeoutException as error:
            raise unheard(f"no answer within {within:.3g} s") from error
        except httpx.HTTPError as error:
            raise unheard(f"no whole answer: {error}") from error
        except (OSError, RuntimeError) as error:  # no thread and no handle is left: nothing was said
            raise AlertmanagerUnavailable(f"nobody to ask it: {error}") from error
        _judge(path, status, body, unheard)
        return body


def _judge(path: str, status: int, body: bytes, unheard: type[AlertmanagerUnavailable | AlertmanagerInDoubt]) -> None:
    """Raises what an answer means that is no yes."""
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise AlertmanagerUnavailable(f"HTTP {status}: it sends us to another address; set ALERTMANAGER_URL to that")
    said = _words(body)
    if path.startswith("silence/") and (status == 404 or "not found" in said):  # 0.25 says 500 to ending an unknown one
        raise SilenceUnknown(said)
    if status >= 500:
        raise unheard(f"HTTP {status}: {said}")
    raise AlertmanagerRefused(f"HTTP {status}: {said}")


def _words(body: bytes) -> str:
    """What it says to that: a JSON text, or an object with a message, or whatever a proxy puts there."""
    text = body.decode("utf-8", "replace")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):  # it is nested too deep
        found = text
    if isinstance(found, Mapping):
        found = found.get("message", "")
    return " ".join(str(found).split())[:_SAID] or "without a word"


def _read(kind: TypeAdapter[_T], body: bytes) -> _T:
    try:
        return kind.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise AlertmanagerReplyUnusable(f"its answer is none of API v2: {where}: {first['msg']}") from error
