#!/usr/bin/env python3
"""Puts a new key where its consumer reads it. The key comes from the environment and is never printed or in an argv.

RUNBOOK_KEY: the key. RUNBOOK_STORE: file or kubernetes.
file: RUNBOOK_FILE, an existing file that holds the key alone or, with RUNBOOK_NAME, a line NAME=…; what it held is kept
beside it as .FILE.before, with the same owner and rights, for secret_restore.py. Where the bot may not give the owner,
nothing is changed: a file of the bot's would lock its consumer out.
kubernetes: the field RUNBOOK_NAME of the secret RUNBOOK_FILE in RUNBOOK_NAMESPACE; nothing is kept there.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path


def main() -> None:
    key, store, name = (os.environ[f"RUNBOOK_{each}"] for each in ("KEY", "STORE", "NAME"))
    if not re.fullmatch(r"[!-~]{8,4096}", key):
        sys.exit("the new key is shorter than 8 characters, or holds spaces or others that no key has; look at it")
    if store == "kubernetes":
        in_cluster(os.environ["RUNBOOK_FILE"], name, key)
    else:
        in_file(Path(os.environ["RUNBOOK_FILE"]), name, key)


def in_file(file: Path, name: str, key: str) -> None:
    before = file.with_name(f".{file.name}.before")
    before.unlink(missing_ok=True)  # an older run's would take back the wrong thing
    if not file.is_file():
        sys.exit(f"there is no file {file}; this only replaces a key that is there")
    text = file.read_text()
    if name:
        line = re.compile(rf"^((?:export )?{re.escape(name)}=).*$", re.MULTILINE)
        if len(line.findall(text)) != 1:
            sys.exit(f"{file} has {len(line.findall(text))} lines {name}=…; one is needed")
        text_after = line.sub(lambda found: found[1] + key, text)
    elif len(text.split()) > 1:
        sys.exit(f"{file} holds more than a key; say name=NAME for the line NAME=…")
    else:
        text_after = f"{key}\n"
    if text_after == text:
        sys.exit(f"{file} holds this very key already; put the new one into the bot's environment first")
    status = file.stat()
    fresh = file.with_name(f".{file.name}.new")
    try:
        for copy, content in ((fresh, text_after), (before, text)):
            write(copy, content, status)
    except OSError as wrong:
        for copy in (fresh, before):
            copy.unlink(missing_ok=True)
        sys.exit(
            f"{file} of user {status.st_uid}, group {status.st_gid} cannot be written anew beside it by the bot, user "
            f"{os.geteuid()}: {wrong.strerror}. Nothing was changed; let its owner do it, or give the bot that right"
        )
    fresh.replace(file)
    print(f"the new key is in {file}")
    if status.st_mode & 0o004:
        print(f"everyone on this machine may read {file}; chmod o-r it")


def write(copy: Path, content: str, like: os.stat_result) -> None:
    """A file with that owner and those rights, which nobody else can read meanwhile."""
    copy.unlink(missing_ok=True)
    with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
    if (like.st_uid, like.st_gid) != (copy.stat().st_uid, copy.stat().st_gid):
        os.chown(copy, like.st_uid, like.st_gid)
    copy.chmod(like.st_mode & 0o777)


def in_cluster(secret: str, field: str, key: str) -> None:
    if not field:
        sys.exit("say name=FIELD, the field of the secret")
    patch = Path("patch.json")
    patch.touch(0o600)
    patch.write_text(json.dumps({"stringData": {field: key}}))
    argv = ["kubectl", "--namespace", os.environ["RUNBOOK_NAMESPACE"], "patch", "secret", "--type=merge",
            f"--patch-file={patch}", "--", secret]  # fmt: skip
    try:
        code = subprocess.run(argv, check=False).returncode
    finally:
        patch.unlink()
    if code != 0:
        sys.exit(f"kubectl did not change the secret {secret}; does it exist, and may the bot patch it?")


if __name__ == "__main__":
    main()
