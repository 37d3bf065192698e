#!/usr/bin/env python3
"""Who may do what on this machine: accounts with a shell, keys, sudo, and how ssh lets people in. Reads only.

RUNBOOK_ROOT: where the file system begins, `/` unless an image or a copy is looked at.
"""

import os
import re
import sys
import time
from pathlib import Path

OLD_KEY_DAYS = 365


def main() -> None:
    root = Path(os.environ["RUNBOOK_ROOT"])
    passwd = root / "etc/passwd"
    if not passwd.exists():
        sys.exit(f"there is no {passwd}")
    accounts = [line.split(":") for line in passwd.read_text().splitlines() if line.count(":") == 6]
    people = [entry for entry in accounts if not entry[6].endswith(("/nologin", "/false", "/sync"))]
    print(f"accounts with a shell ({len(people)} of {len(accounts)})")
    for name, _, uid, _, _, home, shell in people:
        print(f"  {name}  uid {uid}  {shell}{keys(root / home.lstrip('/') / '.ssh/authorized_keys')}")
    for name, _, uid, *_ in accounts:
        if uid == "0" and name != "root":
            print(f"  {name} HAS THE RIGHTS OF ROOT")
    groups = root / "etc/group"
    for line in groups.read_text().splitlines() if groups.exists() else []:
        group, _, _, members = (*line.split(":"), "", "", "", "")[:4]
        if group in ("sudo", "wheel", "admin", "docker", "root") and members:
            print(f"group {group}: {members}")
    folder = root / "etc/sudoers.d"
    for file in [root / "etc/sudoers", *(sorted(folder.iterdir()) if folder.is_dir() else [])]:
        for line in readable(file):
            if re.match(r"[^#@].*ALL", line) and not line.startswith("Defaults"):
                print(f"sudo: {line.strip()}{'  WITHOUT A PASSWORD' if 'NOPASSWD' in line else ''}")
    config = root / "etc/ssh/sshd_config"
    more = root / "etc/ssh/sshd_config.d"
    said: dict[str, str] = {}
    # The first word on a setting counts in sshd, and the folder is included at the top.
    for file in [*(sorted(more.glob("*.conf")) if more.is_dir() else []), config]:
        for line in readable(file):
            words = line.split()
            if len(words) >= 2 and not line.lstrip().startswith("#"):
                said.setdefault(words[0].lower(), " ".join(words[1:]))
    for setting, usual, good in (
        ("passwordauthentication", "yes", "no"),
        ("permitrootlogin", "prohibit-password", "no"),
        ("allowusers", "everyone", None),
        ("authenticationmethods", "any", None),
    ):
        value = said.get(setting, usual)
        print(f"ssh {setting} {value}{f'  SHOULD BE {good}' if good and value != good else ''}")


def keys(file: Path) -> str:
    lines = [line for line in readable(file) if line.strip() and not line.startswith("#")]
    if not lines:
        return ""
    days = (time.time() - file.stat().st_mtime) / 86400
    old = f", file unchanged for {days:.0f} days" if days > OLD_KEY_DAYS else ""
    return f"  {len(lines)} keys{old}: {', '.join(line.split()[-1][:40] for line in lines[:5])}"


def readable(file: Path) -> list[str]:
    try:
        return file.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as wrong:
        print(f"{file}: {wrong.strerror}")
        return []


if __name__ == "__main__":
    main()
