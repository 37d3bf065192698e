"""The JSON Schema for editors says what the loader says, and is current."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.runbooks import schema
from bot.strict_yaml import read

ROOT = Path(__file__).parent.parent
FILE = ROOT / "runbooks" / "runbook.schema.json"
SCHEMA = schema.schema()
SHIPPED = sorted(path for folder in (ROOT / "runbooks", ROOT / "demo" / "runbooks") for path in folder.glob("*.yaml"))
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}

VALID = """\
runbook: 1
id: x
title: X
doc: text
params:
  service: {type: string, pattern: "[a-z]+", from: [labels.service], default: api}
  token: {type: secret, env: TOKEN}
approval: {required: 2, self: true, expires: 30m}
limits: {memory: 2GiB}
steps:
  - {id: one, run: [systemctl, restart, "{service}"], ok: [0, 3], undo: {run: [systemctl, start, "{service}"]}}
  - {id: two, wait: {http: {url: "http://127.0.0.1/", json: {a: [1, null]}}, every: 1s, for: 10s}}
verify:
  - {alert: resolved, for: 5m}
"""


def wrong(data: Any, rules: Any, at: str = "") -> Iterator[str]:
    """What a validator of the draft says of the data, as far as the schema's own words go; another word is an error."""
    if rules is True or rules == {}:
        return
    known = {"$schema", "$ref", "$defs", "title", "description", "default", "format"}
    for word, rule in rules.items():
        match word:
            case "$ref":
                yield from wrong(data, SCHEMA["$defs"][rule.rpartition("/")[2]], at)
            case "type":
                is_type = isinstance(data, TYPES[rule]) and not (isinstance(data, bool) and rule != "boolean")
                if not is_type:
                    yield f"{at}: {data!r} is no {rule}"
            case "const" | "enum":
                if data not in (rule if word == "enum" else [rule]):
                    yield f"{at}: {data!r} is not {rule}"
            case "anyOf" | "oneOf":
                fits = sum(not list(wrong(data, each, at)) for each in rule)
                if fits == 0 or (word == "oneOf" and fits > 1):
                    yield f"{at}: {fits} of {word} fit"
            case "properties":
                for key in rule.keys() & (data.keys() if isinstance(data, dict) else ()):
                    yield from wrong(data[key], rule[key], f"{at}.{key}")
            case "additionalProperties":
                extra = data.keys() - rules.get("properties", {}).keys() if isinstance(data, dict) else ()
                for key in extra:
                    yield from [f"{at}.{key} is not known"] if rule is False else wrong(data[key], rule, f"{at}.{key}")
            case "propertyNames":
                yield from (found for key in data for found in wrong(key, rule, f"{at}.{key}"))
            case "required":
                yield from (f"{at}: no {key}" for key in rule if isinstance(data, dict) and key not in data)
            case "dependentRequired":
                yield from (
                    f"{at}: {key} needs {rule[key]}" for key in rule if key in data and rule[key][0] not in data
                )
            case "items":
                items = data if isinstance(data, list) else []
                yield from (found for n, item in enumerate(items) for found in wrong(item, rule, f"{at}[{n}]"))
            case "pattern":
                if isinstance(data, str) and not re.search(rule, data):
                    yield f"{at}: {data!r} is not {rule}"
            case "minLength" | "minItems" | "minProperties":
                if isinstance(data, str | list | dict) and len(data) < rule:
                    yield f"{at}: too short"
            case "maxLength":
                if isinstance(data, str) and len(data) > rule:
                    yield f"{at}: too long"
            case "minimum":
                if isinstance(data, int) and data < rule:
                    yield f"{at}: below {rule}"
            case "maximum":
                if isinstance(data, int) and data > rule:
                    yield f"{at}: above {rule}"
            case _:
                assert word in known, f"the schema uses {word}, which this test does not know"


def judged(text: str, tmp_path: Path) -> list[str]:
    file = tmp_path / "x.yaml"
    file.write_text(text)
    return list(wrong(read(file).data, SCHEMA))


def test_the_file_is_current() -> None:
    """A change of the format without `make schema` is seen here."""
    assert FILE.read_text() == schema.text()


def test_it_names_its_dialect() -> None:
    """Editors choose how to read it by that."""
    assert json.loads(FILE.read_text())["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("file", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_runbook_fits(file: Path) -> None:
    """An editor shows no error in a file that the loader takes."""
    assert list(wrong(read(file).data, SCHEMA)) == []


def test_keys_and_values_are_as_written(tmp_path: Path) -> None:
    """`from`, `for`, `json` and `self`; durations and sizes as text."""
    assert judged(VALID, tmp_path) == []


@pytest.mark.parametrize(
    ("there", "instead", "said"),
    [
        ("title: X", "titel: X", ".titel is not known"),
        ("for: 10s", "limit: 10s", ".steps[1].wait.limit is not known"),
        ("expires: 30m", "expires: 30", ".approval.expires: 30 is no string"),
        ("expires: 30m", "expires: half an hour", "is not ^[0-9]{1,6}[smhdw]$"),
        ("memory: 2GiB", "memory: 2GB", "is not ^[0-9]{1,6}(KiB|MiB|GiB)$"),
        ("{id: one, ", "{id: one, script: x, ", ".steps[0]: 2 of oneOf fit"),
        ('run: [systemctl, restart, "{service}"], ', "", ".steps[0]: 0 of oneOf fit"),
        ("token:", "TOKEN:", ".params.TOKEN: 'TOKEN' is not"),
        ("alert: resolved", "alert: firing", "'firing' is not resolved"),
        ("doc: text\n", "", ": no doc"),
        ("required: 2", "required: true", "True is no integer"),
    ],
)
def test_an_editor_shows_what_is_wrong(tmp_path: Path, there: str, instead: str, said: str) -> None:
    """A slip is seen while the file is written."""
    assert there in VALID
    assert said in "\n".join(judged(VALID.replace(there, instead), tmp_path))


def test_steps_are_needed_for_what_speaks_of_them(tmp_path: Path) -> None:
    """A check without steps checks for nothing."""
    text = "runbook: 1\nid: x\ntitle: X\ndoc: text\ncheck: [{id: a, run: [id]}]\n"
    assert judged(text, tmp_path) == [": check needs ['steps']"]


def test_every_key_says_what_it_is() -> None:
    """What an editor shows beside it."""
    parts = [SCHEMA, *SCHEMA["$defs"].values()]
    described = {key: rules.get("description") for part in parts for key, rules in part.get("properties", {}).items()}
    assert {key for key, description in described.items() if not description} == set()
    assert len(described) > 50
