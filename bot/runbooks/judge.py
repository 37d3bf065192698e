"""What an answer means: an exit code, a status, a connection, and from all of them the verdict. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.model import Http, Outcome, Plan, Reading, Result, Verdict


def by_exit_code(code: int, ok: Collection[int], output: str = "") -> Outcome:
    """A command that ended by itself."""
    return Outcome(Result.OK if code in ok else Result.FAILED, f"exit code {code}", output, 0.0)


def by_status(http: Http, status: int, output: str = "") -> Outcome:
    """A request that was answered."""
    expected = "" if status == http.status else f", not {http.status}"
    result = Result.FAILED if expected else Result.OK
    return Outcome(result, f"http {status}{expected} from {http.url}", output, 0.0)


def verdict_of(plan: Plan, readings: Sequence[Reading]) -> Verdict | None:
    """What the verify entries say of the whole; None when one of them could not be read, so that nobody can say."""
    if any(reading.outcome.result is Result.UNKNOWN for reading in readings):
        return None
    if not plan.verify:
        return Verdict.DONE
    return Verdict.FIXED if all(reading.outcome.ok for reading in readings) else Verdict.NOT_FIXED
