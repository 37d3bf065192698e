#!/usr/bin/env python3
"""What an application's log complains of: by level, by likely cause, and the commonest messages. Reads only.

RUNBOOK_PLATFORM: file, systemd, docker, compose or kubernetes. RUNBOOK_SERVICE: whose log; of a file its path in
RUNBOOK_APP_LOG or RUNBOOK_LOG. RUNBOOK_PROJECT, RUNBOOK_NAMESPACE: of compose, of kubernetes. RUNBOOK_MINUTES: how far
back (of a file, its last 20,000 lines instead).
RUNBOOK_ABOUT: when it is not empty, only lines that hold this text count.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

LEVEL = re.compile(
    r"\b(?P<critical>critical|fatal|panic|emerg(?:ency)?)\b|\b(?P<error>error|err|exception|traceback|failed)\b", re.I
)
# The first that fits counts: a timeout of the database is the database's.
CAUSES = [
    ("database", r"postgres|mysql|mariadb|sqlstate|database|deadlock|connection pool|too many connections|\bsql\b"),
    ("cache", r"redis|memcache|\bcache\b"),
    ("provider or integration", r"rate.?limit|\b429\b|upstream|provider|third.party|webhook|\bapi key\b|quota"),
    ("memory", r"out of memory|oom|cannot allocate|heap"),
    ("disk", r"no space left|read-only file system|disk full|i/o error"),
    ("certificate", r"certificate|\btls\b|\bssl\b|x509"),
    ("timeout", r"time(?:d)?.?out|deadline exceeded"),
    ("network", r"connection refused|connection reset|econn|no route to host|name resolution|\bdns\b|unreachable"),
    ("permission", r"permission denied|unauthori[sz]ed|forbidden|access denied"),
    ("input", r"validation|invalid|\b4(?:00|22)\b|bad request|parse error|schema"),
]
SECRET = re.compile(
    r"(?P<before>://|\bbearer\s+|\b\w*(?:password|passwd|pwd|secret|token|api[_-]?key|authorization|cookie)"
    r"[\"']?\s*[:=]\s*)"
    r"""(?:(?<=://)[^\s/@]+(?=@)|(?<!://)(?:bearer\s+|basic\s+)?(?:"[^"]*"|'[^']*'|[^\s,;]+))""",
    re.I,
)
VARYING = re.compile(
    r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b0x[0-9a-f]+\b|[\w.+-]+@[\w.-]+"
    r"""|"[^"]*"|(?<!\w)'[^']*'|\b(?=[A-Za-z_-]*\d)[\w-]{16,}\b|\d+"""
)
LEVELS, MESSAGES = ("level", "severity", "lvl"), ("msg", "message", "error", "err", "exception", "event")
LINES = 20_000
READ_AT_MOST = 64 * 1024**2


def main() -> None:
    about = os.environ["RUNBOOK_ABOUT"].casefold()
    lines = [line for line in read_lines() if about in line.casefold()]
    levels: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    messages: Counter[str] = Counter()
    critical: list[str] = []  # their messages, as those of the others: a line as it is may hold names and keys
    for line in lines:
        level = LEVEL.search(line)
        if not level:
            continue
        levels["critical" if level["critical"] else "error"] += 1
        causes[next((name for name, words in CAUSES if re.search(words, line, re.I)), "not known")] += 1
        messages[shape(line)] += 1
        if level["critical"]:
            critical.append(shape(line))
    print(f"{len(lines)} lines read, {levels['critical']} critical, {levels['error']} errors")
    for cause, count in causes.most_common():
        print(f"  {count:>6}  {cause}")
    print("commonest" if messages else "no complaint in them")
    for message, count in messages.most_common(8):
        print(f"  {count:>6}  {message}")
    for message in dict.fromkeys(critical[-3:]):
        print(f"critical: {message}")


def shape(line: str) -> str:
    """The message without what differs from line to line, so that those of one kind count as one and none tells a
    person's name, a card or a key."""
    text = re.sub(r"^\S*\d{2}:\d{2}:\d{2}\S*\s+|^\w{3} +\d+ [\d:]{8} \S+ ", "", message_of(line.strip()))
    text = SECRET.sub(lambda found: found["before"] + "…", text)
    return re.sub(r"…(?:[ -]?…)+", "…", VARYING.sub("…", text))[:110]


def message_of(line: str) -> str:
    """Of a line in JSON its level and message, of another one the line."""
    start = line.find("{")
    if start < 0 or not line.endswith("}"):
        return line
    try:
        said = json.loads(line[start:])
    except ValueError:
        return line
    found = [next((str(said[key]) for key in keys if key in said), "") for keys in (LEVELS, MESSAGES)]
    return " ".join(filter(None, found)) if found[1] else line


def read_lines() -> list[str]:
    platform, service, minutes = (os.environ[f"RUNBOOK_{name}"] for name in ("PLATFORM", "SERVICE", "MINUTES"))
    if platform == "file":
        log = Path(os.environ.get("RUNBOOK_APP_LOG") or os.environ["RUNBOOK_LOG"])
        try:
            with log.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - READ_AT_MOST))
                return file.read().decode(errors="replace").splitlines()[-LINES:]
        except OSError as wrong:
            sys.exit(f"{log} cannot be read: {wrong.strerror}")
    argv = {
        "systemd": ["journalctl", "--no-pager", "--output=short-iso", f"--since=-{minutes}min", f"--unit={service}"],
        "docker": ["docker", "logs", f"--since={minutes}m", "--", service],
        "compose": ["docker", "compose", "--project-name", os.environ["RUNBOOK_PROJECT"], "logs", "--no-color",
                    f"--since={minutes}m", "--", service],
        "kubernetes": ["kubectl", "--namespace", os.environ["RUNBOOK_NAMESPACE"], "logs", "--all-containers",
                       f"--since={minutes}m", f"--tail={LINES}", f"deployment/{service}"],
    }[platform]  # fmt: skip
    try:
        # A container's errors come on its error stream.
        asked = subprocess.run(
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False
        )
    except FileNotFoundError:
        sys.exit(f"{argv[0]} is not installed where the bot runs; choose another platform")
    if asked.returncode != 0:
        sys.exit(f"{argv[0]} said {asked.returncode}: {asked.stdout.strip()[-300:]}")
    return asked.stdout.splitlines()[-LINES:]


if __name__ == "__main__":
    main()
