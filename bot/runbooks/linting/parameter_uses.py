"""Where a runbook's parameters stand, and where they must not: program text, addresses, secrets in plain sight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.errors import PlanError
from bot.runbooks import patterns
from bot.runbooks.addresses import refused_host, refused_template
from bot.runbooks.format import HttpSpec, ParamSpec, Runbook
from bot.runbooks.linting.acts import Act, Finding, acts
from bot.runbooks.linting.programs import chosen_by_parameter, code_with_parameter
from bot.runbooks.placeholders import names, parts, texts
from bot.runbooks.scripts import read_script
from bot.runbooks.values import refusal
from bot.yaml_faults import Loc

_A_SCRIPT = "use a script, which reads RUNBOOK_{} from its environment"
_A_HEADER = "put it into the value of a header"
_NOWHERE = "leave it out"


def findings(runbook: Runbook, folder: Path) -> Iterator[Finding]:
    """What is wrong with the parameters themselves, and with each place that asks for one."""
    yield from _declared(runbook)
    if runbook.lock:
        yield from _text(runbook, runbook.lock, ("lock",))
    for act in acts(runbook):
        yield from _act(runbook, act)
    yield from _said(runbook)
    yield from _unused(runbook, folder)


def _declared(runbook: Runbook) -> Iterator[Finding]:
    for name, spec in runbook.params.items():
        if spec.preset is not None and (why := refusal(spec, spec.preset)):
            yield ("params", name, "default"), "error", f"{why}; choose a default that the parameter allows"
        for at, value in enumerate(spec.enum or ()):
            if spec.pattern and refusal(spec, value):
                yield ("params", name, "enum", at), "error", "does not fit the pattern; mend one of them"
        if runbook.schedule and spec.type != "secret" and spec.preset is None:
            yield ("params", name), "error", "has no default, so no schedule can fill it in; give it one"


# -- places ---


def _act(runbook: Runbook, act: Act) -> Iterator[Finding]:
    if act.run:
        yield from _argv(runbook, act.run, (*act.loc, "run"))
    if act.tcp:
        yield from _host(runbook, act.tcp.host, (*act.loc, "tcp", "host"))
    if act.http:
        yield from _request(runbook, act.http, (*act.loc, "http"))
    if act.notify:
        yield from _text(runbook, act.notify.text, (*act.loc, "notify", "text"))
    if act.ask:
        yield from _text(runbook, act.ask, (*act.loc, "ask"))


def _argv(runbook: Runbook, argv: tuple[str, ...], loc: Loc) -> Iterator[Finding]:
    found = [
        wrong for at, element in enumerate(argv) for wrong in _placeholders(runbook, element, (*loc, at), _A_SCRIPT)
    ]
    yield from found
    if found:
        return
    code = code_with_parameter(argv)
    chosen = chosen_by_parameter(argv)
    if code is not None:
        asked = names(argv[code.at])[0]
        said = f"puts `{{{asked}}}` into what {code.reader} reads as program text; {_A_SCRIPT.format(asked.upper())}"
        yield (*loc, code.at), "error", said
    elif chosen is not None:
        yield (*loc, chosen), "error", f"lets `{argv[chosen]}` choose what is started; write its name or path"
    else:
        yield from _options(runbook, argv, loc)


def _options(runbook: Runbook, argv: tuple[str, ...], loc: Loc) -> Iterator[Finding]:
    for at, element in enumerate(argv[: argv.index("--")] if "--" in argv else argv):
        name = _begins_with_dash(element, runbook.params)
        if name is not None:
            yield (
                (*loc, at),
                "warning",
                f"may begin with `-` by the value of {name}, and a program reads that as an option; "
                'write "--" before it, or let no value begin so',
            )


def _begins_with_dash(element: str, params: Mapping[str, ParamSpec]) -> str | None:
    """The parameter by whose value the element can begin with a dash that the file does not show."""
    for part in parts(element):
        if part.name is None:
            return None
        spec = params[part.name]
        if _may_begin_with_dash(spec):
            return part.name
        if not _may_be_empty(spec):
            return None
    return None


def _may_begin_with_dash(spec: ParamSpec) -> bool:
    if spec.type == "integer":
        return spec.min is not None and spec.min < 0
    if spec.enum is not None:
        return any(value.startswith("-") for value in spec.enum)
    return spec.pattern is not None and patterns.may_begin_with_dash(spec.pattern)


def _may_be_empty(spec: ParamSpec) -> bool:
    if spec.type == "integer":
        return False
    return "" in spec.enum if spec.enum is not None else spec.pattern is None or patterns.may_be_empty(spec.pattern)


def _host(runbook: Runbook, host: str, loc: Loc) -> Iterator[Finding]:
    found = list(_placeholders(runbook, host, loc, _A_SCRIPT))
    yield from found
    if not found and (why := refused_host(host)):
        yield loc, "error", why


def _request(runbook: Runbook, http: HttpSpec, loc: Loc) -> Iterator[Finding]:
    found = list(_placeholders(runbook, http.url, (*loc, "url"), _A_HEADER))
    yield from found
    if not found and (why := refused_template(http.url)):
        yield (*loc, "url"), "error", why
    for name, value in http.headers.items():
        here = (*loc, "headers", name)
        if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum():
            yield here, "error", "is no header name; write letters, digits and -"
        if not (value.isascii() and value.isprintable() and value == value.strip()):
            yield here, "error", "holds what a header may not; write plain ASCII on one line, without spaces around it"
        yield from _placeholders(runbook, value, here, None)
    for text in texts(http.body):
        yield from _text(runbook, text, (*loc, "json"), _A_HEADER)


def _text(runbook: Runbook, text: str, loc: Loc, secret: str = _NOWHERE) -> Iterator[Finding]:
    """A text that people read or that stays one JSON text: any value may stand in it, but no secret."""
    yield from _placeholders(runbook, text, loc, secret, bounded=False)


def _placeholders(
    runbook: Runbook, text: str, loc: Loc, secret: str | None, *, bounded: bool = True
) -> Iterator[Finding]:
    """`secret`: what to do instead of putting a secret here; None where it may stand."""
    try:
        asked = names(text)
    except ValueError as wrong:
        yield loc, "error", str(wrong)
        return
    for name in dict.fromkeys(asked):
        spec = runbook.params.get(name)
        if spec is None:
            known = f"known are {', '.join(runbook.params)}" if runbook.params else "add it there"
            yield loc, "error", f"asks for `{{{name}}}`, which `params` does not have; {known}"
        elif spec.type == "secret":
            if secret is not None:
                mend = secret.format(name.upper())
                yield loc, "error", f"shows the secret `{{{name}}}` to everyone who reads the plan; {mend}"
        elif bounded and not spec.bounded:
            yield loc, "error", f"takes in `{{{name}}}`, which may be anything; give {name} a pattern or an enum"


# -- parameters without effect ---


def _said(runbook: Runbook) -> Iterator[Finding]:
    """Titles stay as they are, so that a runbook is called by one name."""
    said: list[tuple[Loc, str]] = [(("title",), runbook.title)]
    for part, says in (
        ("check", [entry.say for entry in runbook.check]),
        ("steps", [entry.say for entry in runbook.steps]),
        ("verify", [entry.say for entry in runbook.verify]),
    ):
        said += [((part, at, "say"), say) for at, say in enumerate(says)]
    for loc, text in said:
        for name in runbook.params:
            if f"{{{name}}}" in text:
                yield loc, "warning", f"is shown as it is, with `{{{name}}}`; write it without"


def _unused(runbook: Runbook, folder: Path) -> Iterator[Finding]:
    used: set[str] = set()
    read = ""  # what programs are given to read: they find parameters in their environment
    for act in acts(runbook):
        for text in act.texts:
            used.update(part.name for part in parts(text) if part.name)
            read += f"{text}\n"
        if act.script:
            try:
                read += read_script(folder, act.script).decode(errors="replace")
            except PlanError:  # said where the script is named
                return
    used.update(part.name for part in parts(runbook.lock or "") if part.name)
    for name in runbook.params:
        if name not in used and f"RUNBOOK_{name.upper()}" not in read and not _puts_names_together(read):
            yield ("params", name), "warning", "is used by nothing in this runbook; use it or remove it"


def _puts_names_together(program: str) -> bool:
    """`f"RUNBOOK_{name}"` may be any of them."""
    return any(f"RUNBOOK_{end}" in program for end in ("{", '"', "'", "$", "%"))
