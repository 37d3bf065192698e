#!/usr/bin/env python3
"""The versions in a model registry, which is in use, and whether its files can be read. Reads only, and no contents.

RUNBOOK_REGISTRY  a folder with one folder per version, and the links `current` and `previous`
RUNBOOK_USER      who has to be able to read them; may be empty

Ends with 0, or with 3 when something is wrong with the version in use.
"""

import grp
import os
import pwd
import stat
import sys
import time
from pathlib import Path


def main() -> int:
    registry = Path(os.environ["RUNBOOK_REGISTRY"])
    try:
        versions = [each for each in registry.iterdir() if each.is_dir() and not each.is_symlink()]
    except OSError as failure:
        sys.exit(f"{registry} cannot be read: {failure.strerror}. Give the right path as `registry`.")
    links = {
        name: (registry / name).readlink().name for name in ("current", "previous") if (registry / name).is_symlink()
    }
    for version in sorted(versions, key=lambda each: each.stat().st_mtime, reverse=True)[:10]:
        files = [file for file in version.rglob("*") if file.is_file()]
        size = sum(file.stat().st_size for file in files) / 1024**2
        day = time.strftime("%Y-%m-%d %H:%M", time.localtime(version.stat().st_mtime))
        marks = ", ".join(name for name, target in links.items() if target == version.name)
        print(f"{version.name:<24} {day}  {len(files):>3} files {size:>9.1f} MB  {marks}")
    wrong = problems(registry / "current")
    print("\n".join(wrong) if wrong else "current: all its files are there and can be read")
    return 3 if wrong else 0


def problems(current: Path) -> list[str]:
    if not current.exists():
        return [f"{current} leads nowhere: no version is in use"]
    files = [file for file in current.rglob("*") if file.is_file()]
    if not files:
        return [f"{current.resolve()} is empty"]
    found = [f"{file} is empty" for file in files if file.stat().st_size == 0]
    if not (current / "SHA256SUMS").exists():
        found.append(f"{current} has no SHA256SUMS, so its files cannot be compared with what was trained")
    if user := os.environ["RUNBOOK_USER"]:
        try:
            who = pwd.getpwnam(user)
        except KeyError:
            return [*found, f"this machine has no user {user}"]
        folders = [current.resolve(), *(each for each in current.rglob("*") if each.is_dir())]
        found += [f"{user} may not enter {each}" for each in folders if not may(who, each, 0o1)]
        found += [f"{user} may not read {file}" for file in files if not may(who, file, 0o4)]
    return found


def may(who: pwd.struct_passwd, path: Path, bit: int) -> bool:
    """Whether the user has this right by the path's own mode."""
    state = path.stat()
    groups = {who.pw_gid, *(each.gr_gid for each in grp.getgrall() if who.pw_name in each.gr_mem)}
    shift = 6 if state.st_uid == who.pw_uid else 3 if state.st_gid in groups else 0
    return who.pw_uid == 0 or bool(stat.S_IMODE(state.st_mode) >> shift & bit)


if __name__ == "__main__":
    sys.exit(main())
