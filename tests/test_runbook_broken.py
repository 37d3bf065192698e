"""Broken runbooks: each slip has words of its own, with the line and the remedy, and disables its own file alone."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from bot.runbooks.load import Library, load_folder
from tests.broken.doubtful import DOUBTFUL
from tests.broken.good import GOOD, PROSE, Case, step
from tests.broken.keys import KEYS
from tests.broken.parameters import PARAMETERS
from tests.broken.places import PLACES
from tests.broken.steps import STEPS
from tests.broken.whole import WHOLE
from tests.broken.yaml_slips import YAML_SLIPS

BROKEN: dict[str, Case] = YAML_SLIPS | KEYS | PARAMETERS | PLACES | STEPS | WHOLE
ALL = BROKEN | DOUBTFUL


def write(folder: Path, name: str, text: str | bytes) -> None:
    raw = text if isinstance(text, bytes) else text.encode()
    (folder / f"{name}.yaml").write_bytes(raw.replace(b"NAME", name.encode()))


def judged(folder: Path) -> Library:
    """The folder, as seen by a team that has one role and lets nothing run by itself."""
    return load_folder(folder, ["approvers"], unattended=[], today=date(2026, 11, 21))


def said(library: Library, name: str) -> str:
    """What is said about one file, a line for each problem, without its path."""
    found = [str(problem) for problem in library.problems if problem.file.name == f"{name}.yaml"]
    return "\n".join(line.partition(f"/{name}.yaml:")[2] for line in found)


@pytest.mark.parametrize("name", ALL)
def test_each_slip_is_said_with_its_line_and_remedy(tmp_path: Path, name: str) -> None:
    """Exactly this is said, and nothing else: one slip is one complaint."""
    text, expected = ALL[name]
    write(tmp_path, name, text)
    library = judged(tmp_path)
    assert said(library, name) == expected.replace("NAME", name)
    assert list(library.runbooks) == ([name] if name in DOUBTFUL else [])


def test_every_slip_has_words_of_its_own() -> None:
    """Nobody has to guess which of two slips is meant, or what would be right."""
    texts = [expected for _, expected in ALL.values()]
    assert [text for text in texts if texts.count(text) > 1] == []
    assert [line for text in texts for line in text.splitlines() if "; " not in line] == []
    assert {text.split(": ")[1] for _, text in BROKEN.values()} == {"error"}
    assert len(BROKEN) >= 70


def test_all_of_them_leave_the_good_one_working(tmp_path: Path) -> None:
    """In one folder each is said as it is alone, and the runbook beside them can be used."""
    for name, (text, _) in ALL.items():
        write(tmp_path, name, text)
    write(tmp_path, "good", GOOD)
    library = judged(tmp_path)
    assert {name: said(library, name) for name in ALL} == {
        name: expected.replace("NAME", name) for name, (_, expected) in ALL.items()
    }
    assert sorted(library.runbooks) == sorted(["good", *DOUBTFUL])
    assert {path.stem for path in library.broken} == set(BROKEN)


@pytest.mark.parametrize("text", [GOOD, PROSE, f"\ufeff{GOOD}", GOOD.replace("\n", "\r\n")])
def test_the_good_ones_are_good(tmp_path: Path, text: str) -> None:
    """The file that the others are bent from has no fault, and editors may leave their mark and their line ends."""
    write(tmp_path, "good", text)
    assert (said(judged(tmp_path), "good"), list(judged(tmp_path).runbooks)) == ("", ["good"])


# -- what cannot be written as a text ---


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    """A pipe, a folder, a link to nowhere and a file that cannot be read neither stop nor hold up the others."""
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "nowhere.yaml").symlink_to(tmp_path / "none")
    (tmp_path / "itself.yaml").symlink_to(tmp_path / "itself.yaml")
    (tmp_path / "unreadable.yaml").symlink_to("/proc/self/mem")  # no permission is needed to fail here
    write(tmp_path, "good", GOOD)
    library = judged(tmp_path)
    assert list(library.runbooks) == ["good"]
    assert {problem.file.stem: said(library, problem.file.stem) for problem in library.problems} == {
        "pipe": "1: error: is not a regular file; put the file itself there",
        "folder": "1: error: is not a regular file; put the file itself there",
        "nowhere": "1: error: there is no such file; mend the path, or the link that leads there",
        "itself": "1: error: there is no such file; mend the path, or the link that leads there",
        "unreadable": "1: error: cannot be read: Input/output error; let the bot's user read it",
    }


SCRIPT = step("{id: three, script: scripts/a.sh}")


def script_said(folder: Path) -> str:
    return said(judged(folder), "good").removeprefix("14: error: `steps[3].script` ")


def test_a_script_is_a_plain_file_that_can_be_started(tmp_path: Path) -> None:
    """A link could be turned elsewhere after the review; a file that anyone may change is nobody's."""
    write(tmp_path, "good", SCRIPT)
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "a.sh"
    outside = tmp_path / "outside.sh"
    outside.write_text("#!/bin/sh\n")
    script.symlink_to(outside)
    found = [script_said(tmp_path)]
    script.unlink()
    script.mkdir()
    found.append(script_said(tmp_path))
    script.rmdir()
    os.mkfifo(script)
    found.append(script_said(tmp_path))
    script.unlink()
    for text in ("echo no interpreter\n", "#!/bin/sh\r\n", "#!/bin/sh\n" + "#" * 1024 * 1024):
        script.write_text(text)
        found.append(script_said(tmp_path))
    script.write_text("#!/bin/sh\n")
    script.chmod(0o777)
    found.append(script_said(tmp_path))
    assert found == [
        "cannot be read: Too many levels of symbolic links; it must be a plain file, without links",
        "is not a regular file; put the script itself there",
        "is not a regular file; put the script itself there",
        "has no interpreter line; begin it with #!/bin/sh or #!/usr/bin/env python3",
        "has Windows line ends, so its interpreter is not found; save it with plain ones",
        "is larger than 1024 KiB; install it as a program and name that in `run`",
        "can be changed by everyone on the machine; chmod o-w it",
    ]


