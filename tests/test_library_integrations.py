"""The runbooks about partners' APIs and retry queues, with a real partner, real directories and a real Redis."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import Result, RunState, Verdict
from tests import real_redis
from tests.far_side import FarSide, far_side
from tests.library import perform

KEY = "a-key-that-nobody-may-read"
ENVIRON = {"PATH": os.environ["PATH"], "INTEGRATION_API_KEY": KEY}


@pytest.fixture
def far() -> Iterator[FarSide]:
    """The partner with /account, /intake and /status, and our own service with /health and the flags."""
    with far_side() as server:
        server.answers["/health"] = (200, "ok")
        server.answers["/status"] = (200, '{"status": {"indicator": "none", "description": "All well"}}')
        server.answers["/account"] = (200, "it is you")
        server.flags["partner_mode"] = "direct"
        yield server


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    """Five leads that wait, in the order of their names; one is being written."""
    folder = tmp_path / "retry"
    folder.mkdir()
    for number in (3, 1, 5, 2, 4):
        (folder / f"2026-11-0{number}-lead.json").write_text(json.dumps({"lead": number}))
    (folder / ".2026-11-06-lead.json").write_text("{")
    return folder


def here(far: FarSide, queue: Path) -> dict[str, str]:
    return {
        "probe": f"{far.url}/account",
        "status_page": f"{far.url}/status",
        "queue": str(queue),
        "flags": f"{far.url}/flags",
    }


def leads(far: FarSide) -> list[int]:
    """Which leads arrived, in order."""
    return [json.loads(body)["lead"] for body in far.posted()]


# -- integration-down ---


@pytest.mark.ran("real", "integration-down")
@pytest.mark.parametrize(
    ("status", "said"),
    [
        (503, "THEIRS: it answers 503"),
        (401, "OURS: it is up and refuses our key with 401"),
        (429, "A LIMIT: it is up and we ask too often"),
        (404, "OURS: it is up and answers 404 to our request"),
        (200, "WORKS: answered 200"),
    ],
)
def test_it_says_whose_trouble_it_is_and_keeps_the_work(
    status: int, said: str, far: FarSide, queue: Path, tmp_path: Path
) -> None:
    """By what the partner answers to our key; the service queues in any case, and support is told."""
    far.answers["/account"] = (status, "")
    given = here(far, queue) | {"health": f"{far.url}/health", "integration": "ACME"}
    done = perform("integration-down", given, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert said in done.steps["whose"].output
    assert f"http {status} in" in done.before["partner"].output
    assert "5 wait in" in done.before["queue"].output
    assert far.flags == {"partner_mode": "queue"}
    assert [channel for channel, text in done.posted if text.startswith("ACME does not take our calls.")] == ["support"]


@pytest.mark.ran("real", "integration-down")
def test_the_key_goes_nowhere_before_the_approval(far: FarSide, queue: Path, tmp_path: Path) -> None:
    """The checks ask without it; only the step sends it, and it stands in no output."""
    given = here(far, queue) | {"health": f"{far.url}/health"}
    done = perform("integration-down", given, ENVIRON, tmp_path)
    asked = [asked.key for asked in far.asked if asked.path == "/account"]
    assert asked == ["", KEY]
    assert KEY not in str(done)


@pytest.mark.ran("real", "integration-down")
def test_without_a_key_nothing_is_started(far: FarSide, queue: Path, tmp_path: Path) -> None:
    """The bot has no such key: it says which variable is missing, and the flags stay."""
    given = here(far, queue) | {"health": f"{far.url}/health"}
    done = perform("integration-down", given, {"PATH": os.environ["PATH"]}, tmp_path)
    assert (done.state, done.why) == (RunState.FAILED, "INTEGRATION_API_KEY is not set where the bot runs")
    assert far.flags == {"partner_mode": "direct"}


# -- integration-back ---


@pytest.mark.ran("real", "integration-back")
def test_what_waited_is_sent_in_order_and_calls_are_direct_again(far: FarSide, queue: Path, tmp_path: Path) -> None:
    """The oldest first, each with our key and a name of its own; what is being written is left alone."""
    far.flags["partner_mode"] = "queue"
    given = here(far, queue) | {"target": f"{far.url}/intake", "pause_ms": "0"}
    done = perform("integration-back", given, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert leads(far) == [1, 2, 3, 4, 5]
    posts = [asked for asked in far.asked if asked.method == "POST"]
    assert {asked.key for asked in posts} == {KEY}
    assert len({asked.once for asked in posts}) == 5
    assert "before 5, sent 5, set aside 0, after 0" in done.steps["send"].output
    assert far.flags == {"partner_mode": "direct"}
    assert [file.name for file in queue.iterdir()] == [".2026-11-06-lead.json"]


@pytest.mark.ran("real", "integration-back")
def test_items_that_arrived_wrong_keep_the_queue_on(far: FarSide, queue: Path, tmp_path: Path) -> None:
    """A person looks at the partner's side and says no: calls are not direct."""
    far.flags["partner_mode"] = "queue"
    given = here(far, queue) | {"target": f"{far.url}/intake", "pause_ms": "0"}
    done = perform("integration-back", given, ENVIRON, tmp_path, answers={"arrived": False})
    assert done.state is RunState.UNDONE, done
    assert "direct" not in done.steps
    assert far.flags == {"partner_mode": "queue"}


