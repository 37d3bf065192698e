"""Values and plans: what was shown is what runs, and no value changes what a command means."""

from __future__ import annotations

import textwrap
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ParameterMissing, ParameterRefused, PlanError
from bot.model import Alert, AlertStatus, Command, Http, Param, Plan, Script
from bot.runbooks.format import Runbook
from bot.runbooks.load import load_folder
from bot.runbooks.plan import fill, seal

HEAD = "runbook: 1\nid: book\ntitle: A book\ndoc: x\n"


def load(folder: Path, body: str) -> Runbook:
    (folder / "book.yaml").write_text(HEAD + textwrap.dedent(body))
    library = load_folder(folder)
    assert library.broken == ()
    return library.runbooks["book"]


def alert(**labels: str) -> Alert:
    return Alert("test", "Down", AlertStatus.FIRING, "it is down", labels)


PARAMS = """\
    params:
      service: {type: string, pattern: "[a-z-]+", from: [labels.service, labels.job], default: api}
      count: {type: integer, min: 1, max: 50, default: 4}
      name: {type: string, from: [labels.alertname], enum: [Down, Up, -x]}
      note: {type: string}
    steps:
      - {id: one, run: [echo, "{service}={count}", "{{}}", "{name}"]}
"""


def test_a_value_comes_from_the_person_the_alert_or_the_default(tmp_path: Path) -> None:
    """In this order, and each says where it came from."""
    book = load(tmp_path, PARAMS)
    assert fill(book, alert(job="web", count="9"), {"note": "", "count": "7"}) == (
        Param("service", "web", "alert"),
        Param("count", "7", "person"),
        Param("name", "Down", "alert"),
        Param("note", "", "person"),
    )
    assert fill(book, None, {"note": "x", "name": "Up"})[:2] == (
        Param("service", "api", "default"),
        Param("count", "4", "default"),
    )


