"""The demo's monitor: alerts begin and end as Prometheus's do, and look in Slack as Alertmanager's do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.alerts import read_alert
from bot.alerts.message import read_message
from bot.model import AlertStatus
from demo import process
from demo.monitor import HIGH_MEMORY, ODD, SHOP_DOWN, Monitor, Notice, Sample, Watch, message
from slackbox import Slackbox
from tests.running_shop import RunningShop

FULL = Sample(memory=95, limit=100, healthy=True)
WELL = Sample(memory=20, limit=100, healthy=True)
SILENT = Sample()


def over_time(watch: Watch, *samples: Sample) -> list[bool | None]:
    """One look a second: True when the alert begins, False when it ends."""
    notices = [watch.look(sample, float(second)) for second, sample in enumerate(samples)]
    return [notice.firing if notice else None for notice in notices]


def test_an_alert_fires_once_when_it_lasts() -> None:
    """Two seconds above nine tenths of the limit, and then silence until it ends."""
    seen = over_time(Watch(HIGH_MEMORY), WELL, FULL, FULL, FULL, FULL, WELL, WELL)
    assert seen == [None, None, None, True, None, False, None]


def test_a_short_peak_is_no_alert() -> None:
    """It has to last without a pause."""
    assert over_time(Watch(HIGH_MEMORY), FULL, FULL, WELL, FULL, FULL, WELL) == [None] * 6


def test_a_shop_that_does_not_answer_says_nothing_of_its_memory() -> None:
    """While it is restarted the memory alert stands, and is resolved by a figure and not by a silence."""
    seen = over_time(Watch(HIGH_MEMORY), FULL, FULL, FULL, SILENT, WELL)
    assert seen == [None, None, True, None, False]


def test_a_shop_that_warms_up_is_not_yet_well() -> None:
    """An empty memory is the end of the alert only once the shop works."""
    warming = Sample(memory=20, limit=100, healthy=False)
    seen = over_time(Watch(HIGH_MEMORY), FULL, FULL, FULL, SILENT, warming, warming, WELL)
    assert seen == [None, None, True, None, None, None, False]


def test_a_restart_is_no_outage() -> None:
    """The shop is down after three seconds without an answer, and not before."""
    assert over_time(Watch(SHOP_DOWN), WELL, SILENT, SILENT, SILENT, WELL) == [None] * 5
    assert over_time(Watch(SHOP_DOWN), SILENT, SILENT, SILENT, SILENT, WELL) == [None, None, None, True, False]


def test_the_bot_reads_it_as_alertmanagers() -> None:
    """Name, status, level, labels, and the same fingerprint when it is resolved."""
    labels = {"service": "shop", "instance": "api-1", "env": "demo", "port": "8411"}
    texts = {
        firing: message(Notice(HIGH_MEMORY, firing, "Memory is at 95 %."), "http://127.0.0.1:8411/metrics", labels)
        for firing in (True, False)
    }
    fired, resolved = (read_alert(read_message(texts[firing])) for firing in (True, False))
    assert (fired.source, fired.name, fired.status, fired.severity_hint, fired.summary) == (
        "alertmanager",
        "HighMemoryUsage",
        AlertStatus.FIRING,
        "critical",
        "Memory is at 95 %.",
    )
    assert dict(fired.labels) == {**labels, "alertname": "HighMemoryUsage", "severity": "critical"}
    assert (resolved.status, resolved.fingerprint) == (AlertStatus.RESOLVED, fired.fingerprint)


def test_an_odd_alert_is_about_something_else() -> None:
    """It has its own labels, and none of the shop's."""
    sent = message(Notice(ODD, True, "It wobbles."), "http://127.0.0.1:8411/metrics", {"port": "8411"})
    assert sent["attachments"][0]["title"] == "[FIRING:1] :warning: FluxCapacitorWobble"
    labels = {"service": "flux", "instance": "lab-3", "env": "demo", "severity": "warning"}
    assert dict(read_alert(read_message(sent)).labels) == {**labels, "alertname": "FluxCapacitorWobble"}


@pytest.fixture
def box() -> Iterator[Slackbox]:
    with Slackbox() as box:
        yield box


def titles(box: Slackbox) -> list[str]:
    return [one["attachments"][0]["title"] for one in box.messages("alerts")]


def test_a_real_leak_and_its_end_are_posted(box: Slackbox, tmp_path: Path) -> None:
    """The shop fills up: an alert. A restart: it is resolved. The shop is gone: the next alert."""
    shop = RunningShop(tmp_path)
    monitor = Monitor(f"http://127.0.0.1:{shop.port}", box.webhook("alerts", name="Alertmanager"), shop.port, every=0.2)
    monitor.start()
    try:
        shop.fill()
        box.wait(lambda: titles(box) == ["[FIRING:1] :fire: HighMemoryUsage"], 20, "the alert")
        shop.script("restart_shop.py", RUNBOOK_GRACE="5")
        box.wait(lambda: titles(box)[1:] == ["[RESOLVED] :white_check_mark: HighMemoryUsage"], 20, "its end")
        process.end(tmp_path)
        box.wait(lambda: titles(box)[2:] == ["[FIRING:1] :fire: ShopDown"], 20, "the second alert")
        assert [monitor.wobble(), monitor.wobble()] == [True, False]
        box.wait(lambda: len(titles(box)) == 5, 20, "the odd one and its end")
        assert titles(box)[3:] == [
            "[FIRING:1] :warning: FluxCapacitorWobble",
            "[RESOLVED] :white_check_mark: FluxCapacitorWobble",
        ]
    finally:
        monitor.close()
        process.end(tmp_path)
