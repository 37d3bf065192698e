"""The house stays in order: imports run one way, and each outside library has one owner."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = ("bot", "handoff")

# From the edge inwards. A file imports from its own layer and from those below it, never from one above.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("app",),
    ("bot.slack", "handoff"),
    ("bot.flow",),
    ("bot.schedules", "bot.second_opinions"),
    ("bot.alerting", "bot.deciding", "bot.interventions"),
    ("bot.storming",),
    ("bot.proposing",),
    ("bot.execution",),
    ("bot",),  # everything else of the bot
    ("bot.model", "bot.errors"),
)

# Library → the only part of the product that touches it.
OWNERS = {
    "dateparser": ("bot.moments",),
    "apscheduler": ("bot.cron", "bot.timers"),
    "httpx": ("bot.alertmanager", "bot.calendars.source", "bot.runbooks", "bot.classify.llm", "bot.deliveries"),
    "icalendar": ("bot.calendars.events", "bot.calendars.recurring"),
    "jinja2": ("bot.words", "bot.texts", "bot.classify.llm"),
    "markdown_it": ("bot.slack.markdown_blocks",),
    "matplotlib": ("bot.incidents.plotting",),
    "ollama": ("bot.classify.llm",),
    "openai": ("bot.classify.llm",),
    "pydantic_settings": ("bot.settings",),
    "recurring_ical_events": ("bot.calendars.recurring",),
    "ruamel": ("bot.strict_yaml",),
    "smtplib": ("bot.deliveries",),
    "slack_bolt": ("bot.slack", "app"),  # app.py wires it
    "slack_sdk": ("bot.slack",),
    "sqlite3": ("bot.store",),
    "sqlite_utils": ("bot.store",),
    "subprocess": ("bot.runbooks",),
    "typer": ("app", "bot.typed", "bot.runbooks.terminal.typed", "handoff.typed"),  # what can be typed
}
DEVELOPMENT = {"slackbox", "demo", "tests", "starlette", "uvicorn", "websockets", "playwright", "pytest", "hypothesis"}


def module(path: Path) -> str:
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def product_files() -> list[Path]:
    return [ROOT / "app.py", *sorted(path for folder in PRODUCT for path in (ROOT / folder).rglob("*.py"))]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every module that the file imports, with its line. `from bot import team` is bot.team."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = (ROOT / node.module.replace(".", "/")).is_dir()
            for alias in node.names:
                below = f"{node.module}.{alias.name}"
                is_module = whole and any((ROOT / (below.replace(".", "/") + end)).exists() for end in ("", ".py"))
                yield node.lineno, below if is_module else node.module


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(f"{part}.")


def layer(name: str) -> int:
    """The innermost layer whose most specific entry holds this module."""
    found = [(len(part), number) for number, parts in enumerate(LAYERS) for part in parts if within(name, part)]
    return max(found)[1]


@pytest.mark.parametrize("path", product_files(), ids=module)
def test_imports_run_one_way(path: Path) -> None:
    """app → handoff, bot.slack → bot.flow → the rest → model, errors."""
    own = layer(module(path))
    upwards = [
        f"{path.name}:{line} imports {name}"
        for line, name in imports(path)
        if any(within(name, part) for part in ("app", *PRODUCT)) and name != "bot" and layer(name) < own
    ]
    assert upwards == []


@pytest.mark.parametrize("path", product_files(), ids=module)
def test_each_library_has_one_owner(path: Path) -> None:
    """Who wants to change how the bot talks to Slack, SQLite or processes looks in one place."""
    strays = [
        f"{path.name}:{line} imports {name}, which belongs to {' and '.join(OWNERS[name.split('.')[0]])}"
        for line, name in imports(path)
        if name.split(".")[0] in OWNERS and not any(within(module(path), owner) for owner in OWNERS[name.split(".")[0]])
    ]
    assert strays == []


@pytest.mark.parametrize("path", product_files(), ids=module)
def test_the_product_needs_no_development_equipment(path: Path) -> None:
    """What runs in production never imports the local workspace, the demo or a test's library.

    app.py offers the first two as commands, and imports them when they are asked for.
    """
    allowed = {"slackbox", "demo"} if path.name == "app.py" else set()
    strays = {name.split(".")[0] for _, name in imports(path)} & DEVELOPMENT - allowed
    assert strays == set()
    if path.name == "app.py":
        at_the_top = {
            name.split(".")[0]
            for node in ast.parse(path.read_text()).body
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        }
        assert at_the_top & DEVELOPMENT == set()


def test_every_import_is_a_declared_dependency() -> None:
    """pyproject.toml names what the product imports, so that nothing works by luck."""
    names = {name.split(".")[0] for path in product_files() for _, name in imports(path)}
    outside = {name for name in names if name not in sys.stdlib_module_names} - {*PRODUCT, "app", "slackbox", "demo"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    packages = {each.split(">")[0].replace(".", "-") for each in declared}
    as_package = {"ruamel": "ruamel-yaml", "markdown_it": "markdown-it-py", "pydantic_core": "pydantic"}
    assert {as_package.get(name, name.replace("_", "-")) for name in outside} - packages == set()


@pytest.mark.parametrize("path", product_files(), ids=module)
def test_files_stay_readable(path: Path) -> None:
    """A file that passes 400 lines holds more than one thing."""
    assert len(path.read_text().splitlines()) <= 400