def test_a_script_that_is_not_executable_works_and_is_said(tmp_path: Path) -> None:
    """The bot starts the bytes that were approved, whatever the file's bits; a person who tries it by hand cannot."""
    write(tmp_path, "good", SCRIPT)
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "a.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o644)
    expected = "14: warning: `steps[3].script` cannot be started by hand, only by the bot; chmod +x it"
    assert (said(judged(tmp_path), "good"), list(judged(tmp_path).runbooks)) == (expected, ["good"])
    script.chmod(0o755)
    assert said(judged(tmp_path), "good") == ""


def test_a_linked_folder_of_scripts_is_refused(tmp_path: Path) -> None:
    """Neither the file nor a folder on the way to it may be a link."""
    write(tmp_path, "good", SCRIPT)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.sh").write_text("#!/bin/sh\n")
    (tmp_path / "scripts").symlink_to(tmp_path / "elsewhere")
    assert script_said(tmp_path) == "cannot be read: Not a directory; it must be a plain file, without links"


# -- parameters that only programs use ---


@pytest.mark.parametrize(
    ("program", "used"),
    [
        ("#!/bin/sh\necho $RUNBOOK_SPARE\n", True),
        ("#!/usr/bin/env python3\nimport os\nname = 'spare'\nos.environ[f'RUNBOOK_{name.upper()}']\n", True),
        ("#!/bin/sh\necho $RUNBOOK_SERVICE\n", False),
    ],
)
def test_a_script_uses_what_it_reads(tmp_path: Path, program: str, used: bool) -> None:
    """A parameter that no step asks for is not unused when a script reads it from its environment."""
    write(tmp_path, "good", SCRIPT.replace("  token:", "  spare: {type: string}\n  token:"))
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "a.sh").write_text(program)
    (tmp_path / "scripts" / "a.sh").chmod(0o755)
    expected = "" if used else "9: warning: `params.spare` is used by nothing in this runbook; use it or remove it"
    assert said(judged(tmp_path), "good") == expected


def test_a_constant_program_uses_what_it_reads(tmp_path: Path) -> None:
    """`sh -c` reads RUNBOOK_SPARE as a script does."""
    text = step('{id: three, run: [sh, -c, "echo $RUNBOOK_SPARE"]}')
    write(tmp_path, "good", text.replace("  token:", "  spare: {type: string}\n  token:"))
    assert said(judged(tmp_path), "good") == ""
