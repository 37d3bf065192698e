"""A runbook's helper script, as bytes: read when a plan is sealed, so that what was shown is what runs."""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath

from bot.errors import PlanError

MAX_BYTES = 1024 * 1024


def read_script(folder: Path, path: str) -> bytes:
    """The script's bytes; PlanError says why it may not be used.

    It must be a regular file inside the folder, reached without links, that not everyone on the machine can change.
    """
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts or not pure.parts:
        raise PlanError("leads out of the runbooks folder; write scripts/name")
    if not path.isprintable():
        raise PlanError("is no file name; write scripts/name")
    try:
        body = _read(folder, pure)
    except FileNotFoundError:
        raise PlanError("does not exist; the path starts at the runbooks folder") from None
    except OSError as wrong:
        raise PlanError(f"cannot be read: {wrong.strerror}; it must be a plain file, without links") from None
    if not body.startswith((b"#!", b"\x7fELF")):
        raise PlanError("has no interpreter line; begin it with #!/bin/sh or #!/usr/bin/env python3")
    if body.startswith(b"#!") and b"\r" in body.split(b"\n", 1)[0]:
        raise PlanError("has Windows line ends, so its interpreter is not found; save it with plain ones")
    return body


def _read(folder: Path, path: PurePosixPath) -> bytes:
    # Opened part by part without following links: nothing can be swapped between looking and reading.
    here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in path.parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
            os.close(here)
            here = below
        # Not blocking: a pipe of that name would wait for a writer.
        file = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=here)
    finally:
        os.close(here)
    try:
        status = os.fstat(file)
        if not stat.S_ISREG(status.st_mode):
            raise PlanError("is not a regular file; put the script itself there")
        if status.st_mode & stat.S_IWOTH:
            raise PlanError("can be changed by everyone on the machine; chmod o-w it")
        with open(file, "rb", closefd=False) as script:
            body = script.read(MAX_BYTES + 1)
    finally:
        os.close(file)
    if len(body) > MAX_BYTES:
        raise PlanError(f"is larger than {MAX_BYTES // 1024} KiB; install it as a program and name that in `run`")
    return body
