#!/usr/bin/env python3
"""Packs a folder into a dated archive, reads the archive back and compares it, and only then deletes the oldest ones.

RUNBOOK_SOURCE  the folder
RUNBOOK_TARGET  where the archives are: NAME-YYYYMMDDTHHMMSSZ.tar.gz, each with its .sha256 beside it
RUNBOOK_KEEP    how many archives of this folder are kept

The archive can be read by its owner alone: a configuration may hold secrets.
"""

import datetime
import hashlib
import os
import re
import sys
import tarfile
from pathlib import Path


def contents(source: Path) -> dict[str, str]:
    """Path below the folder → SHA-256, of all plain files."""
    found = {}
    for path in sorted(source.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                found[str(path.relative_to(source.parent))] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def listed(archive: Path) -> dict[str, str]:
    found = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            # A hard link's bytes stand at the name that it was packed under first.
            if member.isfile() or member.islnk():
                opened = tar.extractfile(member)
                assert opened is not None  # noqa: S101  # only of a folder or a device
                digest = hashlib.sha256()
                while chunk := opened.read(1024**2):
                    digest.update(chunk)
                found[member.name] = digest.hexdigest()
    return found


def main() -> None:
    # A link, as `current`, stands for the folder that it leads to.
    source, target = Path(os.environ["RUNBOOK_SOURCE"]).resolve(), Path(os.environ["RUNBOOK_TARGET"])
    os.umask(0o077)
    if not source.is_dir():
        sys.exit(f"{source} is no folder. Give the right path as `source`.")
    if target.resolve().is_relative_to(source):
        sys.exit(f"{target} lies inside {source}; the archives would be packed into each other.")
    target.mkdir(parents=True, exist_ok=True)
    before = contents(source)
    if not before:
        sys.exit(f"{source} holds no files. An empty backup is none; look at where they went.")
    archive = target / f"{source.name}-{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}.tar.gz"
    if archive.exists():
        sys.exit(f"{archive} is there already; another backup runs.")
    part = archive.with_name(f".{archive.name}.part")
    try:
        with tarfile.open(part, "x:gz") as tar:
            tar.add(source, arcname=source.name)
        came = listed(part)
        if different := sorted(name for name in before.keys() | came.keys() if before.get(name) != came.get(name)):
            sys.exit(f"not as the folder: {', '.join(different[:5])}. It was written to meanwhile; start again.")
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        archive.with_name(f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n")
        part.rename(archive)
    finally:
        part.unlink(missing_ok=True)
    print(f"{archive}: {len(before)} files, {archive.stat().st_size / 1024**2:.1f} MB, read back and equal")
    name = re.compile(re.escape(source.name) + r"-\d{8}T\d{6}Z\.tar\.gz")
    for old in sorted(file for file in target.iterdir() if name.fullmatch(file.name))[
        : -int(os.environ["RUNBOOK_KEEP"])
    ]:
        old.with_name(f"{old.name}.sha256").unlink(missing_ok=True)
        old.unlink()
        print(f"{old.name}: deleted, {os.environ['RUNBOOK_KEEP']} are kept")


if __name__ == "__main__":
    try:
        main()
    except (OSError, tarfile.TarError) as wrong:
        sys.exit(f"{wrong}. No archive was added, and none deleted.")
