#!/usr/bin/env python3
"""Begins a report anew. RUNBOOK_REPORT: the file, to which the following steps each add one line."""

import datetime
import os
import sys
from pathlib import Path


def main() -> None:
    report = Path(os.environ["RUNBOOK_REPORT"])
    try:
        report.parent.mkdir(parents=True, exist_ok=True)
        report.write_text(f"begun {datetime.datetime.now().astimezone():%Y-%m-%d %H:%M %Z}\n")
    except OSError as wrong:
        sys.exit(
            f"{report} cannot be written: {wrong.strerror}. Make its folder, owned by the user that the bot runs as."
        )
    print(report)


if __name__ == "__main__":
    main()
