"""The shipped runbooks with one of them waiting less long, for tests in which the waiting is in vain."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.library import RUNBOOKS


def hurried(tmp_path: Path, id: str, wait: str) -> Path:
    """A folder with a copy of this runbook, in which its one wait of this length (such as `90s`) takes two seconds."""
    folder = tmp_path / "hurried"
    folder.mkdir()
    shutil.copytree(RUNBOOKS / "scripts", folder / "scripts")
    text = (RUNBOOKS / f"{id}.yaml").read_text()
    assert text.count(f"for: {wait}") == 1
    (folder / f"{id}.yaml").write_text(text.replace(f"for: {wait}", "for: 2s"))
    return folder