@pytest.mark.ran("real", "integration-back")
def test_a_partner_that_is_not_well_yet_gets_nothing(far: FarSide, queue: Path, tmp_path: Path) -> None:
    """It is asked three times, and nothing is sent."""
    far.flags["partner_mode"] = "queue"
    far.answers["/account"] = (503, "")
    given = here(far, queue) | {"target": f"{far.url}/intake"}
    done = perform("integration-back", given, ENVIRON, tmp_path)
    assert done.steps["well"].result is Result.FAILED
    assert [asked.path for asked in far.asked if asked.key == KEY] == ["/account"] * 3
    assert leads(far) == []


@pytest.fixture
def login() -> Iterator[FarSide]:
    """Another host, whose login page is content with anybody."""
    with far_side() as server:
        server.answers["/login"] = (200, "<h1>Log in</h1>")
        yield server


@pytest.mark.ran("real", "integration-down")
def test_a_login_page_is_not_a_partner_that_works(far: FarSide, login: FarSide, queue: Path, tmp_path: Path) -> None:
    """The partner redirects to another host, which answers 200: that is not WORKS, and our key is not sent there."""
    far.moved["/account"] = f"{login.url}/login"
    given = here(far, queue) | {"health": f"{far.url}/health"}
    done = perform("integration-down", given, ENVIRON, tmp_path)
    assert "OURS: it leads elsewhere with 302" in done.steps["whose"].output
    assert "http 302" in done.before["partner"].output
    assert login.asked == []


@pytest.mark.ran("real", "integration-back")
def test_nothing_is_sent_to_a_partner_that_redirects(far: FarSide, login: FarSide, queue: Path, tmp_path: Path) -> None:
    """Our key is not taken elsewhere, no item is sent, and the flags stay on the queue."""
    far.flags["partner_mode"] = "queue"
    far.moved["/account"] = f"{login.url}/login"
    given = here(far, queue) | {"target": f"{far.url}/intake", "pause_ms": "0"}
    done = perform("integration-back", given, ENVIRON, tmp_path)
    assert done.steps["well"].result is Result.FAILED
    assert (login.asked, leads(far), far.flags) == ([], [], {"partner_mode": "queue"})


@pytest.mark.ran("real", "integration-back")
def test_a_key_that_no_header_takes_is_not_shown(far: FarSide, queue: Path, tmp_path: Path) -> None:
    """A line break in it ends the run before anything is sent, without the key in any output."""
    given = here(far, queue) | {"target": f"{far.url}/intake"}
    done = perform("integration-back", given, ENVIRON | {"INTEGRATION_API_KEY": f"{KEY}\nX: y"}, tmp_path)
    assert "our key holds characters that no header takes" in done.steps["well"].output
    assert KEY not in str(done)
    assert far.posted() == []


# -- process-retry-queue ---


def target(far: FarSide) -> dict[str, str]:
    return {"target": f"{far.url}/intake", "pause_ms": "0"}


