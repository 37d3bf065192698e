#!/usr/bin/env python3
"""Works out by when authorities have to hear of a breach of personal data, and notes it in a register.

RUNBOOK_INCIDENT: its number or name. RUNBOOK_KNOWN: when it became known that personal data is affected, UTC, as
2026-11-21T14:00. RUNBOOK_REGISTER: a file that gets one line. Weekends are no working days; holidays are not known.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

GDPR = timedelta(hours=72)  # article 33: to the authority, from the moment of knowing
LGPD_WORKING_DAYS = 3  # ANPD, resolution 15 of 2024: to the authority and to the people concerned


def main() -> None:
    try:
        known = datetime.strptime(os.environ["RUNBOOK_KNOWN"], "%Y-%m-%dT%H:%M").replace(tzinfo=UTC)
    except ValueError:
        sys.exit(f"{os.environ['RUNBOOK_KNOWN']} is no time; write it as 2026-11-21T14:00, UTC")
    now = datetime.now(UTC)
    if known > now:
        sys.exit(f"{os.environ['RUNBOOK_KNOWN']} has not come yet; it is UTC")
    deadlines = {"gdpr": known + GDPR, "lgpd": working_days(known, LGPD_WORKING_DAYS)}
    for law, by in deadlines.items():
        left = by - now
        said = (
            "IS OVER: notify now, and say why it is late"
            if left < timedelta()
            else f"{left.total_seconds() / 3600:.0f} h left"
        )
        print(f"{law.upper()}  by {by:%Y-%m-%d %H:%M} UTC, {said}")
    line = {"incident": os.environ["RUNBOOK_INCIDENT"], "known": known.isoformat(), "noted": now.isoformat()}
    line |= {law: by.isoformat() for law, by in deadlines.items()}
    register = Path(os.environ["RUNBOOK_REGISTER"])
    try:
        register.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with register.open("a") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as wrong:
        sys.exit(f"{register} cannot be written: {wrong.strerror}; note the deadlines by hand")
    print(f"noted in {register}")


def working_days(start: datetime, days: int) -> datetime:
    """The end of the last of so many days from Monday to Friday after the day of the start, in UTC."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day.replace(hour=23, minute=59, second=0)


if __name__ == "__main__":
    main()
