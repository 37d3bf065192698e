"""One action of a plan, performed: a command, a script, a request, a connection, a message, or a wait."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.errors import SecretMissing
from bot.model import (
    Action,
    AlertResolved,
    Ask,
    Command,
    Http,
    Notify,
    Outcome,
    Plan,
    Result,
    Script,
    Step,
    Tcp,
    Wait,
)
from bot.runbooks.judge import by_exit_code
from bot.runbooks.network import connect, request
from bot.runbooks.processes.process import Exit, How, Processes, Started, signal_name, why_refused

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PROBE_TIMEOUT = 10.0
_LOOK = 0.5  # seconds between two looks at whether the alert is over


def _no_slack(notify: Notify, _step: str, _timeout: float, _stop: threading.Event) -> Outcome:
    return Outcome(Result.FAILED, f"not posted to #{notify.channel}: there is no Slack here", "", 0.0)


@dataclass(frozen=True)
class Surroundings:
    """What the outside gives to runs: an existing folder for their work, and the bot's environment.

    `post` puts a message into a channel, and returns when it stands there; it is told the step's id, the seconds that
    it may take and what ends it early. `resolved` tells whether the alert that the run is about is over. `held` is a
    descriptor that the supervisors keep open as long as they live.
    """

    scratch: Path
    environ: Mapping[str, str]
    post: Callable[[Notify, str, float, threading.Event], Outcome] = _no_slack
    resolved: Callable[[], bool] = lambda: False
    held: int | None = None


@contextmanager
def open_site(
    plan: Plan, surroundings: Surroundings, stop: threading.Event, secrets: Mapping[str, str]
) -> Iterator[Site]:
    """Where the plan's steps can be performed, with its secrets' values as `secrets_of` gives them."""
    seen = environment(plan, surroundings.environ) | {f"RUNBOOK_{name.upper()}": secrets[name] for name in secrets}
    masked = tuple(os.fsencode(value) for value in secrets.values())
    with Processes(surroundings.scratch, seen, limits=plan.limits, secrets=masked, held=surroundings.held) as processes:
        yield Site(processes, stop, surroundings, secrets)


@dataclass(frozen=True)
class Site:
    """Where one run's steps are performed, and what can end them early.

    `stop` cuts the step under way, whoever sets it and why; what that means for the run is the setter's to say.
    """

    processes: Processes
    stop: threading.Event
    surroundings: Surroundings
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def perform(self, step: Step, started: Started, limit: float | None = None) -> Outcome:
        """Performs the step within its timeout or `limit` seconds, the lesser. What it does raises nothing."""
        timeout = step.timeout if limit is None else min(step.timeout, limit)
        began = time.monotonic()
        match step.action:
            case Wait():
                outcome = self._wait(step.action, timeout, started)
            case Notify():
                outcome = self.surroundings.post(step.action, step.id, timeout, self.stop)
            case AlertResolved():
                outcome = self._until_resolved(timeout)
            case _:
                outcome = self._once(step.action, timeout, started)
        return replace(outcome, seconds=time.monotonic() - began)

    def _once(self, action: Action, timeout: float, started: Started) -> Outcome:
        match action:
            case Command():
                return _judged(self.processes.run(action.argv, timeout, self.stop, started), action.ok, timeout)
            case Script():
                try:
                    file = self.processes.write_script(action.path, action.body)
                except OSError as wrong:
                    return _ended(Result.FAILED, f"not started: the script cannot be written: {wrong.strerror}")
                return _judged(self.processes.run((file,), timeout, self.stop, started), action.ok, timeout)
            case Http():
                return request(action, timeout, self.stop, self.secrets)
            case Tcp():
                return connect(action, timeout, self.stop)
            case Wait() | Notify() | Ask() | AlertResolved():
                raise TypeError(f"{action.kind} is not done at one go")

    def _wait(self, wait: Wait, timeout: float, started: Started) -> Outcome:
        """Until the probe holds often enough in a row; what the last try said is the output."""
        limit = min(wait.limit, timeout)
        deadline = time.monotonic() + limit
        held = 0
        last = "it was not tried"
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return _ended(Result.TIMED_OUT, f"not within {_seconds(limit)}: {last}")
            probe = self._once(wait.probe, min(left, _PROBE_TIMEOUT), started)
            last = probe.said
            held = held + 1 if probe.ok else 0
            if held >= wait.stable:
                times = f", {held} times in a row" if held > 1 else ""
                return _ended(Result.OK, f"{last}{times}", probe.output)
            if self.stop.wait(min(wait.every, max(deadline - time.monotonic(), 0))):
                return _ended(Result.UNKNOWN, f"stopped while waiting: {last}", probe.output)

    def _until_resolved(self, timeout: float) -> Outcome:
        deadline = time.monotonic() + timeout
        while not self.surroundings.resolved():
            if (left := deadline - time.monotonic()) <= 0:
                return _ended(Result.FAILED, f"the alert was not resolved within {_seconds(timeout)}")
            if self.stop.wait(min(_LOOK, left)):
                return _ended(Result.UNKNOWN, "stopped while waiting for the alert to be resolved")
        return _ended(Result.OK, "the alert is resolved")


def secrets_of(plan: Plan, environ: Mapping[str, str]) -> dict[str, str]:
    """Each secret parameter's value, read now. Raises SecretMissing for those that the environment does not have."""
    missing = [variable for variable in plan.secrets.values() if not environ.get(variable)]
    if missing:
        raise SecretMissing(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set where the bot runs")
    return {name: environ[variable] for name, variable in plan.secrets.items()}


def environment(plan: Plan, environ: Mapping[str, str]) -> dict[str, str]:
    """All that a plan's commands see: PATH, HOME, LANG, what the runbook names, and its parameters."""
    seen = {name: environ[name] for name in ("PATH", "HOME", "LANG", *plan.env) if name in environ}
    return {"PATH": _PATH, "HOME": "/", "LANG": "C.UTF-8"} | seen | parameters(plan)


def parameters(plan: Plan) -> dict[str, str]:
    return {f"RUNBOOK_{name.upper()}": value for name, value in plan.params.items()}


def _judged(exit_: Exit, ok: tuple[int, ...], timeout: float) -> Outcome:
    match exit_.how:
        case How.EXITED if exit_.limit:
            return _ended(Result.FAILED, f"ended, as it {exit_.limit}", exit_.output)
        case How.EXITED if exit_.code < 0:
            return _ended(Result.FAILED, f"ended by {signal_name(-exit_.code)}", exit_.output)
        case How.EXITED:
            return by_exit_code(exit_.code, ok, exit_.output)
        case How.TIMED_OUT:
            return _ended(Result.TIMED_OUT, f"not done within {_seconds(timeout)}, and ended", exit_.output)
        case How.STOPPED:
            return _ended(Result.UNKNOWN, "ended before it was done", exit_.output)
        case How.REFUSED:
            return _ended(Result.FAILED, f"not started: {why_refused(exit_.code)}")
        case How.LOST:
            lost = _ended(Result.UNKNOWN, "its supervisor died; whether it was done is not known", exit_.output)
            return replace(lost, at_large=True)
        case How.STUCK:
            stuck = _ended(Result.UNKNOWN, "it could not be ended and may still run", exit_.output)
            return replace(stuck, at_large=True)


def _ended(result: Result, said: str, output: str = "") -> Outcome:
    return Outcome(result, said, output, 0.0)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3g} s"
