"""A runbook and its values → a sealed plan: everything that will run, script bytes included, under one hash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.errors import ParameterMissing, ParameterRefused, PlanError
from bot.model import (
    Action,
    Alert,
    AlertResolved,
    ApprovalRule,
    Ask,
    Command,
    Http,
    Limits,
    Notify,
    Param,
    Plan,
    Script,
    Step,
    Tcp,
    Undo,
    Wait,
)
from bot.runbooks.addresses import fill_host, fill_url
from bot.runbooks.format import (
    CheckEntry,
    HttpSpec,
    ParamSpec,
    Runbook,
    StepEntry,
    TcpSpec,
    UndoEntry,
    VerifyEntry,
    WaitSpec,
)
from bot.runbooks.placeholders import names, replace, replace_all, replace_known
from bot.runbooks.scripts import read_script
from bot.runbooks.values import refusal

# -- values ---


def fill(runbook: Runbook, alert: Alert | None, given: Mapping[str, str]) -> tuple[Param, ...]:
    """Every parameter's value: what a person gave, else the alert's label, else the default.

    Secrets are none of these: the bot's environment has them. Raises ParameterRefused for values that do not fit (a
    label's too: another service's default would be a wrong guess) and ParameterMissing for those that nobody gave.
    """
    refused = [f"{_quoted(name)}: {runbook.id} has no such parameter" for name in given if name not in runbook.params]
    secret = {name for name, spec in runbook.params.items() if spec.type == "secret"}
    refused += [f"{name} is a secret; it comes from the bot's environment alone" for name in given if name in secret]
    missing: list[str] = []
    params: list[Param] = []
    for name, spec in runbook.params.items():
        if spec.type == "secret":
            continue
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


def known_values(runbook: Runbook, alert: Alert | None) -> dict[str, str]:
    """What the alert's labels and the defaults say, whether it can be used or not."""
    found = {name: _value(name, spec, alert, {}) for name, spec in runbook.params.items() if spec.type != "secret"}
    return {name: param.value for name, param in found.items() if param is not None}


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


def seal(runbook: Runbook, params: Iterable[Param], folder: Path, *, for_alert: bool = False) -> Plan:
    """The plan, with the scripts' bytes as they are in the folder now. Raises PlanError when it cannot be made.

    Not `for_alert`, there is none that could be resolved, and `alert: resolved` is left out of what is verified.
    """
    values = {param.name: param.value for param in params}
    secrets = {name: spec.env for name, spec in runbook.params.items() if spec.type == "secret" and spec.env}
    if unfilled := [name for name in runbook.params if name not in values and name not in secrets]:
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
            verify=tuple(
                _verify(entry, at, values)
                for at, entry in enumerate(runbook.verify, start=1)
                if for_alert or not entry.alert
            ),
            approval=ApprovalRule(approval.required, approval.roles, approval.self_approval, approval.expires),
            lock=_lock(runbook, values),
            timeout=runbook.timeout,
            env=runbook.env,
            on_failure=runbook.on_failure,
            cooldown=runbook.cooldown or 0.0,
            limits=Limits(**runbook.limits.model_dump()),
            secrets=secrets,
        )
    except ValueError as wrong:
        raise ParameterRefused(str(wrong)) from None


def _lock(runbook: Runbook, values: Mapping[str, str]) -> str | None:
    """What rests must have a name: a cooldown without a lock is the runbook's own."""
    if runbook.lock:
        return replace(runbook.lock, values)
    return f"runbook:{runbook.id}" if runbook.cooldown else None


def _check(entry: CheckEntry, values: Mapping[str, str], folder: Path) -> Step:
    action = _action(entry, values, folder, script=entry.script, http=entry.http, tcp=entry.tcp)
    return Step(entry.id, entry.say, action, entry.timeout)


def _step(entry: StepEntry, values: Mapping[str, str], folder: Path) -> Step:
    if entry.wait:
        probe = _probe(entry.wait, values)
        action: Action = Wait(probe, entry.wait.every, entry.wait.limit, entry.wait.stable)
    elif entry.notify:
        action = Notify(entry.notify.channel.removeprefix("#"), replace(entry.notify.text, values))
    elif entry.ask:
        action = Ask(replace(entry.ask, values))
    else:
        action = _action(entry, values, folder, script=entry.script, http=entry.http)
    return Step(
        id=entry.id,
        say=entry.say,
        action=action,
        timeout=entry.limit,
        retries=entry.retries,
        repeat_safe=entry.repeat_safe,
        optional=entry.optional,
        undo=_undo(entry.undo, values, folder) if entry.undo else None,
    )


def _undo(entry: UndoEntry, values: Mapping[str, str], folder: Path) -> Undo:
    action = _action(entry, values, folder, script=entry.script, http=entry.http)
    assert not isinstance(action, Tcp)  # noqa: S101  # an undo of the format has none
    return Undo(action, entry.timeout)


def _verify(entry: VerifyEntry, at: int, values: Mapping[str, str]) -> Step:
    action = AlertResolved(entry.limit) if entry.alert else _probe(entry, values)
    return Step(entry.id or f"verify-{at}", entry.say, action, entry.limit if entry.alert else entry.timeout)


def _action(
    entry: CheckEntry | StepEntry | UndoEntry,
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
        headers = {name: _header(name, text, values) for name, text in http.headers.items()}
        return Http(fill_url(http.url, values), http.method, headers, replace_all(http.body, values), http.status)
    if tcp is not None:
        return Tcp(fill_host(tcp.host, values), tcp.port)
    raise PlanError("An entry without an action came past the format.")


def _header(name: str, text: str, values: Mapping[str, str]) -> str:
    value = replace_known(text, values)
    # Some programs read a header without the spaces around it, and a value is never trimmed.
    if not value.isascii() or not value.isprintable() or value != value.strip():
        asked = " and ".join(dict.fromkeys(names(text)))
        raise ValueError(f"{asked} would put into the header {name} what it may not hold: spaces around, or no ASCII")
    return value
