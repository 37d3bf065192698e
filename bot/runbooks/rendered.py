"""A runbook as Markdown, for people who want to know what it is and does before they use it. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator

from bot.model import Action, AlertResolved, Ask, Command, Http, Notify, Script, Tcp, Wait
from bot.runbooks.described import described
from bot.runbooks.format import (
    CheckEntry,
    HttpSpec,
    Limits,
    MatchEntry,
    ParamSpec,
    Runbook,
    StepEntry,
    TcpSpec,
    UndoEntry,
    VerifyEntry,
    WaitSpec,
)
from bot.runbooks.written import duration, size

_NOTHING = "–"
_ON_FAILURE = {
    "stop": "If a step fails, the run stops there.",
    "undo": "If a step fails, what was done is taken back, the last first.",
    "ask": "If a step fails, a person is asked how it goes on.",
}


def rendered(runbook: Runbook) -> str:
    """The whole of it: its text, and what the file says besides. Placeholders stay as they are."""
    parts = [f"# {runbook.title}", _facts(runbook), runbook.doc.strip()]
    parts += _part("Parameters", _params(runbook))
    parts += _part("Fits", _match(runbook))
    if runbook.steps:
        parts += _part("Approval", _approval(runbook))
        parts += _part("Checks", (_entry(at, each) for at, each in enumerate(runbook.check, 1)))
        parts += _part("Steps", (_entry(at, each) for at, each in enumerate(runbook.steps, 1)))
        parts += _part("Verify", (_entry(at, each) for at, each in enumerate(runbook.verify, 1)))
        parts += _part("Bounds", _bounds(runbook))
    return "\n\n".join(parts) + "\n"


def _part(title: str, lines: Iterable[str]) -> list[str]:
    found = "\n".join(lines)
    return [f"## {title}", found] if found else []


def _facts(runbook: Runbook) -> str:
    facts = [_code(runbook.id)]
    facts.append(f"risk {runbook.risk}" if runbook.steps else "prose, nothing to run")
    if runbook.owner:
        facts.append(f"owner {runbook.owner}")
    facts.append(f"reviewed {runbook.reviewed.isoformat()}" if runbook.reviewed else "never reviewed")
    return " · ".join(facts)


# -- what it takes and when it fits ---


def _params(runbook: Runbook) -> Iterator[str]:
    if not runbook.params:
        return
    yield "| name | allowed | taken from | default | meaning |"
    yield "|---|---|---|---|---|"
    for name, spec in runbook.params.items():
        preset = _NOTHING if spec.preset is None else _code(spec.preset) if spec.preset else "an empty text"
        cells = (_code(name), _allowed(spec), _sources(spec), preset, spec.description or _NOTHING)
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _allowed(spec: ParamSpec) -> str:
    if spec.type == "integer":
        low, high = spec.min or 0, spec.max
        return f"{low} to {high}" if high is not None else f"from {low}"
    if spec.enum:
        return ", ".join(_code(value) for value in spec.enum)
    if spec.pattern:
        return _code(spec.pattern)
    return "a secret" if spec.type == "secret" else "any text"


def _sources(spec: ParamSpec) -> str:
    if spec.env:
        return f"the bot's environment, {_code(spec.env)}"
    return ", ".join(f"label {_code(source.removeprefix('labels.'))}" for source in spec.source) or _NOTHING


def _match(runbook: Runbook) -> Iterator[str]:
    for entry in runbook.match:
        yield f"- {' and '.join(_conditions(entry))}"
    if not runbook.match:
        yield "No alert by its `match`; it is found by its text, or by hand."
    if runbook.severity:
        yield f"- An alert that fits is at least {runbook.severity}."
    if runbook.schedule:
        yield f"- It is proposed by itself at {_code(runbook.schedule)} (cron, in the rota's zone)."


def _conditions(entry: MatchEntry) -> Iterator[str]:
    if entry.alert:
        yield f"alert {_either(entry.alert)}"
    for name, value in (entry.labels or {}).items():
        yield f"label {_code(name)} is {_code(value)}"
    if entry.category:
        yield f"category {entry.category}"
    if entry.text:
        yield f"text {_either(entry.text)}"


def _either(values: Iterable[str]) -> str:
    *before, last = (_code(value) for value in values)
    return f"{', '.join(before)} or {last}" if before else last


# -- who may start it, and what it may do ---


def _approval(runbook: Runbook) -> Iterator[str]:
    rule = runbook.approval
    if rule.required == 0:
        yield "- It may run by itself where the team's file lists it under `unattended`."
    else:
        people = "one person" if rule.required == 1 else f"{rule.required} people"
        own = "who may be the one who asked" if rule.self_approval else "who did not ask for it"
        yield f"- Risk {runbook.risk}: approved by {people} of {_either(rule.roles)}, {own}."
        yield f"- A proposal is open for {duration(rule.expires)}."
    if runbook.lock:
        yield f"- One run at a time for {_code(runbook.lock)}."
    if runbook.cooldown:
        yield f"- At least {duration(runbook.cooldown)} between two runs{' of that' if runbook.lock else ''}."


def _entry(number: int, entry: CheckEntry | StepEntry | VerifyEntry) -> str:
    """Its name and what it is for; below that, what is started, and how."""
    name = entry.id or f"verify-{number}"
    notes = [_code(described(_action(entry), _quoted))]
    if entry.ok:
        notes.append(f"exit code {' or '.join(str(code) for code in entry.ok)}")
    if isinstance(entry, StepEntry):
        notes += _conduct(entry)
    elif "timeout" in entry.model_fields_set:
        notes.append(f"at most {duration(entry.timeout)}")
    say = f": {entry.say}" if entry.say else ""
    return f"{number}. **{name}**{say}  \n   {' · '.join(notes)}"


def _conduct(step: StepEntry) -> Iterator[str]:
    if step.timeout:
        yield f"at most {duration(step.timeout)}"
    if step.retries:
        yield f"tried up to {step.retries + 1} times"
    elif step.repeat_safe:
        yield "safe to repeat"
    if step.optional:
        yield "optional: its failure does not fail the run"
    if step.undo:
        yield f"undo: {_code(described(_action(step.undo), _quoted))}"


def _bounds(runbook: Runbook) -> Iterator[str]:
    yield f"- The whole run takes at most {duration(runbook.timeout)}."
    yield f"- {_ON_FAILURE[runbook.on_failure]}"
    usual, own = Limits(), runbook.limits
    changed = [
        f"{name} {told}"
        for name, told in (
            ("processor time", own.cpu != usual.cpu and duration(own.cpu)),
            ("memory", own.memory != usual.memory and size(own.memory)),
            ("processes", own.processes != usual.processes and str(own.processes)),
            ("a file", own.file != usual.file and size(own.file)),
        )
        if told
    ]
    if changed:
        yield f"- Each step may use: {', '.join(changed)}."
    if runbook.env:
        yield f"- Steps see {', '.join(_code(name) for name in runbook.env)} of the bot's environment."


def _action(entry: CheckEntry | StepEntry | VerifyEntry | UndoEntry | WaitSpec) -> Action:
    """What a plan would hold, with the placeholders still in it."""
    script: str | None = getattr(entry, "script", None)
    http: HttpSpec | None = getattr(entry, "http", None)
    tcp: TcpSpec | None = getattr(entry, "tcp", None)
    if isinstance(entry, VerifyEntry) and entry.alert:
        return AlertResolved(entry.limit)
    if isinstance(entry, StepEntry) and entry.notify:
        return Notify(entry.notify.channel.removeprefix("#"), entry.notify.text)
    if isinstance(entry, StepEntry) and entry.ask:
        return Ask(entry.ask)
    if isinstance(entry, StepEntry) and entry.wait:
        probe = _action(entry.wait)
        assert isinstance(probe, Command | Http | Tcp)  # noqa: S101 - a wait of the format has no other
        return Wait(probe, entry.wait.every, entry.wait.limit, entry.wait.stable)
    if script is not None:
        return Script(script, b"")
    if http is not None:
        return Http(http.url, http.method, http.headers, http.body, http.status)
    if tcp is not None:
        return Tcp(tcp.host, tcp.port)
    return Command(entry.run or ())


# -- in Markdown ---


def _quoted(element: str) -> str:
    """An argv element so that one sees where it ends; placeholders need no quotes."""
    return element if re.fullmatch(r"[\w@%+=:,./{}-]+", element) else shlex.quote(element)


def _code(text: str) -> str:
    """As code, with a fence longer than any row of backticks in the text."""
    fence = "`" * (max((len(row) for row in re.findall("`+", text)), default=0) + 1)
    room = " " if len(fence) > 1 else ""
    return f"{fence}{room}{text}{room}{fence}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
