"""The one clock. Whatever decides by the time is given `now`; this is what production gives."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    return datetime.now(UTC)
