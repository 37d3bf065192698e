"""A verify entry that cannot fail is found out, and one that can is left alone."""

from __future__ import annotations

import pytest

from bot.runbooks.linting.always_true import why_always_holds

ALWAYS = [
    (["true"], [0], "runs true, which always succeeds"),
    (["/bin/true"], [0], "runs true, which always succeeds"),
    (["sudo", "-n", "echo", "{x}"], [0], "runs echo, which always succeeds"),
    (["timeout", "5", "printf", "up"], [0], "runs printf, which always succeeds"),
    (["env", "A=b", "sleep", "1"], [0, 1], "runs sleep, which always succeeds"),
    (["test", "1", "-eq", "2"], [0], "compares what is written here with what is written here"),
    (["test", "!", "-z", "x"], [0], "compares what is written here with what is written here"),
    (["[", "a", "=", "a", "]"], [0], "compares what is written here with what is written here"),
    (["test", "-f", "/run/x"], [0, 1], "lists both answers of test"),
    (["grep", "-q", "x", "/run/x"], [1, 0], "lists both answers of grep"),
    (["systemctl", "is-active", "x"], [0, 3], "lists both answers of systemctl"),
    (["anything"], list(range(256)), "lists every exit code"),
    (["sh", "-c", "exit 0"], [0], "ends with `exit 0`, whatever comes before"),
    (["bash", "-c", "curl -f x || true"], [0], "ends with `true`, whatever comes before"),
    (["sh", "-c", "curl -f x; echo done;"], [0], "ends with `echo done`, whatever comes before"),
    (["sh", "-c", "curl -f x\n:\n"], [0], "ends with `:`, whatever comes before"),
]

MAY_FAIL = [
    (["false"], [0]),
    (["true"], [1]),
    (["test", "-f", "/run/x"], [0]),
    (["test", "{count}", "-lt", "5"], [0]),
    (["test", "-n", "{x}"], [0]),
    (["grep", "-q", "x", "/run/x"], [0]),
    (["systemctl", "is-active", "x"], [3]),
    (["curl", "-f", "x"], [0, 22]),
    (["sh", "-c", "curl -f x && echo up"], [0]),
    (["sh", "-c", "curl -f x | grep -q up"], [0]),
    (["sh", "-c", "if curl -f x; then exit 1; fi; exit 0"], [0]),
    (["sh", "-c", "curl -f x || exit 1; echo up"], [0]),
    (["sh", "-ec", "curl -f x; echo up"], [0]),
    (["sh", "-c", "set -e; curl -f x; echo up"], [0]),
    (["sh", "-c", "[ $(cat /run/x) = up ]"], [0]),
    (["sh", "-c", "echo up > /run/x"], [0]),
    (["sh", "-c", "echo ${RUNBOOK_X:?}"], [0]),
    (["sh", "-c", "echo 'unfinished"], [0]),
    (["sh", "-c", ""], [0]),
    (["sh", "check.sh"], [0]),
    (["sudo"], [0]),
]


@pytest.mark.parametrize(("argv", "ok", "why"), ALWAYS, ids=lambda value: " ".join(map(str, value))[:40])
def test_what_cannot_fail_is_said(argv: list[str], ok: list[int], why: str) -> None:
    """FIXED would be a word without meaning."""
    assert why_always_holds(argv, ok) == why


@pytest.mark.parametrize(("argv", "ok"), MAY_FAIL, ids=lambda value: " ".join(map(str, value))[:40])
def test_what_may_fail_is_left_alone(argv: list[str], ok: list[int]) -> None:
    """Only what is certain is said: a warning that is wrong teaches people to ignore warnings."""
    assert why_always_holds(argv, ok) is None
