"""The demo's shop breaks for real, and its scripts mend it for real."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import process
from tests.running_shop import LIMIT, RunningShop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[RunningShop]:
    running = RunningShop(tmp_path)
    yield running
    process.end(tmp_path)
    assert process.running(tmp_path) is None


def folder(within: Path, name: str) -> Path:
    (within / name).mkdir()
    return within / name


def test_orders_fill_the_memory_until_the_shop_is_unwell(shop: RunningShop) -> None:
    """Each order costs a megabyte for ever; at the limit it takes no more and says so."""
    status, before = shop.health()
    assert (status, before["status"], before["orders"]) == (200, "ok", 0)
    taken = shop.fill()
    status, after = shop.health()
    assert (status, after["status"], after["orders"]) == (503, "out of memory", taken)
    assert after["memory"] - before["memory"] >= taken * 900_000
    assert after["memory"] < 1.2 * after["limit"]


def test_it_warms_up_before_it_is_well(tmp_path: Path) -> None:
    """It answers at once that it is not ready and takes no order; then it is well by itself."""
    cold = RunningShop(folder(tmp_path, "cold"), warm_up=600)
    warm = RunningShop(folder(tmp_path, "warm"), warm_up=0.2)
    try:
        status, figures = cold.health()
        assert (status, figures["status"]) == (503, "warming up")
        assert cold.ask("POST", "/orders") == (503, '{"error": "warming up"}')
        deadline = time.monotonic() + 20
        while warm.health()[0] != 200:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert warm.ask("POST", "/orders")[0] == 201
    finally:
        process.end(cold.home)
        process.end(warm.home)


def test_prometheus_can_read_it(shop: RunningShop) -> None:
    """Memory, limit and orders, in the text format."""
    shop.ask("POST", "/orders")
    status, text = shop.ask("GET", "/metrics")
    figures = dict(line.split() for line in text.splitlines() if not line.startswith("#"))
    assert (status, figures["shop_orders_total"], figures["shop_memory_limit_bytes"]) == (200, "1", str(LIMIT * 2**20))
    assert int(figures["process_resident_memory_bytes"]) > 2**20


def test_the_restart_script_gives_the_memory_back(shop: RunningShop) -> None:
    """Another process, an empty shop, and the script says what it did."""
    old = process.running(shop.home)
    shop.fill()
    said = shop.script("restart_shop.py", RUNBOOK_GRACE="5")
    new = process.running(shop.home)
    assert said.stdout == f"the old shop, process {old}, ended when asked\na new shop is running, process {new}\n"
    assert shop.health()[1]["orders"] == 0


def test_the_restart_script_starts_a_shop_that_crashed(shop: RunningShop) -> None:
    """A number in the pidfile without a living shop behind it is nobody's process."""
    old = process.running(shop.home)
    assert old is not None
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        shop.ask("POST", "/crash")
    assert process.gone(shop.home, old, within=10)
    said = shop.script("restart_shop.py", RUNBOOK_GRACE="5")
    assert said.stdout == f"the shop was not running\na new shop is running, process {process.running(shop.home)}\n"
    assert shop.health()[0] == 200


def test_the_restart_script_says_why_it_failed(shop: RunningShop) -> None:
    """A shop that cannot start is a failed step, with its exit code."""
    (shop.home / process.START).write_text(json.dumps([sys.executable, "-c", "raise SystemExit(3)"]))
    said = shop.script("restart_shop.py", RUNBOOK_GRACE="5")
    assert said.returncode == 1
    assert said.stderr == f"the new shop ended at once with exit code 3; see {shop.home / 'shop.log'}\n"


def test_a_shop_does_not_start_twice(shop: RunningShop) -> None:
    """The second one says so, and the first one goes on."""
    first = process.running(shop.home)
    argv = json.loads((shop.home / process.START).read_text())
    second = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert (second.returncode, second.stderr) == (1, "the shop is running already\n")
    assert process.running(shop.home) == first
    assert shop.health()[0] == 200


def test_the_memory_check_prints_one_line(shop: RunningShop) -> None:
    """What the card shows as evidence; when nobody answers, that."""
    said = shop.script("shop_memory.py", RUNBOOK_PORT=str(shop.port))
    used, _, rest = said.stdout.partition(" MB of ")
    assert (used.isdigit(), rest) == (True, f"{LIMIT} MB\n")
    process.end(shop.home)
    silent = shop.script("shop_memory.py", RUNBOOK_PORT=str(shop.port))
    assert (silent.returncode, silent.stdout, silent.stderr) == (1, "", "no answer: Connection refused\n")
