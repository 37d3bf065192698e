"""One action of a plan, performed: a command, a script, a request, a connection, or waiting for one of them."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.model import Action, Command, Http, Outcome, Plan, Result, Script, Step, Tcp, Wait
from bot.runbooks.network import connect, request
from bot.runbooks.process import Exit, How, Processes, Started, signal_name, why_refused

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PROBE_TIMEOUT = 10.0


@dataclass(frozen=True)
class Surroundings:
    """What the outside gives to runs: an existing folder for their work, and the bot's environment."""

    scratch: Path
    environ: Mapping[str, str]


@dataclass(frozen=True)
class Site:
    """Where one run's steps are performed, and what can end them early.

    `stop` cuts the step under way, whoever sets it and why; what that means for the run is the setter's to say.
    """

    processes: Processes
    stop: threading.Event

    def perform(self, step: Step, started: Started, limit: float | None = None) -> Outcome:
        """Performs the step within its timeout or `limit` seconds, the lesser. What it does raises nothing."""
        timeout = step.timeout if limit is None else min(step.timeout, limit)
        began = time.monotonic()
        if isinstance(step.action, Wait):
            outcome = self._wait(step.action, timeout, started)
        else:
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
                return request(action, timeout, self.stop)
            case Tcp():
                return connect(action, timeout, self.stop)
            case Wait():
                return self._wait(action, timeout, started)

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


def environment(plan: Plan, environ: Mapping[str, str]) -> dict[str, str]:
    """All that a plan's commands see: PATH, HOME, LANG, what the runbook names, and its parameters."""
    seen = {name: environ[name] for name in ("PATH", "HOME", "LANG", *plan.env) if name in environ}
    return {"PATH": _PATH, "HOME": "/", "LANG": "C.UTF-8"} | seen | parameters(plan)


def parameters(plan: Plan) -> dict[str, str]:
    return {f"RUNBOOK_{name.upper()}": value for name, value in plan.params.items()}


def _judged(exit_: Exit, ok: tuple[int, ...], timeout: float) -> Outcome:
    match exit_.how:
        case How.EXITED if exit_.code < 0:
            return _ended(Result.FAILED, f"ended by {signal_name(-exit_.code)}", exit_.output)
        case How.EXITED:
            result = Result.OK if exit_.code in ok else Result.FAILED
            return _ended(result, f"exit code {exit_.code}", exit_.output)
        case How.TIMED_OUT:
            return _ended(Result.TIMED_OUT, f"not done within {_seconds(timeout)}, and ended", exit_.output)
        case How.STOPPED:
            return _ended(Result.UNKNOWN, "ended before it was done", exit_.output)
        case How.REFUSED:
            return _ended(Result.FAILED, f"not started: {why_refused(exit_.code)}")
        case How.LOST:
            return _ended(Result.UNKNOWN, "its supervisor died; whether it was done is not known", exit_.output)
        case How.STUCK:
            return _ended(Result.UNKNOWN, "it could not be ended and may still run", exit_.output)


def _ended(result: Result, said: str, output: str = "") -> Outcome:
    return Outcome(result, said, output, 0.0)


def _seconds(seconds: float) -> str:
    return f"{seconds:.3g} s"
