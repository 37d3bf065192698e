"""What the documents say is there, is there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import app
from bot import settings
from bot.alerts import read_alert
from bot.alerts.message import read_message
from bot.runbooks.cases import load_cases
from bot.runbooks.format import Runbook, StepEntry
from bot.runbooks.load import load_folder
from bot.runbooks.replay import replay
from bot.slack import manifest

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "docs" / "install.md",
    ROOT / "docs" / "oncall.md",
    ROOT / "docs" / "runbooks.md",
    ROOT / "docs" / "terminal.md",
    ROOT / "CHANGELOG.md",
]
README = (ROOT / "README.md").read_text()


def commands(command: Any, before: str = "") -> set[str]:
    """The commands of a typer command line: "doctor", "runbook list" and so on."""
    below = getattr(command, "commands", {})
    if not below:
        return {before}
    return {found for name, each in below.items() for found in commands(each, f"{before} {name}".strip())}


def test_the_readme_lists_every_command_and_no_other() -> None:
    """Nobody has to read code to find one."""
    listed = set(
        re.findall(r"^\| `([a-z]+(?: [a-z]+)?)\b", README.partition("## Commands")[2].partition("## ")[0], re.M)
    )
    assert listed == commands(get_command(app.app))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands_in_the_text_exist(document: Path) -> None:
    """What a person copies into a terminal is understood."""
    known = commands(get_command(app.app))
    used = set(re.findall(r"app\.py ((?:runbook )?[a-z]+)\b", document.read_text()))
    assert used - known == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_in_the_text_exist(document: Path) -> None:
    """The same for make."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"(?:`|    )make (\w+)", document.read_text())) - targets == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    """Links to files of this repository, pictures included."""
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text())
    missing = [link for link in links if "://" not in link and not (document.parent / link).exists()]
    assert missing == []


def test_the_map_names_what_is_there() -> None:
    """Every path in the README's table exists."""
    rows = re.findall(r"^\| (`[^|]+`) \|", README.partition("## Where things are")[2], re.M)
    paths = [path for row in rows for path in re.findall(r"`([^`]+)`", row)]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert len(paths) > 5


def test_the_settings_in_the_text_exist() -> None:
    """A name that was changed is changed everywhere."""
    guide = (ROOT / "docs" / "install.md").read_text()
    used = set(re.findall(r"`([A-Z]+_[A-Z_]+|MODE|LANGUAGE)\b", README + guide.partition("## 8.")[0]))
    assert used - set(settings.NAMES) == set()


def test_the_guide_to_runbooks_shows_one_that_holds(tmp_path: Path) -> None:
    """What a person copies from it loads without a word, and its cases come out as they say."""
    runbook, cases = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "runbooks.md").read_text(), re.DOTALL)
    (tmp_path / "restart-worker.yaml").write_text(runbook)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "restart-worker.yaml").write_text(cases)
    library = load_folder(tmp_path, ["approvers"])
    assert library.problems == ()
    written = load_cases(tmp_path, library).written
    assert [found for case in written for found in replay(case, library, tmp_path)] == []
    assert len(written) == 3


def test_the_guide_to_runbooks_lists_every_key() -> None:
    """Of the whole file, and of steps: nobody has to read code to find one."""
    guide = (ROOT / "docs" / "runbooks.md").read_text()
    listed = {
        key
        for row in re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|", guide.partition("## Keys")[2], re.M)
        for key in re.findall(r"`([a-z_]+)`", row)
    }
    kinds = {"run", "script", "http", "notify", "wait", "ask"}
    assert listed == set(Runbook.model_fields) | kinds
    named = set(re.findall(r"`([a-z_]+)`", guide))
    assert set(StepEntry.model_fields) - named == set()


def test_the_install_guide_explains_every_scope() -> None:
    """An administrator is asked to grant them, and wants to know what for."""
    table = (ROOT / "docs" / "install.md").read_text().partition("| scope | for |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z:]+)`", table)) - {"/incident", "/runbook"} >= set(manifest.scopes())


def test_the_install_guide_names_what_the_library_reads_from_the_environment() -> None:
    """Nobody has to open a hundred files to know what to set."""
    table = (ROOT / "docs" / "install.md").read_text().partition("| variable | for |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`([A-Z_]+)`", table))
    books = load_folder(ROOT / "runbooks", compare=False).runbooks.values()
    read = {name for book in books for name in book.env}
    read |= {param.env for book in books for param in book.params.values() if param.env}
    assert named == read


def test_the_install_guides_first_alert_has_what_the_runbook_needs() -> None:
    """What a person posts to try the bot leads to a proposal, and not to a question about a missing label."""
    guide = (ROOT / "docs" / "install.md").read_text()
    (posted,) = re.findall(r"^curl .* -d '(.*?)'$", guide, re.MULTILINE | re.DOTALL)
    alert = read_alert(read_message(json.loads(posted)))
    assert (alert.source, alert.name, alert.labels["service"]) == ("alertmanager", "ServiceDown", "nginx")


def test_the_install_guide_never_lists_what_is_over_among_what_fires() -> None:
    """Alertmanager's `.Alerts` holds both, and a message is about one thing."""
    guide = (ROOT / "docs" / "install.md").read_text()
    assert "range or .Alerts.Firing .Alerts.Resolved" in guide
    assert not re.search(r"range \.Alerts *-?}}", guide)
    assert "group_by: ['...']" in guide


def test_the_readme_names_every_make_target() -> None:
    """But for those that another one calls, or that only a maintainer of the lock needs."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M)) - {"setup", "lock"}
    assert targets - set(re.findall(r"make (\w+)", README)) == set()
