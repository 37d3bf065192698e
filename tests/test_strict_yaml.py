"""Strict YAML: what a person wrote wrong is said at once, with its line and what would be right."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Literal, Self

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.errors import TeamError
from bot.strict_yaml import MAX_BYTES, Duration, Faults, parse


class Person(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    age: int = 1


class House(BaseModel):
    model_config = ConfigDict(extra="forbid")
    street: str = "x"
    rooms: int = 1
    tall: bool = False
    rent: Duration = 1.0
    built: date | None = None
    colour: Literal["red", "blue"] = "red"
    people: tuple[Person, ...] = ()
    pets: dict[str, Person] = {}
    words: tuple[str, ...] = ()
    source: str = Field("", alias="from")

    @model_validator(mode="after")
    def _nobody_twice(self) -> Self:
        names = [person.name for person in self.people]
        found = [
            (("people", at, "name"), f"is {name}, who lives here already; remove one")
            for at, name in enumerate(names)
            if name in names[:at]
        ]
        if found:
            raise Faults(*found)
        return self


def read(tmp_path: Path, text: str | bytes) -> House:
    file = tmp_path / "house.yaml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return parse(file, House, TeamError)


def problems(tmp_path: Path, text: str | bytes) -> list[str]:
    """What is said about the file, without its folder."""
    with pytest.raises(TeamError) as caught:
        read(tmp_path, text)
    return [problem.removeprefix(f"{tmp_path}/") for problem in caught.value.problems]


def test_a_good_file_is_read(tmp_path: Path) -> None:
    """Lists, mappings, dates, durations, aliases of fields and quoted text become the model."""
    text = (
        "street: 'no'\nrooms: 4\ntall: true\nrent: 15m\nbuilt: 2026-11-01\ncolour: blue\n"
        "people:\n- {name: ana, age: 3}\npets: {rex: {name: on}}\nwords: [a, '1', \"\"]\nfrom: here\n"
    )
    assert read(tmp_path, text) == House.model_validate(
        {
            "street": "no",
            "rooms": 4,
            "tall": True,
            "rent": "15m",
            "built": date(2026, 11, 1),
            "colour": "blue",
            "people": (Person(name="ana", age=3),),
            "pets": {"rex": Person(name="on")},
            "words": ("a", "1", ""),
            "from": "here",
        }
    )


@pytest.mark.parametrize(
    ("written", "seconds"), [("30s", 30), ("15m", 900), ("2h", 7200), ("1d", 86400), ("1w", 604800), ("0m", 0)]
)
def test_durations(tmp_path: Path, written: str, seconds: float) -> None:
    """A duration is a number and a unit."""
    assert read(tmp_path, f"rent: {written}").rent == seconds


@pytest.mark.parametrize("written", ["30", "1.5h", "-1s", "1 s", "1y", "'1m '", "1h30m", "٣s"])
def test_wrong_durations(tmp_path: Path, written: str) -> None:
    """Nothing is guessed about a duration without its unit, or with two."""
    assert problems(tmp_path, f"rent: {written}") == [
        "house.yaml:1: `rent` is no duration; write a number and a unit: 30s, 15m, 2h, 1d or 1w"
    ]


WRONG: dict[str, tuple[str | bytes, str]] = {
    "duplicate key": ("rooms: 1\nrooms: 2", "2: `rooms` is written twice (first on line 1); keep one"),
    "anchor": ("words: &w [a]", "1: sets the anchor &w; anchors are not used here, remove it"),
    "tag": ("street: !!str 1", "1: has the tag tag:yaml.org,2002:str; tags are not used here, remove it"),
    "python tag": (
        "street: !!python/object/apply:os.system [id]",
        "1: has the tag tag:yaml.org,2002:python/object/apply:os.system; tags are not used here, remove it",
    ),
    "merge key": ("<<: {rooms: 1}", "1: merges with `<<`; write the keys out"),
    "number as key": ("pets:\n  1: {name: x}", '2: has the key 1, which is not text; write "1" in quotes'),
    "true as key": ("true: x", '1: has the key true, which is not text; write "true" in quotes'),
    "list as key": ("? [a]\n: 1", "1: has a key that is not text; a key is one plain word"),
    "tab": ("rooms:\n\t- 1", "2: holds a tab; indent and separate with spaces"),
    "second document": ("rooms: 1\n---\nrooms: 2", "2: begins a second document; one file holds one, remove the `---`"),
    "directive": ("%YAML 1.1\n---\nrooms: 1", "2: has a % directive; remove it"),
    "too deep": ("words: " + "[" * 5000, "1: is nested more than 32 levels deep; flatten it"),
    "octal": ("rooms: 007", '1: 007 is a doubtful number; write "007" in quotes, or without leading zeros'),
    "exponent": ("rooms: 1e3", '1: 1e3 is a doubtful number; write "1e3" in quotes, or a plain decimal number'),
    "no mapping": ("- a", "1: is not a list of keys and values; write `key: value` lines"),
    "control character": ("rooms: 1\nstreet: \x07", "2: holds the character U+0007, which nobody sees; remove it"),
    "not UTF-8": (b"rooms: 1\nstreet: \xff", "2: is not UTF-8; save it as UTF-8"),
    "too large": (b"#" * (MAX_BYTES + 1), "1: is larger than 1024 KiB; split it"),
    "open quote": (
        "street: 'x",
        "1: cannot be read as YAML: found unexpected end of stream; check quotes, brackets and indentation",
    ),
    "two colons": ("street: a: b", "1: has a second `: ` in one value, or wrong indentation; put the value in quotes"),
    "unknown key": ("room: 1", "1: `room` is not known to this version; `rooms` is"),
    "unknown key below": (
        "pets:\n  rex:\n    name: x\n    zzz: 1",
        "4: `pets.rex.zzz` is not known to this version; known here: name, age",
    ),
    "missing": ("people:\n- age: 3", "2: `people[1]` has no `name`; add it"),
    "text for a number": ('rooms: "4"', '1: `rooms` is "4"; write a whole number'),
    "number for text": ("street: 4", "1: `street` is 4; write text, in quotes if need be"),
    "yes for true": ("tall: yes", '1: `tall` is "yes"; write true or false'),
    "bad date": ("built: 2026-13-01", '1: `built` is "2026-13-01"; write a date: 2026-11-30'),
    "other word": ("colour: green", '1: `colour` is "green"; write red or blue'),
    "text for a list": ("words: a", '1: `words` is "a"; write a list: [one, two]'),
    "unquoted placeholder": ("words: [a, {b}]", '1: `words[2]` is a mapping, not text; put it in quotes: "{b}"'),
    "own rule": (
        "people:\n- {name: ana}\n- {name: ana}",
        "3: `people[2].name` is ana, who lives here already; remove one",
    ),
}


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_each_slip_has_its_line_and_remedy(tmp_path: Path, case: str) -> None:
    """What is wrong is said once, where it stands, with what would be right."""
    text, said = WRONG[case]
    assert problems(tmp_path, text) == [f"house.yaml:{said}"]


def test_an_alias_is_refused_where_it_is_used(tmp_path: Path) -> None:
    """Neither end of an alias is accepted, and its missing value brings no second complaint."""
    assert problems(tmp_path, "words: &w [a]\nstreet: *w") == [
        "house.yaml:1: sets the anchor &w; anchors are not used here, remove it",
        "house.yaml:2: uses the alias *w; write the value out",
    ]


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    """One reading tells slips of YAML and of the model together, in the order of the lines."""
    assert problems(tmp_path, "rooms: x\nrooms: 2\ntall: 1\npeople: [{nam: a}]") == [
        'house.yaml:1: `rooms` is "x"; write a whole number',
        "house.yaml:2: `rooms` is written twice (first on line 1); keep one",
        "house.yaml:3: `tall` is 1; write true or false",
        "house.yaml:4: `people[1].nam` is not known to this version; `name` is",
        "house.yaml:4: `people[1]` has no `name`; add it",
    ]


def test_an_empty_file_says_what_it_needs(tmp_path: Path) -> None:
    """Comments alone are no content."""
    file = tmp_path / "person.yaml"
    file.write_text("# nothing yet\n")
    with pytest.raises(TeamError) as caught:
        parse(file, Person, TeamError)
    assert caught.value.problems == (f"{file}:1: is empty; needed are name",)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """A wrong path is said, as is one that leads to a folder or a pipe."""
    os.mkfifo(tmp_path / "pipe.yaml")
    said = []
    for name in ("none.yaml", ".", "pipe.yaml"):
        with pytest.raises(TeamError) as caught:
            parse(tmp_path / name, House, TeamError)
        said.append(caught.value.problems[0].split(": ", 1)[1])
    assert said == [
        "there is no such file; mend the path, or the link that leads there",
        "is not a regular file; put the file itself there",
        "is not a regular file; put the file itself there",
    ]
