#!/usr/bin/env python3
"""A recovery measured: how long it took since RUNBOOK_LOST_AT against RUNBOOK_RTO_MINUTES, and how much was lost
before it against RUNBOOK_RPO_MINUTES. Ends with 1 when one of them is exceeded.

The data ends with the newest row of RUNBOOK_TABLE by RUNBOOK_COLUMN; without a column, with the backup that the
database was restored from.
"""

import os
import re
import subprocess
import sys
from datetime import UTC, datetime

STAMP = re.compile(r"\.([0-9]{8}T[0-9]{6})Z\.dump$")


def ask(statement: str) -> str:
    """What the recovered database answers; values reach it as psql variables."""
    value = os.environ
    argv = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", f"--dbname={value['RUNBOOK_DATABASE']}"]
    for name in ("schema", "table", "column"):
        argv += ["-v", f"{name}={value['RUNBOOK_' + name.upper()]}"]
    try:
        done = subprocess.run(argv, input=statement, text=True, capture_output=True, check=True)
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"the recovered database cannot be asked: {wrong.stderr.strip()}")
    return done.stdout.strip()


def data_until() -> tuple[datetime, str]:
    """The moment up to which the data is there, and what says so."""
    if os.environ["RUNBOOK_COLUMN"]:
        epoch = ask("""SELECT extract(epoch FROM max(:"column")::timestamptz) FROM :"schema".:"table";""")
        if not epoch:
            sys.exit("the table is empty: nothing says up to when the data is there")
        return datetime.fromtimestamp(float(epoch), UTC), "the newest row"
    note = ask("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database();")
    found = STAMP.search(note)
    if found is None:
        sys.exit("the database does not say which backup it came from; name a `column` with the time of its rows")
    return datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC), "the backup"


def met(within: bool) -> str:
    return "met" if within else "MISSED"


def main() -> int:
    lost_at = datetime.strptime(os.environ["RUNBOOK_LOST_AT"], "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    rto, rpo = int(os.environ["RUNBOOK_RTO_MINUTES"]), int(os.environ["RUNBOOK_RPO_MINUTES"])
    now = datetime.now(UTC)
    if lost_at > now:
        sys.exit(f"lost_at is {lost_at:%Y-%m-%d %H:%M} UTC, which has not come yet")
    until, source = data_until()
    took = (now - lost_at).total_seconds() / 60
    lost = max((lost_at - until).total_seconds() / 60, 0)
    since, until_when = f"{lost_at:%Y-%m-%d %H:%M} UTC", f"{until:%Y-%m-%d %H:%M} UTC"
    print(f"recovery time: {took:.0f} min since {since}; objective {rto} min: {met(took <= rto)}")
    print(f"data loss: {lost:.0f} min, {source} is of {until_when}; objective {rpo} min: {met(lost <= rpo)}")
    if lost > 0:
        print(f"Tell people: what was written between {until_when} and {since} is lost.")
    return 0 if took <= rto and lost <= rpo else 1


if __name__ == "__main__":
    sys.exit(main())
