#!/usr/bin/env python3
"""How much waits in a retry queue, and since when. Reads only.

RUNBOOK_QUEUE: the absolute path of a directory, or redis:NAME for a list; RUNBOOK_HOST, RUNBOOK_PORT: where that Redis
is. redis-cli takes the password from REDISCLI_AUTH.
"""

import os
import subprocess
import sys
import time
from pathlib import Path


def main() -> None:
    queue = os.environ["RUNBOOK_QUEUE"]
    if queue.startswith("redis:"):
        name = queue.removeprefix("redis:")
        print(f"{number('LLEN', name)} wait in the list {name}, {number('LLEN', name + ':refused')} were refused")
        return
    folder = Path(queue)
    try:
        waiting = [file for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")]
    except OSError as wrong:
        sys.exit(f"{folder} cannot be read: {wrong.strerror}. Give the right path as `queue`.")
    refused = folder / "refused"
    print(f"{len(waiting)} wait in {folder}, {len(list(refused.iterdir())) if refused.is_dir() else 0} were refused")
    if waiting:
        oldest = min(file.stat().st_mtime for file in waiting)
        print(f"the oldest is there for {(time.time() - oldest) / 60:.0f} min")


def number(*words: str) -> int:
    where = ["-h", os.environ["RUNBOOK_HOST"], "-p", os.environ["RUNBOOK_PORT"]]
    asked = subprocess.run(["redis-cli", *where, *words], capture_output=True, text=True, check=False)
    said = asked.stdout.strip()
    if asked.returncode != 0 or not said.isdigit():
        sys.exit(f"no number from Redis: {asked.stderr.strip() or said}")
    return int(said)


if __name__ == "__main__":
    main()
