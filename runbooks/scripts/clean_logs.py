#!/usr/bin/env python3
"""Deletes old log files below LOG_DIR (/var/log unless the bot's environment says otherwise).

Only files that are named like logs (x.log, x.log.1, x.gz, …), were not written to for RUNBOOK_DAYS days and are open
in no process. Links are not followed, and another file system is not entered. Audit and security logs stay, whatever
their age: they are kept for longer than others, and their own rotation knows for how long.
"""

import os
import re
import stat
import sys
import time
from pathlib import Path

LOG = re.compile(r".*\.(log|out|err|gz|xz|bz2|zst|old|[0-9]{1,3})|.*\.log[.-].*")
# Of a file or of a folder above it: audit.log.3, auth.log-20260101.gz, secure.1, kube-audit/…
EVIDENCE = re.compile(
    r"(.*[._-])?(audit[a-z]*|auth|authlog|secure|security|sudo|faillog|fail2ban|[bw]tmp|lastlog|ufw|firewall)([0-9._-].*)?",
    re.IGNORECASE,
)


def open_files() -> set[tuple[int, int]]:
    """Device and inode of everything that a process holds open, as far as we may look."""
    found = set()
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            held = list((process / "fd").iterdir())
        except OSError:  # it ended, or it is somebody else's
            continue
        for file in held:
            try:
                status = file.stat()
            except OSError:
                continue
            found.add((status.st_dev, status.st_ino))
    return found


def on_device(name: str, folder: int) -> int | None:
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False).st_dev
    except FileNotFoundError:
        return None


def main() -> int:
    root = Path(os.environ.get("LOG_DIR", "/var/log"))
    before = time.time() - int(os.environ["RUNBOOK_DAYS"]) * 86400
    if not root.is_absolute() or not root.is_dir() or root.resolve() == Path("/"):
        print(f"LOG_DIR is {root}, which is no folder of logs; set it in the bot's environment", file=sys.stderr)
        return 1
    device = root.stat().st_dev
    busy = open_files()
    count = freed = failed = kept = 0
    for folder, folders, files, at in os.fwalk(root, follow_symlinks=False):
        folders[:] = [name for name in folders if on_device(name, at) == device]
        above = any(EVIDENCE.fullmatch(part) for part in Path(folder).relative_to(root).parts)
        for name in files:
            try:
                status = os.stat(name, dir_fd=at, follow_symlinks=False)
                old = stat.S_ISREG(status.st_mode) and status.st_mtime < before
                if not old or not LOG.fullmatch(name) or (status.st_dev, status.st_ino) in busy:
                    continue
                if above or EVIDENCE.fullmatch(name):
                    kept += 1
                    continue
                os.unlink(name, dir_fd=at)
            except FileNotFoundError:  # its own rotation was faster
                continue
            except OSError as wrong:
                failed += 1
                print(f"{folder}/{name}: {wrong.strerror}", file=sys.stderr)
                continue
            count += 1
            freed += status.st_blocks * 512
    print(f"{count} log files deleted below {root}, {freed / 2**20:.1f} MiB freed")
    if kept:
        print(f"{kept} old audit and security logs left, for their own rotation to remove")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
