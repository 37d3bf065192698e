"""Which runbooks a test ran, and whether with the real programs: what it says with the marker `ran`, and what it did.

@pytest.mark.ran("real", "database-backup"): every program that the runbook started was the real one.
@pytest.mark.ran("recorded", "scale-out-deployment"): a program was a stand-in that only wrote down its arguments.

The last column of docs/coverage.md is written from these markers (`make coverage`), so a marker is held to the truth: a
test that passes and ran something else than it says fails. pyproject.toml loads this file as a plugin of pytest.

PYTEST_DONT_REWRITE: it is imported before pytest begins when the page is written.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Generator

import pytest

REAL, RECORDED = KINDS = ("real", "recorded")  # the stronger first

_performed: defaultdict[str, set[str]] = defaultdict(set)  # test → runbooks
_stand_ins: defaultdict[str, set[str]] = defaultdict(set)  # test → programs


def performed(runbook: str) -> None:
    """The current test performs this runbook. Called by `perform` in tests/library.py."""
    _performed[_current_test()].add(runbook)


def stood_in(program: str) -> None:
    """In the current test a stand-in answers for this program. Called by `Recorded` in tests/library.py."""
    _stand_ins[_current_test()].add(program)


def _current_test() -> str:
    # pytest's own word for it: "tests/test_x.py::test_y[z] (call)"
    return os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]


def declared(item: pytest.Item) -> set[tuple[str, str]]:
    """What the test's markers say: (kind, runbook)."""
    return {(mark.args[0], runbook) for mark in item.iter_markers("ran") for runbook in mark.args[1:]}


def untrue(said: Collection[tuple[str, str]], did: Collection[str], stand_ins: Collection[str]) -> list[str]:
    """What is wrong with a test's markers, beside the runbooks it performed and the programs that were stand-ins."""
    named = {runbook for _, runbook in said}
    wrong = [f'{runbook} is marked "{kind}"; write real or recorded' for kind, runbook in said if kind not in KINDS]
    wrong += [f"{runbook} is marked, and was not performed" for runbook in named - set(did)]
    wrong += [f"{runbook} was performed, and no marker says so" for runbook in set(did) - named]
    if stand_ins:
        names = ", ".join(sorted(stand_ins))
        wrong += [f"{runbook} is marked real, and {names} was a stand-in" for kind, runbook in said if kind == REAL]
    return sorted(wrong)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """A test that passed, and ran something else than it says, fails."""
    yield
    if wrong := untrue(declared(item), _performed[item.nodeid], _stand_ins[item.nodeid]):
        pytest.fail(f"the marker `ran` is not true: {'; '.join(wrong)}", pytrace=False)
