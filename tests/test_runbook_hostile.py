"""Hostile values: whatever a label or a person says, a plan means what its file says, or there is no plan."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ParameterRefused
from bot.model import Alert, AlertStatus, Ask, Command, Http, Notify, Plan, RunState, Script, Tcp, Wait
from bot.runbooks.format import Runbook
from bot.runbooks.load import load_folder
from bot.runbooks.plan import fill, seal
from bot.runbooks.steps import environment
from tests.hostile_values import NASTY
from tests.library import perform

# Every kind of parameter, in every place where it may stand. `line` lets everything through but a newline.
PARAMS = """\
runbook: 1
id: NAME
title: A book
doc: Read this.
params:
  line: {type: string, pattern: ".*", from: [labels.line], default: ""}
  name: {type: string, pattern: "[A-Za-z0-9][A-Za-z0-9._-]{0,62}", from: [labels.name], default: web}
  mode: {type: string, enum: [graceful, --force, "$(id)"], from: [labels.mode], default: graceful}
  count: {type: integer, min: -5, max: 50, from: [labels.count], default: 1}
  note: {type: string, from: [labels.note], default: ""}
"""

COMMANDS = """\
lock: "thing {note}"
check:
  - {id: look, run: [tool, --, "{line}"]}
steps:
  - {id: first, run: [tool, "--a={line}", "{{line}}", "x{name}:{line}{count}", "%s $(id)", --, "{line}", "{mode}"]}
  - {id: script, script: scripts/show.py}
  - {id: settle, wait: {run: [tool, --, "{line} ", "{count}"]}}
  - {id: tell, notify: {channel: deploys, text: "{note} of {line}"}}
  - {id: well, ask: "Is {note} well?"}
  - {id: last, run: [tool], undo: {run: [tool, undo, --, "{line}{count}"]}}
verify:
  - {run: [tool, "{name}"]}
on_failure: undo
"""

REQUESTS = """\
steps:
  - id: post
    http:
      url: "http://{name}.example.com:8080/a/{line}/b.{line}/c?q={line}&count={count}#end"
      method: POST
      headers: {X-Line: "<{line}>", X-Mode: "{mode}"}
      json: {"{line}": ["{line}", 1, {note: "{note}"}]}
  - {id: settle, wait: {tcp: {host: "{name}", port: 8080}}}
verify:
  - {http: {url: "https://127.0.0.1/?{line}"}}
"""

SHOW = f"""#!{sys.executable}
import hashlib, json, os, sys
short = lambda text: text if len(text) < 100 else hashlib.sha256(text.encode()).hexdigest()
seen = {{name: short(value) for name, value in os.environ.items() if name.startswith("RUNBOOK_")}}
json.dump([[short(argument) for argument in sys.argv[1:]], seen], sys.stdout)
"""


def short(text: str) -> str:
    """As the program above prints it: of a step's output the first and last 16 KiB are kept."""
    return text if len(text) < 100 else hashlib.sha256(text.encode()).hexdigest()


ANYTHING = st.one_of(st.sampled_from(NASTY), st.text(st.characters(), max_size=12), st.text("ab.-/{}% \n", max_size=5))
VALUES = st.fixed_dictionaries(
    {
        "line": ANYTHING,
        "name": st.one_of(ANYTHING, st.sampled_from(["web", "db-1.example"])),
        "mode": st.one_of(ANYTHING, st.sampled_from(["graceful", "--force", "$(id)"])),
        "count": st.one_of(ANYTHING, st.integers(-60, 60).map(str)),
        "note": ANYTHING,
    }
)
GOOD = {"line": "x", "name": "web", "mode": "graceful", "count": "1", "note": ""}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("books")
    (folder / "scripts").mkdir()
    (folder / "scripts" / "show.py").write_text(SHOW)
    (folder / "scripts" / "show.py").chmod(0o755)
    (folder / "commands.yaml").write_text(PARAMS.replace("NAME", "commands") + COMMANDS)
    (folder / "requests.yaml").write_text(PARAMS.replace("NAME", "requests") + REQUESTS)
    return folder


@pytest.fixture(scope="module")
def family(folder: Path) -> Mapping[str, Runbook]:
    library = load_folder(folder)
    assert library.broken == ()
    return library.runbooks


