"""Maintenance, whole and partial, with the lines for nginx that the runbooks' own texts tell people to write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import RunState, Verdict
from bot.runbooks.load import load_folder
from tests import real_nginx
from tests.library import RUNBOOKS
from tests.real_nginx import Nginx
from tests.service_place import Place

KNOWN = "session=a-test-users-own"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path)
    place.environ["MAINTENANCE_KNOWN_COOKIE"] = KNOWN
    return place


def told(runbook: str, place: Place) -> list[str]:
    """The blocks of code in its text, with the places of this test in them."""
    page = place.root / "maintenance"
    page.mkdir(exist_ok=True)
    (page / "index.html").write_text("back soon\n")
    text = load_folder(RUNBOOKS, compare=False).runbooks[runbook].doc
    text = text.replace("/var/lib/plantao/maintenance/SITE", str(place.flags / "shop"))
    text = text.replace("/var/www/maintenance", str(page))
    return re.findall(r"```\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def nginx(place: Place) -> Iterator[Nginx]:
    """With the lines of partial maintenance."""
    http, server = told("partial-maintenance", place)
    with real_nginx.running(place.root / "nginx", http=http, server=server) as site:
        yield site


@pytest.mark.ran("real", "maintenance-mode", "end-maintenance")
def test_the_lines_of_the_text_turn_everybody_away(place: Place) -> None:
    """The flag is looked for at each request: nginx need not be reloaded."""
    with real_nginx.running(place.root / "nginx", server=told("maintenance-mode", place)[0]) as nginx:
        on = place.perform("maintenance-mode", site="shop", port=nginx.port)
        assert (on.verdict, nginx.get("/", Cookie=KNOWN)) == (Verdict.FIXED, 503), str(on)
        off = place.perform("end-maintenance", site="shop", port=nginx.port)
        assert (off.verdict, nginx.get("/")) == (Verdict.FIXED, 200), str(off)


@pytest.mark.ran("real", "partial-maintenance", "end-maintenance")
def test_known_users_stay_in_and_new_ones_wait(place: Place, nginx: Nginx) -> None:
    """Until it is ended; the test user's session is shown nowhere."""
    on = place.perform("partial-maintenance", site="shop", port=nginx.port)
    assert (on.state, on.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(on)
    assert (nginx.get("/"), nginx.get("/", Cookie="basket=3"), nginx.get("/", Cookie=KNOWN)) == (503, 503, 200)
    assert KNOWN not in str(on)
    off = place.perform("end-maintenance", site="shop", who="newcomers", port=nginx.port)
    assert (off.verdict, nginx.get("/"), list(place.flags.iterdir())) == (
        Verdict.FIXED,
        200,
        [place.flags / ".shop.newcomers.before"],
    ), str(off)


@pytest.mark.ran("real", "partial-maintenance")
def test_a_session_that_nginx_does_not_know_takes_it_back(place: Place, nginx: Nginx) -> None:
    """With the name of another cookie everybody would be turned away: the flag goes again."""
    place.environ["MAINTENANCE_KNOWN_COOKIE"] = "sid=a-test-users-own"
    done = place.perform_in_vain("partial-maintenance", "8s", site="shop", port=nginx.port)
    assert (done.state, done.steps["taken"].ok, done.steps["kept"].ok) == (RunState.UNDONE, True, False), str(done)
    assert (nginx.get("/"), list(place.flags.iterdir())) == (200, [])


@pytest.mark.ran("real", "partial-maintenance")
def test_partial_maintenance_that_nginx_does_not_look_for_is_taken_back(place: Place) -> None:
    """And one that somebody else had begun stays."""
    flag = place.flags / "shop.newcomers"
    flag.write_text("2026-11-21 12:00:00 UTC\n")
    with real_nginx.running(place.root / "nginx") as nginx:
        done = place.perform_in_vain("partial-maintenance", "10s", site="shop", port=nginx.port)
    assert (done.state, done.steps["taken"].ok, flag.exists()) == (RunState.UNDONE, False, True), str(done)
