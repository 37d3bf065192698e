"""A runbook that needs a value from whoever asks for it, for the stories."""

from __future__ import annotations

from tests.at_work import AtWork

NOTE = """\
params:
  note: {type: string, pattern: "[A-Za-z0-9 =<>*-]{1,40}"}
  times: {type: integer, min: 1, max: 3, default: 1}
risk: low
steps:
  - {id: write, run: [cp, --, "{shop}/state", "{shop}/{note}"]}
verify:
  - {run: [test, -e, "{shop}/{note}"]}
"""


def made(work: AtWork) -> list[str]:
    """What the runs have written into the shop."""
    return sorted(file.name for file in work.shop.iterdir() if file.name not in {"state", "starts"})