def assert_means_what_it_says(plan: Plan, values: Mapping[str, str]) -> None:
    """Written out by hand, so that no code of the product says what is right."""
    line, name, mode, count, note = (values[key] for key in ("line", "name", "mode", "count", "note"))
    actions = [step.action for step in (*plan.checks, *plan.steps, *plan.verify)]
    if plan.runbook == "commands":
        first = ("tool", "--a=" + line, "{line}", "x" + name + ":" + line + count, "%s $(id)", "--", line, mode)
        assert actions == [
            Command(("tool", "--", line)),
            Command(first),
            Script("scripts/show.py", SHOW.encode()),
            Wait(Command(("tool", "--", line + " ", count)), 2.0, 60.0, 1),
            Notify("deploys", note + " of " + line),
            Ask("Is " + note + " well?"),
            Command(("tool",)),
            Command(("tool", name)),
        ]
        assert [step.undo.action for step in plan.steps if step.undo] == [Command(("tool", "undo", "--", line + count))]
        assert plan.lock == "thing " + note
    else:
        post, wait, get = actions
        assert isinstance(post, Http)
        assert isinstance(get, Http)
        assert_same_address(post.url, line, name, count)
        assert post.headers == {"X-Line": "<" + line.replace("{", "{{").replace("}", "}}") + ">", "X-Mode": mode}
        assert post.json == {"{line}": [line, 1, {"note": note}]}
        assert wait == Wait(Tcp(name, 8080), 2.0, 60.0, 1)
        assert get.url == "https://127.0.0.1/?" + quote(line, safe="")
    assert {key: environment(plan, {})[f"RUNBOOK_{key.upper()}"] for key in values} == values


def assert_same_address(url: str, line: str, name: str, count: str) -> None:
    parts = urlsplit(url)
    where = (parts.scheme, parts.username, parts.hostname, parts.port, parts.fragment)
    assert where == ("http", None, f"{name}.example.com".lower(), 8080, "end")
    assert [unquote(segment, errors="strict") for segment in parts.path.split("/")] == ["", "a", line, f"b.{line}", "c"]
    assert not {".", "..", ""} & set(parts.path.split("/")[1:])
    assert [part.split("=") for part in parts.query.split("&")] == [["q", quote(line, safe="")], ["count", count]]


def assert_refused_in_words(refusal: ParameterRefused, values: Mapping[str, str]) -> None:
    """It names the parameter and why, in a text that can be shown anywhere."""
    said = str(refusal)
    assert said.isprintable()
    assert any(key in said for key in values)
    assert len(said) < 20_000  # an address is shown whole


@pytest.mark.parametrize("id_", ["commands", "requests"])
@given(values=VALUES)
def test_a_value_is_refused_or_means_only_itself(
    family: Mapping[str, Runbook], folder: Path, id_: str, values: dict[str, str]
) -> None:
    """Elements keep their number and their constant bytes, addresses their parts, and the environment has the value."""
    book = family[id_]
    try:
        plan = seal(book, fill(book, None, values), folder)
    except ParameterRefused as refusal:
        assert_refused_in_words(refusal, values)
    else:
        assert_means_what_it_says(plan, values)


@pytest.mark.parametrize("id_", ["commands", "requests"])
@pytest.mark.parametrize("key", GOOD)
def test_each_nasty_value_in_each_parameter(family: Mapping[str, Runbook], folder: Path, id_: str, key: str) -> None:
    """From a label as well as from a person, with the same answer."""
    book = family[id_]
    for value in NASTY:
        values = {**GOOD, key: value}
        answers: list[str | None] = []
        for alert, typed in ((None, values), (Alert("test", "Down", AlertStatus.FIRING, "", values), {})):
            try:
                plan = seal(book, fill(book, alert, typed), folder)
            except ParameterRefused as refusal:
                assert_refused_in_words(refusal, values)
                answers.append(None)
            else:
                assert_means_what_it_says(plan, values)
                answers.append(plan.hash)
        assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("name", "; rm -rf /", 'does not fit the pattern [A-Za-z0-9][A-Za-z0-9._-]{0,62}: "; rm -rf /"'),
        ("name", "wеb", 'does not fit the pattern [A-Za-z0-9][A-Za-z0-9._-]{0,62}: "wеb"'),
        ("name", "web\n", "does not fit the pattern [A-Za-z0-9][A-Za-z0-9._-]{0,62}: 'web\\n'"),
        ("name", "\u202egood", "does not fit the pattern [A-Za-z0-9][A-Za-z0-9._-]{0,62}: '\\u202egood'"),
        ("mode", "Graceful", 'is none of graceful, --force, $(id): "Graceful"'),
        ("count", "٣", 'is no whole number: "٣"'),
        ("count", "51", 'is above 50: "51"'),
        ("note", "--output=/etc/passwd", 'starts with `-`: "--output=/etc/passwd"'),
        ("line", "a\0b", "holds a NUL character: 'a\\x00b'"),
        ("line", "\ud800", "is not valid text: '\\ud800'"),
        ("line", "x" * 1024 * 1024, 'is longer than 4096 characters: "' + "x" * 59 + '…"'),
    ],
    ids=lambda value: ascii(value[:30]),
)
def test_a_refusal_says_why_and_shows_the_value_safely(
    family: Mapping[str, Runbook], key: str, value: str, said: str
) -> None:
    """A person sees at once what was wrong, and nothing of it acts on their terminal."""
    with pytest.raises(ParameterRefused) as caught:
        fill(family["commands"], None, {**GOOD, key: value})
    assert str(caught.value) == f"{key} (person) {said}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "line is empty, which would change the path of "),
        ("..", "line is .., which would change the path of "),
        ("é", "line would put into the header X-Line what it may not hold: spaces around, or no ASCII"),
        ("\t", "line would put into the header X-Line what it may not hold: spaces around, or no ASCII"),
    ],
)
def test_a_value_that_would_make_another_request_is_refused(
    family: Mapping[str, Runbook], folder: Path, value: str, said: str
) -> None:
    """Its pattern allows it, and the place does not."""
    book = family["requests"]
    with pytest.raises(ParameterRefused) as caught:
        seal(book, fill(book, None, {**GOOD, "line": value}), folder)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("name", ["nope", "line\n", "\u202eline", "x" * 100_000, "__class__", "line "])