@pytest.mark.ran("real", "process-retry-queue")
def test_a_directory_is_worked_off(far: FarSide, queue: Path, tmp_path: Path) -> None:
    """In the order of the names, until nothing waits."""
    done = perform("process-retry-queue", {"queue": str(queue)} | target(far), ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert leads(far) == [1, 2, 3, 4, 5]
    assert [asked.key for asked in far.asked] == [""] * 5  # without a key of its own it sends none


@pytest.mark.ran("real", "process-retry-queue")
def test_an_item_that_is_wrong_does_not_block_the_rest(far: FarSide, queue: Path, tmp_path: Path) -> None:
    """It is set aside, to be read by a person; all others arrive."""
    far.intake = lambda body: 422 if "2" in body else 201
    done = perform("process-retry-queue", {"queue": str(queue)} | target(far), ENVIRON, tmp_path)
    assert done.verdict is Verdict.FIXED, done
    assert leads(far) == [1, 2, 3, 4, 5]
    assert [file.name for file in (queue / "refused").iterdir()] == ["2026-11-02-lead.json"]


@pytest.mark.ran("real", "process-retry-queue")
@pytest.mark.parametrize("status", [503, 429, 401])
def test_a_target_in_trouble_stops_it_and_the_order_is_kept(
    status: int, far: FarSide, queue: Path, tmp_path: Path
) -> None:
    """Down, limiting or refusing the key is not the item's fault: it and all behind it stay."""
    far.intake = lambda body: status if "3" in body else 201
    done = perform("process-retry-queue", {"queue": str(queue)} | target(far), ENVIRON, tmp_path)
    assert done.state is RunState.FAILED
    assert f"stopped: the target answered {status} to 2026-11-03-lead.json" in done.steps["send"].output
    assert sorted(file.name[:10] for file in queue.iterdir() if file.name[0] != ".") == [
        "2026-11-03",
        "2026-11-04",
        "2026-11-05",
    ]


@pytest.mark.ran("real", "process-retry-queue")
@pytest.mark.parametrize("folder", [True, False], ids=["directory", "redis"])
def test_a_redirect_takes_no_item(folder: bool, far: FarSide, login: FarSide, queue: Path, tmp_path: Path) -> None:
    """A 302 to a login page, whose 200 says nothing of the item: it stops, all wait still, nothing went elsewhere."""
    far.moved["/intake"] = f"{login.url}/login"
    with real_redis.running(tmp_path / "services") as redis:
        redis.cli("RPUSH", "crm", json.dumps({"lead": 1}))
        where = {"queue": str(queue)} if folder else {"queue": "redis:crm", "port": str(redis.port)}
        done = perform("process-retry-queue", where | target(far), ENVIRON, tmp_path)
        assert redis.cli("LLEN", "crm") == "1"
    assert done.state is RunState.FAILED, done
    assert "the target answered 302" in done.steps["send"].output
    assert "leads elsewhere" in done.steps["send"].output
    assert len(far.posted()) == 1
    assert len([file for file in queue.iterdir() if file.name[0] != "."]) == 5
    assert login.asked == []


@pytest.mark.ran("real", "process-retry-queue")
def test_a_part_of_it_first(far: FarSide, queue: Path, tmp_path: Path) -> None:
    """`most` sends a few to look at; that more wait is NOT FIXED, unless so many may be left."""
    given = {"queue": str(queue), "most": "2"} | target(far)
    assert perform("process-retry-queue", given, ENVIRON, tmp_path).verdict is Verdict.NOT_FIXED
    assert leads(far) == [1, 2]
    assert perform("process-retry-queue", given | {"left": "1"}, ENVIRON, tmp_path).verdict is Verdict.FIXED
    assert leads(far) == [1, 2, 3, 4]


@pytest.mark.ran("real", "process-retry-queue")
def test_a_list_in_redis_is_worked_off(far: FarSide, tmp_path: Path) -> None:
    """From its head, bytes as they are; what is wrong goes to a list beside it."""
    with real_redis.running(tmp_path / "services") as redis:
        for number in (1, 2, 3):
            redis.cli("RPUSH", "crm", json.dumps({"lead": number, "text": "é\n"}))
        far.intake = lambda body: 400 if json.loads(body)["lead"] == 2 else 201
        given = {"queue": "redis:crm", "host": "127.0.0.1", "port": str(redis.port)} | target(far)
        done = perform("process-retry-queue", given, ENVIRON, tmp_path)
        assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
        assert "3 wait in the list crm, 0 were refused" in done.before["queue"].output
        assert leads(far) == [1, 2, 3]
        assert json.loads(far.posted()[0])["text"] == "é\n"
        assert (redis.cli("LLEN", "crm"), redis.cli("LLEN", "crm:refused")) == ("0", "1")
        assert "before 3, sent 2, set aside 1, after 0" in done.steps["send"].output


@pytest.mark.ran("real", "process-retry-queue")
def test_another_worker_at_the_same_list_is_noticed(far: FarSide, tmp_path: Path) -> None:
    """The head was taken by somebody else while it was being sent: it stops instead of dropping the next one."""
    with real_redis.running(tmp_path / "services") as redis:
        for number in (1, 2, 3):
            redis.cli("RPUSH", "crm", json.dumps({"lead": number}))

        def another_takes_it(_body: str) -> int:
            redis.cli("LPOP", "crm")
            return 201

        far.intake = another_takes_it
        given = {"queue": "redis:crm", "host": "127.0.0.1", "port": str(redis.port)} | target(far)
        done = perform("process-retry-queue", given, ENVIRON, tmp_path)
        assert done.state is RunState.FAILED
        assert "another worker is at it" in done.steps["send"].output
        assert redis.cli("LLEN", "crm") == "2"
