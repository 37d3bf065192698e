"""The one way this workspace says no."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """Slack would refuse this: `error` is Slack's code, `details` what stands beside it in the answer."""

    def __init__(self, error: str, **details: Any) -> None:
        super().__init__(error)
        self.error = error
        self.details = details


def invalid_arguments(*messages: str) -> Refused:
    """Slack's answer to a missing or malformed argument, each fault in its own line."""
    return Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {text}" for text in messages]})
