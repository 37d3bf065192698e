"""Trouble on demand: what tests ask to go wrong between the app and Slack."""

from __future__ import annotations

import threading
from dataclasses import dataclass

CALL_KINDS = ("rate_limited", "server_error", "drop_before", "drop_after", "delay")
DELIVERY_KINDS = ("duplicate", "late", "reorder", "hold")


@dataclass
class CallFault:
    """What happens to the next `times` calls of a Web API method ("*": any; "webhook", "response_url": those)."""

    method: str
    kind: str
    times: int
    retry_after: int
    status: int
    seconds: float


@dataclass
class DeliveryFault:
    """What happens to the next `times` envelopes of a type: events_api, interactive or slash_commands."""

    kind: str
    times: int
    type: str
    seconds: float


class Faults:
    """The faults that wait to happen. Safe to add to from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[CallFault] = []
        self._deliveries: list[DeliveryFault] = []

    def add(
        self,
        method: str = "*",
        times: int = 1,
        kind: str = "server_error",
        retry_after: int = 1,
        status: int = 500,
        seconds: float = 1.0,
    ) -> None:
        """Spoils the next `times` calls.

        rate_limited: 429 with Retry-After `retry_after` · server_error: HTTP `status` · drop_before: the connection is
        closed and nothing happened · drop_after: it happened, then the connection is closed without an answer ·
        delay: it happens, and the answer comes `seconds` later.
        """
        _known(kind, CALL_KINDS)
        with self._lock:
            self._calls.append(CallFault(method, kind, times, retry_after, status, seconds))

    def deliver(self, kind: str, times: int = 1, type: str = "events_api", seconds: float = 0.5) -> None:
        """Spoils the next `times` envelopes to the app.

        duplicate: sent twice · late: sent `seconds` later · hold: kept until release() · reorder: `times` of them (at
        least two) are gathered and sent in reverse.
        """
        _known(kind, DELIVERY_KINDS)
        with self._lock:
            self._deliveries.append(DeliveryFault(kind, max(times, 2) if kind == "reorder" else times, type, seconds))

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()
            self._deliveries.clear()

    def for_call(self, method: str) -> CallFault | None:
        """Takes the fault that the next call of this method is to suffer."""
        with self._lock:
            fault = next((each for each in self._calls if each.method in ("*", method)), None)
            if fault is not None:
                fault.times -= 1
                if not fault.times:
                    self._calls.remove(fault)
            return fault

    def for_delivery(self, type: str) -> DeliveryFault | None:
        """Takes the fault that the next envelope of this type is to suffer, with the `times` that are left of it."""
        with self._lock:
            fault = next((each for each in self._deliveries if each.type == type), None)
            if fault is not None:
                fault.times -= 1
                if not fault.times:
                    self._deliveries.remove(fault)
            return fault


def _known(kind: str, kinds: tuple[str, ...]) -> None:
    if kind not in kinds:
        raise ValueError(f"{kind!r} is not one of {', '.join(kinds)}")
