#!/usr/bin/env python3
"""Feature flags shown, set, or set back. One program under three names (flags_show, flags_set, flags_back).

RUNBOOK_FLAGS      where they are: the absolute path of a JSON file, an http(s) address, deployment/NAME or
                   statefulset/NAME
RUNBOOK_SET        what flags_set sets: "name=value name=value"
RUNBOOK_BACK       what they are before, and what flags_back sets: the same names
RUNBOOK_NAMESPACE  where the deployment is

RUNBOOK_FLAGS_TOKEN, where it is set, goes to an address as a bearer token.

A flag at an address is read with GET ADDRESS/NAME and written with PUT, as {"value": …}. One of a deployment is an
environment variable. A flag that is neither what it was expected to be nor what it is to be is left alone.
"""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

Flags = dict[str, Any]

ANSWER = 8  # seconds for one answer


class Refused(Exception):
    """Nothing was changed, and why."""


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is not followed: it would carry our token elsewhere, and turn the PUT into a GET that sets nothing."""

    def redirect_request(self, *_: object) -> None:
        return None


OPEN = urllib.request.build_opener(Stay).open


class File:
    """A JSON file with one object in it, replaced as a whole: a reader sees the old or the new one."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)

    def read(self, names: list[str]) -> Flags:
        try:
            flags = json.loads(self.path.read_text())
        except OSError as wrong:
            raise Refused(f"{self.path} cannot be read: {wrong.strerror}. Give the right path as `flags`.") from None
        except ValueError as wrong:
            raise Refused(f"{self.path} is no JSON: {wrong}. Mend it by hand first.") from None
        if not isinstance(flags, dict):
            raise Refused(f"{self.path} holds no object with flags in it")
        if unknown := [name for name in names if name not in flags]:
            raise Refused(f"{self.path} has no {', '.join(unknown)}; it has {', '.join(sorted(flags)) or 'nothing'}")
        return {name: flags[name] for name in names}

    def write(self, flags: Flags) -> None:
        # Another run may set other flags of the same file: one of them would be lost if both read before both write.
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            self._replace(flags)
        finally:
            os.close(folder)

    def _replace(self, flags: Flags) -> None:
        whole = json.loads(self.path.read_text()) | flags
        descriptor, fresh = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump(whole, file, indent=2)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(self.path, fresh)
            before = self.path.stat()
            if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                os.chown(fresh, before.st_uid, before.st_gid)
            Path(fresh).replace(self.path)
        except BaseException:
            Path(fresh).unlink(missing_ok=True)
            raise


class Address:
    """A flag service: one address per flag."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    def read(self, names: list[str]) -> Flags:
        return {name: self._ask("GET", name)["value"] for name in names}

    def write(self, flags: Flags) -> None:
        for name, value in flags.items():
            self._ask("PUT", name, {"value": value})

    def _ask(self, method: str, name: str, body: Flags | None = None) -> Flags:
        url = f"{self.address}/{name}"
        request = urllib.request.Request(url, method=method, headers={"Content-Type": "application/json"})
        request.data = None if body is None else json.dumps(body).encode()
        if token := os.environ.get("RUNBOOK_FLAGS_TOKEN"):
            if not (token.isascii() and token.isprintable()):
                raise Refused("RUNBOOK_FLAGS_TOKEN holds characters that no header takes")
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with OPEN(request, timeout=ANSWER) as answer:
                said: Flags = json.loads(answer.read() or b"{}")
                return said
        except urllib.error.HTTPError as wrong:
            raise Refused(f"{method} {url} was answered with {wrong.code} {wrong.reason}") from None
        except (OSError, ValueError) as wrong:
            raise Refused(f"{method} {url} has no usable answer: {wrong}") from None


class Workload:
    """A deployment or stateful set, whose flags are environment variables; writing rolls its pods."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.kubectl = ["kubectl", "--namespace", os.environ.get("RUNBOOK_NAMESPACE") or "default"]

    def read(self, names: list[str]) -> Flags:
        listed = self._call("set", "env", self.name, "--list")
        found = dict(line.split("=", 1) for line in listed.splitlines() if "=" in line and not line.startswith("#"))
        # One that is not set has the value that the program has built in: that is as usual.
        return {name: found.get(name) for name in names}

    def write(self, flags: Flags) -> None:
        self._call("set", "env", self.name, *[f"{name}={value}" for name, value in flags.items()])
        self._call("rollout", "status", self.name, "--timeout=150s")

    def _call(self, *words: str) -> str:
        called = subprocess.run([*self.kubectl, *words], capture_output=True, text=True, check=False)
        if called.returncode != 0:
            raise Refused(f"kubectl {words[0]} {words[1]} {self.name}: {(called.stderr or called.stdout).strip()}")
        return called.stdout


