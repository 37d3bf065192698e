"""What a plan will do, in words that are exact: one line for each thing that may be started. Pure.

A card in Slack, a terminal and the cases of `runbook test` say it in these same words.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable

from bot.model import Action, AlertResolved, Ask, Command, Http, Notify, Script, Step, Tcp, Wait

Quote = Callable[[str], str]


def describe(step: Step) -> str:
    """All that the step may do, in one line: the action, how often it is tried, and what takes it back."""
    parts = [described(step.action)]
    if step.retries:
        parts.append(f"tried up to {step.retries + 1} times")
    if step.optional:
        parts.append("optional")
    if step.undo:
        parts.append(f"undo: {described(step.undo.action)}")
    return " · ".join(parts)


def described(action: Action, quote: Quote = shlex.quote) -> str:
    """The action alone, in one line. `quote` makes an element of a command readable as one."""
    return _one_line(_said(action, quote))


def _said(action: Action, quote: Quote) -> str:
    match action:
        case Command(argv=argv):
            return " ".join(quote(element) for element in argv)
        case Script(path=path):
            return path
        case Http(url=url, method="GET", status=status, headers={}, json=None):
            return f"http {status} from {url}"
        case Http(url=url, method=method, status=status, headers=headers, json=body):
            sent = [f"{name}: {value}" for name, value in headers.items()]
            sent += [] if body is None else [json.dumps(body, ensure_ascii=False)]
            return " · ".join([f"http {method} {url}", *sent, f"expecting {status}"])
        case Tcp(host=host, port=port):
            return f"tcp {host}:{port}"
        case Wait(probe=probe, limit=limit, stable=stable):
            times = f", {stable} times in a row" if stable > 1 else ""
            return f"wait for {_said(probe, quote)}{times}, at most {limit:g} s"
        case Notify(channel=channel, text=text):
            return f"notify #{channel} {text}"
        case Ask(question=question):
            return f"ask {question}"
        case AlertResolved(limit=limit):
            return f"alert resolved within {limit:g} s"


def _one_line(text: str) -> str:
    """A line end is shown as ⏎, and what cannot be shown as its number: no text can pass for a line of its own."""
    shown = text.rstrip("\n").replace("\n", " ⏎ ")
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in shown)