def test_missing_values_are_named_together(tmp_path: Path) -> None:
    """What nobody gave is asked for in one go."""
    with pytest.raises(ParameterMissing, match="name, note"):
        fill(load(tmp_path, PARAMS), None, {})


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("service", "a b", "does not fit the pattern"),
        ("service", "api\n", "does not fit the pattern"),
        ("service", "", "does not fit the pattern"),
        ("service", "API", "does not fit the pattern"),
        ("count", "51", "is above 50"),
        ("count", "0", "is below 1"),
        ("count", "-1", "is below 0"),
        ("count", " 4", "is no whole number"),
        ("count", "4\n", "is no whole number"),
        ("count", "٤", "is no whole number"),
        ("count", "1_0", "is no whole number"),
        ("count", "007", "is no whole number"),
        ("count", "1e1", "is no whole number"),
        ("name", "down", "is none of Down, Up, -x"),
        ("note", "-rf", "starts with `-`"),
        ("note", "a\0b", "holds a NUL character"),
        ("note", "\ud800", "is not valid text"),
        ("note", "x" * 4097, "is longer than 4096 characters"),
        ("nope", "x", "has no such parameter"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(tmp_path: Path, name: str, value: str, why: str) -> None:
    """It is never trimmed, converted or replaced by the default."""
    book = load(tmp_path, PARAMS)
    with pytest.raises(ParameterRefused, match=why.replace("`", "`")):
        fill(book, alert(), {"note": "x", "name": "Up", name: value})


def test_a_label_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    """The default would be another service than the one in trouble."""
    with pytest.raises(ParameterRefused, match="service"):
        fill(load(tmp_path, PARAMS), alert(service="a;b"), {"note": "x"})


def test_what_the_pattern_or_the_list_allows_may_start_with_a_dash(tmp_path: Path) -> None:
    """The author said so."""
    book = load(tmp_path, PARAMS)
    filled = fill(book, None, {"service": "-a", "name": "-x", "note": ""})
    assert [param.value for param in filled] == ["-a", "4", "-x", ""]


def sealed(folder: Path, body: str, **values: str) -> Plan:
    book = load(folder, body)
    return seal(book, fill(book, None, values), folder)


def test_values_go_inside_the_elements(tmp_path: Path) -> None:
    """Braces that are doubled are braces, and a plan keeps every value for the environment."""
    plan = sealed(tmp_path, PARAMS, note="{count}", name="Up")
    assert plan.steps[0].action == Command(("echo", "api=4", "{}", "Up"))
    assert plan.params == {"service": "api", "count": "4", "name": "Up", "note": "{count}"}


def test_the_same_plan_has_the_same_hash(tmp_path: Path) -> None:
    """Nothing but what will run is in it, and it survives being stored."""
    plan = sealed(tmp_path, PARAMS, note="a", name="Up")
    assert sealed(tmp_path, PARAMS, name="Up", note="a").hash == plan.hash
    assert Plan.from_json(plan.to_json()) == plan
    assert sealed(tmp_path, PARAMS, name="Up", note="b").hash != plan.hash


SCRIPT = "    steps: [{id: one, script: scripts/a.sh, ok: [0, 3]}]\n"


def test_a_script_is_sealed_with_its_bytes(tmp_path: Path) -> None:
    """A script that changes after the approval is another plan."""
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "a.sh"
    script.write_bytes(b"#!/bin/sh\nexit 0 # \xff\n")
    plan = sealed(tmp_path, SCRIPT)
    assert plan.steps[0].action == Script("scripts/a.sh", b"#!/bin/sh\nexit 0 # \xff\n", (0, 3))
    assert Plan.from_json(plan.to_json()) == plan
    script.write_bytes(b"#!/bin/sh\nexit 1\n")
    assert sealed(tmp_path, SCRIPT).hash != plan.hash


def test_a_script_that_went_away_seals_nothing(tmp_path: Path) -> None:
    """It is said by name."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "a.sh").write_text("#!/bin/sh\n")
    book = load(tmp_path, SCRIPT)
    (tmp_path / "scripts" / "a.sh").unlink()
    with pytest.raises(PlanError, match=r"scripts/a\.sh does not exist"):
        seal(book, (), tmp_path)


def test_prose_seals_nothing(tmp_path: Path) -> None:
    """A runbook without steps is there to be read."""
    with pytest.raises(PlanError, match="no steps"):
        seal(load(tmp_path, ""), (), tmp_path)


HTTP = """\
    params:
      host: {type: string, pattern: ".*", default: localhost}
      part: {type: string, pattern: ".*", default: x}
    steps:
      - id: one
        http:
          url: "http://{host}:8080/jobs/{part}/run?by={part}#x"
          method: POST
          headers: {X-Part: "{part}"}
          json: {"{part}": ["{part}", 1, {deep: "a {part}"}]}
          status: 202
"""


def test_a_request_is_filled_in_place(tmp_path: Path) -> None:
    """In an address a value is escaped; in JSON only texts are filled, and keys are not."""
    assert sealed(tmp_path, HTTP, part="a/b?c").steps[0].action == Http(
        "http://localhost:8080/jobs/a%2Fb%3Fc/run?by=a%2Fb%3Fc#x",
        "POST",
        {"X-Part": "a/b?c"},
        {"{part}": ["a/b?c", 1, {"deep": "a a/b?c"}]},
        202,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", "evil@good"),
        ("host", "good/path"),
        ("host", "good:1"),
        ("host", ""),
        ("host", "a b"),
        ("host", "a\n"),
        ("part", ".."),
        ("part", "."),
        ("part", "a\r\nX-Other: 1"),
        ("part", "ã"),
    ],
)
def test_a_value_that_would_change_a_request_is_refused(tmp_path: Path, name: str, value: str) -> None:
    """Another host, another path or another header is another request, even where the pattern allows it."""
    with pytest.raises(ParameterRefused):
        sealed(tmp_path, HTTP, **{name: value})


@pytest.fixture(scope="module")
def open_book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Runbook, Path]:
    folder = tmp_path_factory.mktemp("books")
    body = """\
    params:
      a: {type: string, pattern: ".*", default: ""}
      b: {type: string, pattern: ".*", default: ""}
    steps:
      - {id: one, run: [tool, --, "{a}", "x{a}y{b}", "{{a}}", last]}
      - {id: two, http: {url: "https://example.com/a/{a}/b?q={b}"}}
    """
    return load(folder, body), folder


HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["$(id)", "`id`", "; rm -rf /", "a b", "'", '"', "{b}", "{{a}}", "\\", "\n", "%s", "-rf", "../x", "*"]
    ),
)


@given(a=HOSTILE, b=HOSTILE)
def test_no_value_changes_what_a_command_means(open_book: tuple[Runbook, Path], a: str, b: str) -> None:
    """Whatever a value holds, the number of elements stays, the constant ones stay, and addresses keep their parts."""
    book, folder = open_book
    try:
        plan = seal(book, fill(book, None, {"a": a, "b": b}), folder)
    except ParameterRefused:
        return
    command, http = plan.steps[0].action, plan.steps[1].action
    assert command == Command(("tool", "--", a, f"x{a}y{b}", "{a}", "last"))
    assert isinstance(http, Http)
    url = urlsplit(http.url)
    assert (url.scheme, url.netloc, url.fragment) == ("https", "example.com", "")
    assert [len(url.path.split("/")), url.path.split("/")[1], url.path.split("/")[3]] == [4, "a", "b"]
    assert url.query.count("=") == 1
    assert "&" not in url.query


@given(value=st.text(max_size=60))
def test_a_pattern_is_matched_whole(open_book: tuple[Runbook, Path], value: str) -> None:
    """Neither a newline at the end nor an early `$` lets anything slip past."""
    book, _ = open_book
    spec = book.params["a"].model_copy(update={"pattern": "[a-z]+$"})
    narrow = book.model_copy(update={"params": {"a": spec}})
    plain = value != "" and all("a" <= char <= "z" for char in value)
    try:
        accepted = fill(narrow, None, {"a": value}) == (Param("a", value, "person"),)
    except ParameterRefused:
        accepted = False
    assert accepted == plain
