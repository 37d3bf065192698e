"""The runbook that caches a slow route, with a real nginx and the lines that its own text tells people to write."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from bot.model import RunState, Verdict
from bot.runbooks.load import load_folder
from tests.library import RUNBOOKS, Performed, perform
from tests.real_nginx import Nginx
from tests.service_place import listening

pytestmark = pytest.mark.ran("real", "cache-slow-route")

REPORT = "/shop/reports/sales"


class Shop:
    """The service behind nginx: how often each path was asked for."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}
        self.headers: dict[str, str] = {}
        shop = self

        class Side(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shop.asked[self.path] = shop.asked.get(self.path, 0) + 1
                self.send_response(200)
                for name, value in shop.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"many figures\n")

            def log_message(self, *_: Any) -> None:
                pass

        self.side = Side


@contextmanager
def in_front_of(shop: Shop, root: Path) -> Iterator[Nginx]:
    folder = root / "nginx"
    text = load_folder(RUNBOOKS, compare=False).runbooks["cache-slow-route"].doc
    text = text.replace("/var/cache/nginx/short", str(root / "cache"))
    text = text.replace("/etc/nginx/plantao/short.map", str(folder / "short.map"))
    http, server = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    with listening(shop.side) as port:
        nginx = Nginx(folder, [port], http=http, server=server)
        (folder / "short.map").write_text("# routes\n")
        nginx.start()
        try:
            yield nginx
        finally:
            nginx.stop()


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def nginx(shop: Shop, tmp_path: Path) -> Iterator[Nginx]:
    with in_front_of(shop, tmp_path) as server:
        yield server


def cache(nginx: Nginx, tmp_path: Path, **more: str) -> Performed:
    given = nginx.given(route=REPORT, file=str(nginx.folder / "short.map")) | more
    return perform("cache-slow-route", given, {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}, tmp_path)


def test_a_slow_route_is_asked_for_once(shop: Shop, nginx: Nginx, tmp_path: Path) -> None:
    """Everybody gets that answer for some seconds; each other route, and whoever has a session, is served as before."""
    done = cache(nginx, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(done)
    shop.asked.clear()
    for path in (f"{REPORT}?year=2026", "/shop/basket"):
        assert [nginx.get(path) for _ in range(4)] == [200] * 4
    assert shop.asked == {f"{REPORT}?year=2026": 1, "/shop/basket": 4}
    for headers in ({"Cookie": "session=1"}, {"Authorization": "Bearer 1"}):
        nginx.get(f"{REPORT}?year=2026", **headers)
    assert shop.asked[f"{REPORT}?year=2026"] == 3


def test_a_route_is_cached_no_more(shop: Shop, nginx: Nginx, tmp_path: Path) -> None:
    """At once, whatever nginx keeps of it."""
    assert cache(nginx, tmp_path).verdict is Verdict.FIXED
    done = cache(nginx, tmp_path, do="remove")
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(done)
    assert (nginx.folder / "short.map").read_text() == "# routes\n"
    shop.asked.clear()
    assert [nginx.get(REPORT) for _ in range(3)] == [200] * 3
    assert shop.asked == {REPORT: 3}


@pytest.mark.parametrize("header", [("Cache-Control", "private"), ("Set-Cookie", "basket=3")])
def test_an_answer_of_one_person_is_not_cached(
    shop: Shop, nginx: Nginx, tmp_path: Path, header: tuple[str, str]
) -> None:
    """What the service says of its own answer counts: NOT FIXED, with its reason."""
    shop.headers = dict([header])
    done = cache(nginx, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), str(done)
    assert ": ".join(header) in done.verified["cached"].output


def test_a_configuration_that_is_broken_takes_the_route_back(shop: Shop, nginx: Nginx, tmp_path: Path) -> None:
    """The map is as it was, and nginx goes on."""
    nginx.limits.write_text("nonsense;\n")
    done = cache(nginx, tmp_path)
    assert not done.steps["test"].ok, str(done)
    assert (nginx.folder / "short.map").read_text() == "# routes\n"
    assert nginx.get(REPORT) == 200


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"file": "nginx.conf"}, "holds more than routes"),
        ({"file": "none.map"}, "make it empty"),
        ({"do": "remove"}, f"{REPORT} is not in"),
    ],
)
def test_another_file_is_not_written_to(nginx: Nginx, tmp_path: Path, given: dict[str, str], why: str) -> None:
    """Nor is a route taken out that is not there."""
    before = nginx.config.read_text()
    more = {name: str(nginx.folder / value) if name == "file" else value for name, value in given.items()}
    done = cache(nginx, tmp_path, **more)
    assert (list(done.steps), nginx.config.read_text()) == (["route"], before), str(done)
    assert why in done.steps["route"].output
