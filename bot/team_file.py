"""The team file: read and checked as a whole, and read again when it has changed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from bot.errors import TeamError
from bot.model import Severity
from bot.strict_yaml import Fault, read
from bot.team import GROUP, ON_CALL, PAGER, ROLE, Team
from bot.yaml_faults import Loc, place

log = structlog.get_logger()

# Files that stand beside the zones in a machine's database: its own setting, and versions that not every one has.
_OF_THE_MACHINE = ("localtime", "posixrules", "factory", "posix/", "right/")


def load(path: Path) -> Team:
    """The team file, checked. Raises TeamError with every problem: "FILE:LINE: what is wrong; what would be right"."""
    document = read(path)
    team, faults = document.check(Team)
    # On the plain data and not in the model: so a wrong name is said together with whatever else is wrong.
    crossed = [Fault(document.line(*at), f"`{place(at)}` {text}") for at, text in _cross_checks(document.data)]
    if team is None or crossed:
        raise TeamError(*(f"{path}:{fault.line}: {fault.text}" for fault in sorted([*faults, *crossed])))
    return team


class TeamFile:
    """The team as its file says now: read again when it has changed. While it is broken, the last good one counts."""

    def __init__(self, path: Path) -> None:
        """Raises TeamError when the file cannot be used from the start."""
        self.path = path
        self._lock = threading.Lock()
        self._seen = self._stamp()
        self._team = load(path)

    @property
    def now(self) -> Team:
        with self._lock:
            stamp = self._stamp()
            if stamp != self._seen:
                self._seen = stamp
                try:
                    self._team = load(self.path)
                    log.info("team file read again", file=str(self.path))
                except TeamError as error:
                    log.error("team file is broken; the last good one counts", problems=error.problems)
            return self._team

    def _stamp(self) -> tuple[int, int, int] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns


def _cross_checks(data: Any) -> Iterator[tuple[Loc, str]]:
    """What one part of the file says of another. Parts of the wrong shape are skipped: the model names those."""
    people = _mapping(data, "people")
    roles = _mapping(data, "roles")
    names: list[tuple[Loc, Any]] = [
        *(
            (("roles", role, at) if isinstance(held, list) else ("roles", role), name)
            for role, held in roles.items()
            for at, name in enumerate(held if isinstance(held, list) else [held])
        ),
        *((("rota", "order", at), name) for at, name in enumerate(_list(data, "rota", "order"))),
        *((("rota", "cover", at, "who"), _get(one, "who")) for at, one in enumerate(_list(data, "rota", "cover"))),
    ]
    for loc, name in names:
        if isinstance(name, str) and not name.startswith(GROUP) and name not in people:
            yield loc, f"names {name}, who is not in `people`; {_known(people)}"
    wanted: list[tuple[Loc, Any]] = [
        *((("emergency", "roles", at), role) for at, role in enumerate(_list(data, "emergency", "roles"))),
        *(
            (("escalation", severity.value, at, "to"), str(_get(level, "to")).removeprefix(ROLE))
            for severity in Severity
            for at, level in enumerate(_list(data, "escalation", severity.value))
            if str(_get(level, "to")).startswith(ROLE)
        ),
    ]
    for loc, role in wanted:
        if isinstance(role, str) and role not in roles:
            yield loc, f"names the role {role}, which is not in `roles`; {_known(roles)}"
    if not _mapping(data, "page"):
        for severity in Severity:
            for at, level in enumerate(_list(data, "escalation", severity.value)):
                if _get(level, "to") == PAGER:
                    yield ("escalation", severity.value, at, "to"), "tells the pager, and there is no `page`; add one"
    yield from _same_slack_id(people)
    yield from _rota_checks(data)


def _same_slack_id(people: dict[str, Any]) -> Iterator[tuple[Loc, str]]:
    ids = Counter(str(_get(person, "slack")) for person in people.values() if _get(person, "slack"))
    for name, person in people.items():
        slack = str(_get(person, "slack"))
        if ids[slack] > 1:
            twins = ", ".join(other for other in people if other != name and str(_get(people[other], "slack")) == slack)
            yield ("people", name, "slack"), f"is {slack}, as for {twins}; one person has one entry"


def _rota_checks(data: Any) -> Iterator[tuple[Loc, str]]:
    zone = _get(_mapping(data, "rota"), "timezone")
    if isinstance(zone, str) and zone.casefold().startswith(_OF_THE_MACHINE):
        said = "which may be another one on another machine, or none"
        yield ("rota", "timezone"), f'is "{zone}", {said}; write one such as America/Sao_Paulo or UTC'
    elif isinstance(zone, str) and not _zone_exists(zone):
        yield ("rota", "timezone"), f'is "{zone}", which is no time zone; write one such as America/Sao_Paulo or UTC'
    if any(_get(level, "to") == ON_CALL for s in Severity for level in _list(data, "escalation", s.value)) and not (
        _mapping(data, "rota")
    ):
        yield ("escalation",), "tells the person on call, and there is no `rota`; add one"
    covers = sorted(
        (start, end, at)
        for at, entry in enumerate(_list(data, "rota", "cover"))
        if (start := _moment(_get(entry, "from"))) and (end := _moment(_get(entry, "to")))
    )
    for (_, end, _), (start, _, at) in pairwise(covers):
        if start < end:
            yield ("rota", "cover", at), "begins before another cover ends; one person covers at a time"


def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not found; not a name; a folder of the zone database
        return False
    return True


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return None if moment.tzinfo else moment


def _known(names: dict[str, Any]) -> str:
    return f"known are {', '.join(names)}" if names else "nobody is there yet"


def _get(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None


def _mapping(data: Any, key: str) -> dict[str, Any]:
    found = _get(data, key)
    return found if isinstance(found, dict) else {}


def _list(data: Any, *keys: str) -> list[Any]:
    for key in keys:
        data = _get(data, key)
    return data if isinstance(data, list) else []