def place(flags: str) -> File | Address | Workload:
    if flags.startswith("/"):
        return File(flags)
    return Address(flags) if flags.startswith(("http://", "https://")) else Workload(flags)


def pairs(name: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in os.environ[name].split())


def as_text(value: Any) -> str:
    return "not set" if value is None else value if isinstance(value, str) else json.dumps(value)


def alike(text: str, before: Any) -> Any:
    """The new value, of the kind that the flag has had."""
    if isinstance(before, bool):
        if text not in ("true", "false"):
            raise Refused(f"a flag that is {as_text(before)} can be true or false, and not {text}")
        return text == "true"
    if isinstance(before, int | float):
        try:
            return json.loads(text)
        except ValueError:
            raise Refused(f"a flag that is {as_text(before)} is a number, and {text} is none") from None
    return text


def main() -> None:
    name = Path(sys.argv[0]).stem
    usual, new = pairs("RUNBOOK_BACK"), pairs("RUNBOOK_SET")
    if usual.keys() != new.keys():
        raise Refused("`set` and `back` name different flags; give each its new and its present value")
    where = place(os.environ["RUNBOOK_FLAGS"])
    before = where.read(list(usual))
    # What is neither is not printed: a name may be that of a secret.
    shown = {
        flag: as_text(value) if known(value, usual[flag], new[flag]) else "another value"
        for flag, value in before.items()
    }
    if name == "flags_show":
        for flag, value in shown.items():
            print(f"{flag} is {value}   (expected {usual[flag]}, to be {new[flag]})")
    elif name == "flags_set":
        for flag, value in shown.items():
            if value == "another value":
                raise Refused(
                    f"{flag} is neither {usual[flag]} nor {new[flag]}; somebody has set it otherwise. "
                    "Ask who, or start again with its present value in `back`."
                )
        change(where, before, new)
    else:
        # As an undo it takes back what was set, and leaves alone what somebody else has set meanwhile.
        for flag, value in shown.items():
            if value == "another value":
                print(f"{flag} is neither {usual[flag]} nor {new[flag]}, and is left alone")
        change(where, before, {flag: usual[flag] for flag in usual if as_text(before[flag]) == new[flag]})


def known(value: Any, *expected: str) -> bool:
    return value is None or as_text(value) in expected


def change(where: File | Address | Workload, before: Flags, texts: dict[str, str]) -> None:
    wanted = {flag: alike(text, before[flag]) for flag, text in texts.items()}
    if changed := {flag: value for flag, value in wanted.items() if value != before[flag]}:
        try:
            where.write(changed)
        except Refused as wrong:
            sys.exit(f"{wrong}\nSome of {', '.join(changed)} may be changed. Look before you go on.")
    for flag, value in where.read(list(wanted)).items():
        print(f"{flag}: {as_text(before[flag])} → {texts[flag]}")
        if value != wanted[flag]:
            sys.exit(f"{flag} did not take its new value; something else writes it.")


if __name__ == "__main__":
    try:
        main()
    except Refused as wrong:
        sys.exit(f"{wrong}\nNothing was changed.")
