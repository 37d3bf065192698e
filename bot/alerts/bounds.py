"""An alert's texts are a stranger's: here they get their limits, whatever the reader took."""

from __future__ import annotations

from dataclasses import replace

from bot.alerts.markup import unformatted, visible
from bot.model import Alert, Link

_NAME, _SUMMARY, _HINT = 200, 2000, 30
_LABELS, _KEY, _VALUE = 40, 60, 300
_LINKS, _WORDS, _ADDRESS = 10, 100, 2000


def bounded(alert: Alert) -> Alert:
    """The same alert in bounded, visible text, with links that a browser opens and no others."""
    return replace(
        alert,
        source=_line(alert.source, 60),
        name=_line(alert.name, _NAME),
        summary=_cut(visible(alert.summary).strip(), _SUMMARY),
        labels={
            _line(key, _KEY): _line(value, _VALUE) for key, value in list(alert.labels.items())[:_LABELS] if key.strip()
        },
        severity_hint=(_line(alert.severity_hint, _HINT) or None) if alert.severity_hint else None,
        links=tuple(
            Link(_line(unformatted(link.title), _WORDS) or "Open", visible(link.url))
            for link in alert.links
            if link.url.startswith(("http://", "https://")) and len(link.url) <= _ADDRESS and _is_plain(link.url)
        )[:_LINKS],
    )


def _is_plain(url: str) -> bool:
    return not any(char in url for char in "<>|\"' \n\t\\")


def _line(text: str, most: int) -> str:
    return _cut(" ".join(visible(text).split()), most)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
