"""Alertmanager's API, against a real one, and against servers that answer oddly."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.alertmanager import Alertmanager
from bot.alerts import read_alert
from bot.alerts.message import read_message
from bot.errors import (
    AlertmanagerError,
    AlertmanagerInDoubt,
    AlertmanagerRefused,
    AlertmanagerReplyUnusable,
    AlertmanagerUnavailable,
    SilenceUnknown,
)
from bot.model import AlertStatus, KnownAlert, KnownSilence, Matcher
from tests.dripping import dripping
from tests.far_side import FarSide, far_side
from tests.real_alertmanager import RealAlertmanager, running, until
from tests.services import free_port

NAME = 'Odd "name" \\ with * signs'
MATCHERS = (Matcher("alertname", NAME), Matcher("instance", "a.b|c"))


def soon(seconds: float = 600) -> datetime:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).replace(microsecond=0)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAlertmanager]:
    with running(tmp_path_factory.mktemp("alertmanager")) as alertmanager:
        yield alertmanager


@pytest.fixture
def asked(real: RealAlertmanager) -> Iterator[Alertmanager]:
    with closing(Alertmanager(real.url)) as client:
        yield client


def test_it_says_its_version(asked: Alertmanager) -> None:
    assert asked.version()[0].isdigit()


def test_a_silence_is_made_listed_and_ended(real: RealAlertmanager, asked: Alertmanager) -> None:
    """Names and values with signs in them are values, and no expressions."""
    real.fire(NAME, instance="a.b|c")
    real.fire(NAME, instance="axb")
    assert sorted(each.labels["instance"] for each in asked.alerts(NAME)) == ["a.b|c", "axb"]
    ends = soon()
    id = asked.make(MATCHERS, ends, "alice", "alice, INC-7: <b> & [mark]")
    assert asked.silence(id) == KnownSilence(id, MATCHERS, ends, "alice", "alice, INC-7: <b> & [mark]", True, False)
    assert asked.silence(id) in asked.silences()
    until(
        lambda: (
            {each.labels["instance"]: each.silenced_by for each in asked.alerts(NAME)} == {"a.b|c": (id,), "axb": ()}
        ),
        "the one alert to be silent",
    )
    asked.end(id)
    asked.end(id)  # it stays so
    assert (asked.silence(id).active, asked.silence(id).over) == (False, True)


def test_one_that_has_run_out_is_over(real: RealAlertmanager, asked: Alertmanager) -> None:
    id = real.silenced("Short", seconds=1)
    assert until(lambda: asked.silence(id).over, "its end")
    assert not asked.silence(id).active


def test_regexes_that_others_wrote_are_told_from_values(real: RealAlertmanager, asked: Alertmanager) -> None:
    matchers = (
        Matcher("alertname", "Disk.*", True),
        Matcher("env", "dev", equal=False),
        Matcher("x", "a|b", True, False),
    )
    id = asked.make(matchers, soon(), "bob", "")
    assert list(map(str, asked.silence(id).matchers)) == ['alertname=~"Disk.*"', 'env!="dev"', 'x!~"a|b"']


def test_an_unknown_silence_is_said_to_be_so(asked: Alertmanager) -> None:
    """The version that Debian has answers 404 to the one question, and 500 to the other."""
    unknown = str(uuid.uuid4())
    with pytest.raises(SilenceUnknown):
        asked.silence(unknown)
    with pytest.raises(SilenceUnknown):
        asked.end(unknown)


def test_what_it_refuses_is_said_in_its_words(asked: Alertmanager) -> None:
    with pytest.raises(AlertmanagerRefused, match=r"HTTP 422: matchers in body should have at least 1 items"):
        asked.make((), soon(), "alice", "x")
    with pytest.raises(AlertmanagerRefused, match=r"HTTP 400: .*invalid"):
        asked.make((Matcher("no name", "x"),), soon(), "alice", "x")


def test_nobody_there_has_changed_nothing() -> None:
    with closing(Alertmanager(f"http://127.0.0.1:{free_port()}")) as client:
        for ask in (
            client.version,
            client.silences,
            lambda: client.make(MATCHERS, soon(), "", ""),
            lambda: client.end("x"),
        ):
            with pytest.raises(AlertmanagerUnavailable, match="no connection: "):
                ask()


def test_its_own_default_message_is_read(tmp_path: Path, far: FarSide) -> None:
    """As it comes from a receiver of which nothing is said but where to post."""
    posted: list[str] = []
    far.intake = lambda body: posted.append(body) or 200
    slack = f"- {{api_url: '{far.url}/hook', channel: '#alerts', send_resolved: true}}"
    with running(tmp_path / "posting", slack) as alertmanager:
        alertmanager.fire("HighMemoryUsage", service="shop", severity="critical")
        until(lambda: len(posted) == 1, "the alert")
        alertmanager.fire("HighMemoryUsage", over=True, service="shop", severity="critical")
        until(lambda: len(posted) == 2, "its end")
    alerts = [read_alert(read_message({**json.loads(each), "channel": "C1", "ts": "1.0"})) for each in posted]
    assert [(each.name, each.status) for each in alerts] == [
        ("HighMemoryUsage", AlertStatus.FIRING),
        ("HighMemoryUsage", AlertStatus.RESOLVED),
    ]
    assert alerts[0].severity_hint == "critical"
    assert alerts[0].fingerprint == alerts[1].fingerprint


# -- servers that answer oddly ---


@pytest.fixture
def far() -> Iterator[FarSide]:
    with far_side() as far:
        yield far


SILENCE = {
    "id": "1",
    "status": {"state": "active"},
    "matchers": [{"name": "a", "value": "b", "isRegex": False}],
    "endsAt": "2026-11-16T14:02:00.000Z",
    "createdBy": "",
    "comment": "",
}


@pytest.mark.parametrize(
    "answer",
    [
        *("", "null", "{}", "<html>Welcome</html>", '"silences"', "[1]", "[{}]", "[" * 5000, "\x00\xff", "[{]"),
        *(
            json.dumps([{**SILENCE, **odd}])
            for odd in ({"status": {"state": "asleep"}}, {"endsAt": "tomorrow"}, {"id": 7})
        ),
        json.dumps([{**SILENCE, "endsAt": "2026-11-16T14:02:00"}]),  # of which zone?
        json.dumps([{**SILENCE, "matchers": None}]),
    ],
)
def test_an_odd_answer_is_an_error_with_words(far: FarSide, answer: str) -> None:
    far.answers["/api/v2/silences"] = (200, answer)
    with closing(Alertmanager(far.url)) as client, pytest.raises(AlertmanagerReplyUnusable, match="none of API v2: "):
        client.silences()


def test_an_old_version_that_knows_no_unequal_is_understood(far: FarSide) -> None:
    far.answers["/api/v2/silences"] = (200, json.dumps([SILENCE]))
    with closing(Alertmanager(far.url)) as client:
        (silence,) = client.silences()
    assert silence.matchers == (Matcher("a", "b"),)


def test_alerts_with_more_than_we_know_are_understood(far: FarSide) -> None:
    alert = {"labels": {"a": "b"}, "status": {"state": "active", "silencedBy": ["1"], "new": 1}, "novelty": []}
    far.answers["/api/v2/alerts?filter=alertname%3D%22X%22"] = (200, json.dumps([alert]))
    with closing(Alertmanager(far.url)) as client:
        assert client.alerts("X") == [KnownAlert({"a": "b"}, ("1",))]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (200, AlertmanagerInDoubt),  # an empty answer: no id
        (302, AlertmanagerUnavailable),
        (401, AlertmanagerRefused),
        (400, AlertmanagerRefused),
        (502, AlertmanagerInDoubt),
    ],
)
def test_whether_a_silence_may_have_been_made(far: FarSide, status: int, error: type[AlertmanagerError]) -> None:
    """A clear no and no connection have changed nothing; all else may have."""
    far.intake = lambda _: status
    with closing(Alertmanager(far.url)) as client, pytest.raises(error):
        client.make(MATCHERS, soon(), "alice", "x")


def test_one_that_does_not_answer_in_time_is_given_up(far: FarSide) -> None:
    far.slow |= {"/api/v2/silences"}
    with closing(Alertmanager(far.url)) as client:
        with pytest.raises(AlertmanagerUnavailable, match=r"no answer within 0\.1 s"):
            client.silences(0.1)
        with pytest.raises(AlertmanagerInDoubt, match=r"no answer within 0\.1 s"):
            client.make(MATCHERS, soon(), "alice", "x", 0.1)
        far.ended.set()


@pytest.mark.parametrize("begins", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n"])
def test_one_that_drips_its_answer_is_cut_off(begins: bytes) -> None:
    """Whether it drips headers or the body."""
    with dripping(begins, b"0") as port, closing(Alertmanager(f"http://127.0.0.1:{port}")) as client:
        with pytest.raises(AlertmanagerUnavailable, match=r"no answer within 0\.3 s"):
            client.silences(0.3)
        with pytest.raises(AlertmanagerInDoubt, match=r"no answer within 0\.3 s"):
            client.end("x", 0.3)


def test_words_of_a_refusal_that_are_nested_too_deep_are_no_matter(far: FarSide) -> None:
    far.answers["/api/v2/silences"] = (400, "[" * 100_000)
    with closing(Alertmanager(far.url)) as client, pytest.raises(AlertmanagerRefused, match=r"HTTP 400: \[\["):
        client.silences()


@pytest.mark.parametrize("ends", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"])
def test_an_end_that_no_other_zone_can_tell_is_moved(far: FarSide, ends: str) -> None:
    far.answers["/api/v2/silences"] = (200, json.dumps([{**SILENCE, "endsAt": ends}]))
    with closing(Alertmanager(far.url)) as client:
        (silence,) = client.silences()
    assert silence.ends in {datetime(9999, 1, 1, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC)}


def test_the_password_goes_to_this_server_and_nowhere_else(far: FarSide, caplog: pytest.LogCaptureFixture) -> None:
    """Not to where it sends us, not into an error, not into a log."""
    caplog.set_level(logging.DEBUG)
    with far_side() as elsewhere:
        far.moved["/prefix/api/v2/silences"] = f"{elsewhere.url}/api/v2/silences"
        with closing(Alertmanager(far.url.replace("//", "//ops:hun%40ter2@") + "/prefix/")) as client:
            with pytest.raises(AlertmanagerUnavailable, match="it sends us to another address") as caught:
                client.silences()
            assert client.where == f"{far.url}/prefix"
    assert elsewhere.asked == []
    assert [each.key for each in far.asked] == ["Basic b3BzOmh1bkB0ZXIy"]
    assert "ter2" not in caplog.text + str(caught.value)


def test_an_endless_answer_is_given_up(far: FarSide) -> None:
    far.answers["/api/v2/silences"] = (200, "[" + " " * (17 * 1024 * 1024))
    with closing(Alertmanager(far.url)) as client, pytest.raises(AlertmanagerUnavailable, match="longer than 16 MiB"):
        client.silences()
