#!/usr/bin/env python3
"""Failed logins by address and by account, and what they look like. Reads only.

RUNBOOK_PLATFORM: file, systemd, docker, compose or kubernetes. RUNBOOK_SERVICE: whose log; of a file RUNBOOK_LOG.
RUNBOOK_PROJECT, RUNBOOK_NAMESPACE: of compose, of kubernetes. RUNBOOK_MINUTES: how far back (of a file, its last 20,000
lines instead). RUNBOOK_THRESHOLD: an address with more failures than this is suspicious.
"""

import ipaddress
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

FAILED = re.compile(
    r"failed (?:password|login|log-?in|authentication|publickey|none)|(?:login|log-?in|authentication|auth) fail"
    r"|invalid (?:user|password|credentials)|bad (?:password|credentials)|login_failed|incorrect password",
    re.I,
)
PASSED = re.compile(r"accepted (?:password|publickey|keyboard)|login (?:succe|ok)|logged in|login_succeeded", re.I)
ADDRESS = re.compile(r"(?<![\w.:])(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7})(?![\w.:]*[\w])")
ACCOUNT = re.compile(
    r"(?:for(?: invalid user)?|invalid user) ([\w.@+-]{1,64}) from"
    r"|\b(?:user(?:name)?|account|email)[\"']?\s*[:=]\s*[\"']?([\w.@+-]{1,64})",
    re.I,
)
LINES = 20_000
READ_AT_MOST = 64 * 1024**2


def main() -> None:
    threshold = int(os.environ["RUNBOOK_THRESHOLD"])
    failures: Counter[str] = Counter()
    accounts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    entered: Counter[str] = Counter()
    for line in read_lines():
        address = address_in(line)
        if PASSED.search(line):
            entered[address] += 1
        elif FAILED.search(line):
            failures[address] += 1
            if account := ACCOUNT.search(line):
                accounts[address][account[1] or account[2]] += 1
    suspicious = [address for address, count in failures.items() if count > threshold]
    print(f"{sum(failures.values())} failed logins from {len(failures)} addresses")
    for address, count in failures.most_common(10):
        tried = accounts[address]
        signs = [f"{len(tried)} accounts" if len(tried) != 1 else f"account {next(iter(tried))}"] if tried else []
        signs += [f"ALSO {entered[address]} SUCCESSFUL" if entered[address] and address in suspicious else ""]
        mark = "SUSPICIOUS" if address in suspicious else ""
        print(f"  {count:>6}  {address:<39} {'  '.join(sign for sign in [mark, *signs] if sign)}".rstrip())
    named: Counter[str] = Counter()
    for tried in accounts.values():
        named.update(tried)
    for name, count in named.most_common(3):
        origins = sum(name in tried for tried in accounts.values())
        print(f"  account {name}: {count} times, from {origins} addresses")
    print(f"{len(suspicious)} with more than {threshold} failures")
    for address in suspicious:
        if entered[address]:
            print(f"{address} failed and then got in: treat it as a breach (runbook suspected-breach)")


def address_in(line: str) -> str:
    for candidate in ADDRESS.findall(line):
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:  # a version number, or a time
            continue
    return "no address"


def read_lines() -> list[str]:
    platform, service, minutes = (os.environ[f"RUNBOOK_{name}"] for name in ("PLATFORM", "SERVICE", "MINUTES"))
    if platform == "file":
        log = Path(os.environ["RUNBOOK_LOG"])
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