def test_a_parameter_that_there_is_not_is_refused(family: Mapping[str, Runbook], name: str) -> None:
    """Its name came from a person too."""
    with pytest.raises(ParameterRefused, match="has no such parameter") as caught:
        fill(family["commands"], None, {**GOOD, name: "x"})
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1000


# -- through the real thing: all of them in one run ---


def taken(folder: Path, head: str, entry: str) -> list[str]:
    """Those of the nasty values with which a plan can be made."""
    (folder / "one.yaml").write_text(
        HEAD.replace("NAME", "one") + f"  v: {LINE}\n" + head + entry.replace("VALUE", "{v}")
    )
    book = load_folder(folder).runbooks["one"]
    found = []
    for value in NASTY:
        try:
            seal(book, fill(book, None, {"v": value}), folder)
        except ParameterRefused:
            continue
        found.append(value)
    return found


HEAD = "runbook: 1\nid: NAME\ntitle: A book\ndoc: Read this.\nparams:\n"
LINE = '{type: string, pattern: ".*"}'


def test_a_program_is_given_what_was_approved(tmp_path: Path) -> None:
    """Its arguments and its environment hold each value byte for byte, and nothing of it was run, split or expanded."""
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "show.py"
    script.write_text(SHOW)
    script.chmod(0o755)
    values = taken(tmp_path, "steps:\n", '  - {id: one, run: [tool, --, "VALUE"]}\n')
    assert len(values) > 40
    given = {f"v{at}": value for at, value in enumerate(values)}
    argv = [element for name in given for element in (f"{{{name}}}", f"--x={{{name}}}", f"{{{{{name}}}}}")]
    params = "".join(f"  {name}: {LINE}\n" for name in given)
    program = tmp_path / "program.py"
    program.write_text(SHOW)
    run = json.dumps([sys.executable, str(program), "--", *argv])
    steps = f"steps:\n  - {{id: command, run: {run}}}\n  - {{id: script, script: scripts/show.py}}\n"
    (tmp_path / "all.yaml").write_text(f"{HEAD.replace('NAME', 'all')}{params}{steps}")
    done = perform("all", given, {}, tmp_path, folder=tmp_path)
    assert done.state is RunState.SUCCEEDED, str(done)
    arguments = [short(text) for name, value in given.items() for text in (value, f"--x={value}", f"{{{name}}}")]
    seen = {f"RUNBOOK_{name.upper()}": short(value) for name, value in given.items()}
    assert json.loads(done.steps["command"].output) == [["--", *arguments], seen]
    assert json.loads(done.steps["script"].output) == [[], seen]


class Far:
    """Remembers the request lines, headers and bodies that reached it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None, object]] = []
        far = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                far.asked.append((self.requestline, self.headers["X-Line"], body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()


@pytest.fixture
def far() -> Iterator[Far]:
    far = Far()
    yield far
    far.server.shutdown()
    far.thread.join()
    far.server.server_close()


def test_a_server_is_asked_what_was_approved(far: Far, tmp_path: Path) -> None:
    """One request line, with the path's parts as the file has them, one header, and one JSON text."""
    entry = (
        f'  - {{id: NAME, http: {{url: "http://127.0.0.1:{far.server.server_address[1]}/a/VALUE/b?q=VALUE", '
        'method: POST, headers: {X-Line: "<VALUE>"}, json: {line: "VALUE"}}}\n'
    )
    values = taken(tmp_path, "steps:\n", entry.replace("NAME", "one"))
    given = {f"v{at}": value for at, value in enumerate(values)}
    params = "".join(f"  {name}: {LINE}\n" for name in given)
    steps = "".join(entry.replace("NAME", name).replace("VALUE", f"{{{name}}}") for name in given)
    (tmp_path / "all.yaml").write_text(f"{HEAD.replace('NAME', 'all')}{params}steps:\n{steps}")
    done = perform("all", given, {}, tmp_path, folder=tmp_path)
    assert done.state is RunState.SUCCEEDED, str(done)
    whole = [quote(value, safe="") for value in values]
    assert far.asked == [
        (f"POST /a/{part}/b?q={part} HTTP/1.1", f"<{value}>", {"line": value})
        for part, value in zip(whole, values, strict=True)
    ]
    assert len(values) > 20
