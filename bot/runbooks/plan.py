"""A runbook and its values → a sealed plan: everything that will run, script bytes included, under one hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.errors import ParameterMissing, ParameterRefused, PlanError
from bot.model import Action, Alert, ApprovalRule, Command, Http, Param, Plan, Script, Step, Tcp, Wait
from bot.runbooks.addresses import fill_host, fill_url
from bot.runbooks.format import CheckEntry, HttpSpec, ParamSpec, Runbook, StepEntry, TcpSpec, VerifyEntry, WaitSpec
from bot.runbooks.placeholders import replace, replace_all
from bot.runbooks.scripts import read_script
from bot.runbooks.values import refusal

# -- values ---


def fill(runbook: Runbook, alert: Alert | None, given: Mapping[str, str]) -> tuple[Param, ...]:
    """Every parameter's value: what a person gave, else the alert's label, else the default.

    Raises ParameterRefused for values that do not fit (a label's too: another service's default would be a wrong guess)
    and ParameterMissing for those that nobody gave.
    """
    refused = [f"{name}: {runbook.id} has no such parameter" for name in given if name not in runbook.params]
    missing: list[str] = []
    params: list[Param] = []
    for name, spec in runbook.params.items():
        param = _value(name, spec, alert, given)
        if param is None:
            missing.append(name)
            continue
        if why := refusal(spec, param.value):
            refused.append(f"{name} ({param.origin}) {why}: {_quoted(param.value)}")
        params.append(param)
    if refused:
        raise ParameterRefused("; ".join(refused))
    if missing:
        raise ParameterMissing(f"No value for {', '.join(missing)}: not in the alert, and no default.")
    return tuple(params)


def _value(name: str, spec: ParamSpec, alert: Alert | None, given: Mapping[str, str]) -> Param | None:
    if name in given:
        return Param(name, given[name], "person")
    if alert is not None:
        labels = {**alert.labels, "alertname": alert.name}
        for source in spec.source:
            label = source.removeprefix("labels.")
            if label in labels:
                return Param(name, labels[label], "alert")
    if spec.preset is not None:
        return Param(name, spec.preset, "default")
    return None


def _quoted(value: str) -> str:
    shown = value if len(value) <= 60 else f"{value[:59]}…"
    return ascii(shown) if not shown.isprintable() else f'"{shown}"'


# -- sealing ---


def seal(runbook: Runbook, params: Iterable[Param], folder: Path) -> Plan:
    """The plan, with the scripts' bytes as they are in the folder now. Raises PlanError when it cannot be made."""
    values = {param.name: param.value for param in params}
    if unfilled := [name for name in runbook.params if name not in values]:
        raise ParameterMissing(f"No value for {', '.join(unfilled)}.")
    if not runbook.steps:
        raise PlanError(f"{runbook.id} has no steps; it is there to be read.")
    approval = runbook.approval
    try:
        return Plan(
            runbook=runbook.id,
            title=runbook.title,
            risk=runbook.risk,
            params=values,
            checks=tuple(_check(entry, values, folder) for entry in runbook.check),
            steps=tuple(_step(entry, values, folder) for entry in runbook.steps),
            verify=tuple(_verify(entry, at, values) for at, entry in enumerate(runbook.verify, start=1)),
            approval=ApprovalRule(approval.required, approval.roles, approval.self_approval, approval.expires),
            lock=replace(runbook.lock, values) if runbook.lock else None,
            timeout=runbook.timeout,
            env=runbook.env,
        )
    except ValueError as wrong:
        raise ParameterRefused(str(wrong)) from None


def _check(entry: CheckEntry, values: Mapping[str, str], folder: Path) -> Step:
    action = _action(entry, values, folder, script=entry.script, http=entry.http, tcp=entry.tcp)
    return Step(entry.id, entry.say, action, entry.timeout)


def _step(entry: StepEntry, values: Mapping[str, str], folder: Path) -> Step:
    if entry.wait:
        probe = _probe(entry.wait, values)
        action: Action = Wait(probe, entry.wait.every, entry.wait.limit, entry.wait.stable)
    else:
        action = _action(entry, values, folder, script=entry.script, http=entry.http)
    return Step(entry.id, entry.say, action, entry.limit)


def _verify(entry: VerifyEntry, at: int, values: Mapping[str, str]) -> Step:
    return Step(entry.id or f"verify-{at}", entry.say, _probe(entry, values), entry.timeout)


def _action(
    entry: CheckEntry | StepEntry,
    values: Mapping[str, str],
    folder: Path,
    *,
    script: str | None,
    http: HttpSpec | None = None,
    tcp: TcpSpec | None = None,
) -> Command | Script | Http | Tcp:
    if script is not None:
        try:
            return Script(script, read_script(folder, script), entry.ok or (0,))
        except PlanError as wrong:
            raise PlanError(f"{script} {wrong}") from None
    return _plain(entry.run, entry.ok, http, tcp, values)


def _probe(entry: VerifyEntry | WaitSpec, values: Mapping[str, str]) -> Command | Http | Tcp:
    return _plain(entry.run, entry.ok, entry.http, entry.tcp, values)


def _plain(
    run: tuple[str, ...] | None,
    ok: tuple[int, ...] | None,
    http: HttpSpec | None,
    tcp: TcpSpec | None,
    values: Mapping[str, str],
) -> Command | Http | Tcp:
    if run is not None:
        return Command(tuple(replace(element, values) for element in run), ok or (0,))
    if http is not None:
        headers = {name: _header(name, replace(value, values)) for name, value in http.headers.items()}
        return Http(fill_url(http.url, values), http.method, headers, replace_all(http.body, values), http.status)
    if tcp is not None:
        return Tcp(fill_host(tcp.host, values), tcp.port)
    raise PlanError("An entry without an action came past the format.")


def _header(name: str, value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise ValueError(f"the header {name} would hold characters that a header may not have")
    return value
