"""The runbooks about a cache, against a real Redis server."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import Result, RunState, Verdict
from tests import real_redis
from tests.library import perform
from tests.real_redis import Redis
from tests.service_place import until
from tests.services import need


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    with real_redis.running(tmp_path / "services") as server:
        yield server


def environ(redis: Redis) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "SERVICES_DIR": str(redis.services), "REDIS_PORT": str(redis.port)}


RESTART = {"platform": "process", "service": "cache", "grace": "5"}


# -- which cache ---


@pytest.mark.ran("real", "cache-down", "clear-cache", "cache-diagnosis")
def test_nobody_is_sent_the_password_because_an_alert_names_them(redis: Redis, tmp_path: Path) -> None:
    """Checks run before anybody approves: whatever cache is named, only the bot's own is spoken to."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        stranger.setblocking(False)
        named = {"host": "127.0.0.1", "port": str(stranger.getsockname()[1])}
        seen = environ(redis) | {"REDISCLI_AUTH": "fluffy-and-long"}
        for runbook, given in {
            "cache-down": RESTART,
            "clear-cache": {"pattern": "cache:*"},
            "cache-diagnosis": {},
        }.items():
            done = perform(runbook, given | named, seen, tmp_path)
            assert (done.state, list(done.steps)) == (RunState.FAILED, ["meant"]), done
            assert (
                f"the bot's own cache (REDIS_HOST, REDIS_PORT) is 127.0.0.1:{redis.port}" in done.before["meant"].output
            )
        with pytest.raises(BlockingIOError):
            stranger.accept()


@pytest.mark.ran("real", "cache-diagnosis")
def test_an_alert_about_the_bots_own_cache_is_worked_on(redis: Redis, tmp_path: Path) -> None:
    """Its labels name what the environment names."""
    redis.cli("SET", "a", "1")
    redis.cli("GET", "a")
    named = {"host": "127.0.0.1", "port": str(redis.port)}
    done = perform("cache-diagnosis", named, environ(redis), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done


@pytest.mark.ran("real", "cache-diagnosis")
def test_a_replica_without_its_primary_is_not_fixed(redis: Redis, tmp_path: Path) -> None:
    """It answers, its hit rate is fine, and what it holds gets older by the minute."""
    redis.cli("SET", "a", "1")
    redis.cli("GET", "a")
    redis.cli("REPLICAOF", "127.0.0.1", "1")
    done = perform("cache-diagnosis", {}, environ(redis), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert [id for id, outcome in done.verified.items() if not outcome.ok] == ["replica"]


# -- cache-down ---


@pytest.mark.ran("real", "cache-down")
def test_a_killed_cache_is_started_and_answers(redis: Redis, tmp_path: Path) -> None:
    """Redis was killed: the evidence says so, the runbook starts it, and it answers PING."""
    old = redis.pid
    redis.kill()
    done = perform("cache-down", RESTART, environ(redis), tmp_path)
    assert "Connection refused" in done.before["answer"].output
    assert "not running" in done.before["state"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert redis.cli("PING") == "PONG"
    assert redis.pid != old


@pytest.mark.ran("real", "cache-down")
def test_a_cache_that_hangs_is_ended_first(redis: Redis, tmp_path: Path) -> None:
    """A server that holds its port and answers nobody makes way for a new one."""
    old = redis.pid
    os.kill(old, signal.SIGSTOP)  # it is there, and does nothing
    done = perform("cache-down", RESTART | {"grace": "1"}, environ(redis), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert redis.pid != old
    assert redis.cli("PING") == "PONG"


@pytest.mark.ran("real", "cache-down")
def test_a_cache_that_answers_is_not_restarted(redis: Redis, tmp_path: Path) -> None:
    """Its exporter was the trouble: what the cache holds stays, and so does the process."""
    redis.cli("SET", "session:1", "kept")
    old = redis.pid
    done = perform("cache-down", RESTART, environ(redis), tmp_path)
    assert (done.state, list(done.steps)) == (RunState.FAILED, ["meant", "needed"]), done
    assert "it answers: PONG" in done.steps["needed"].output
    assert (redis.pid, redis.cli("GET", "session:1")) == (old, "kept")


@pytest.mark.ran("real", "cache-down")
def test_a_cache_that_loads_its_data_is_left_alone(redis: Redis, tmp_path: Path) -> None:
    """LOADING: a restart would begin the loading anew."""
    redis.cli("EVAL", "for i = 1, 3000 do redis.call('SET', 'a:' .. i, i) end", "0")
    redis.cli("SAVE")
    redis.kill()
    with (redis.home / "redis.conf").open("a") as config:
        # A rest of 10 ms after each key: half a minute to load.
        config.write("key-load-delay 10000\nloading-process-events-interval-bytes 1024\n")
    redis.launch()
    until(lambda: redis.cli("PING").startswith("LOADING"), "it says that it loads")
    old = redis.pid
    done = perform("cache-down", RESTART, environ(redis), tmp_path)
    assert (done.state, list(done.steps)) == (RunState.FAILED, ["meant", "needed"]), done
    assert "It is loading its data" in done.steps["needed"].output
    assert redis.pid == old


@pytest.mark.ran("real", "cache-down")
def test_a_cache_that_cannot_start_fails_and_says_why(redis: Redis, tmp_path: Path) -> None:
    """A broken configuration is told in the server's own words, and nothing counts as fixed."""
    redis.kill()
    with (redis.home / "redis.conf").open("a") as config:
        config.write("maxmemory plenty\n")
    done = perform("cache-down", RESTART, environ(redis), tmp_path)
    assert (done.state, done.verdict) == (RunState.FAILED, None)
    assert done.why.startswith("step start")
    assert "maxmemory plenty" in done.steps["start"].output


@pytest.mark.ran("real", "cache-down")
def test_a_cache_that_cannot_save_is_not_fixed(redis: Redis, tmp_path: Path) -> None:
    """It answers, and its last save failed: NOT FIXED, because the next restart would lose its data."""
    redis.kill()
    door = f"{redis.home}/door"
    # It takes connections only once its folder is gone and a save has failed.
    (redis.home / "run").write_text(
        f"""#!/bin/sh
mkdir '{redis.home}/data'
redis-server '{redis.home}/redis.conf' --dir '{redis.home}/data' --port 0 --unixsocket '{door}' &
until redis-cli -s '{door}' PING | grep -q PONG; do sleep 0.05; done
rmdir '{redis.home}/data'
redis-cli -s '{door}' BGSAVE
until redis-cli -s '{door}' INFO persistence | grep -q rdb_last_bgsave_status:err; do sleep 0.05; done
redis-cli -s '{door}' CONFIG SET port {redis.port}
wait
"""
    )
    done = perform("cache-down", RESTART, environ(redis), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert not done.verified["saves"].ok


# -- clear-cache ---


@pytest.mark.ran("real", "clear-cache")
def test_only_the_keys_that_fit_are_removed(redis: Redis, tmp_path: Path) -> None:
    """1,200 product entries go, in batches; the sessions stay. The count is known before anyone approves."""
    redis.cli("EVAL", "for i = 1, 1200 do redis.call('SET', 'cache:product:' .. i, i) end", "0")
    redis.cli("MSET", "session:1", "a", "session:2", "b", "cache:price:1", "9")
    done = perform("clear-cache", {"pattern": "cache:product:*"}, environ(redis), tmp_path)
    assert done.before["count"].output.strip() == "1200"
    assert done.before["all"].output.strip() == "1203"
    assert done.before["example"].output.count("cache:product:") == 10
    assert done.steps["remove"].output.strip() == "1200 keys removed"
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert sorted(redis.cli("KEYS", "*").split()) == ["cache:price:1", "session:1", "session:2"]


@pytest.mark.ran("real", "clear-cache")
def test_a_key_with_a_line_break_is_one_key(redis: Redis, tmp_path: Path) -> None:
    """A key named "cache:x\\nsession:1" is removed itself, and never takes session:1 with it."""
    redis.cli("EVAL", "redis.call('SET', 'cache:x\\nsession:1', 1) redis.call('SET', 'session:1', 'kept')", "0")
    done = perform("clear-cache", {"pattern": "cache:*"}, environ(redis), tmp_path)
    assert done.verdict is Verdict.FIXED, done
    assert redis.cli("KEYS", "*") == "session:1"


@pytest.mark.ran("real", "clear-cache")
def test_more_keys_than_allowed_remove_nothing(redis: Redis, tmp_path: Path) -> None:
    """When more keys fit than `most`, none is removed and the run fails."""
    redis.cli("EVAL", "for i = 1, 60 do redis.call('SET', 'cache:' .. i, i) end", "0")
    done = perform("clear-cache", {"pattern": "cache:*", "most": "50"}, environ(redis), tmp_path)
    assert (done.state, done.verdict) == (RunState.FAILED, None)
    assert "nothing was removed" in done.steps["remove"].output
    assert redis.cli("DBSIZE") == "60"


@pytest.mark.ran("real", "clear-cache")
def test_an_unreachable_cache_is_never_called_clear(redis: Redis, tmp_path: Path) -> None:
    """No answer is no empty cache: the run fails at its step."""
    redis.kill()
    done = perform("clear-cache", {"pattern": "cache:*"}, environ(redis), tmp_path)
    assert (done.state, done.verdict) == (RunState.FAILED, None)
    assert "cache-down" in done.steps["remove"].output


@pytest.mark.ran("real", "clear-cache")
def test_keys_that_come_back_are_not_fixed(redis: Redis, tmp_path: Path) -> None:
    """A key that is written again right after, beyond what `left` allows, makes the verdict NOT FIXED."""
    real, program = need("redis-cli"), tmp_path / "bin" / "redis-cli"
    program.parent.mkdir()
    # The writer: whoever asks for what is left finds that a service has filled its cache again.
    program.write_text(
        f"""#!/bin/sh
case "$*" in *--scan*) {real} -p "$REDIS_PORT" SET cache:again 1 >&2 ;; esac
exec {real} "$@"
"""
    )
    program.chmod(0o755)
    seen = environ(redis) | {"PATH": f"{program.parent}:{os.environ['PATH']}"}
    done = perform("clear-cache", {"pattern": "cache:*"}, seen, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert done.verified["gone"].output.endswith("1 are there\n")


@pytest.mark.ran("real", "clear-cache", "cache-diagnosis")
def test_the_password_comes_from_the_environment(tmp_path: Path) -> None:
    """With REDISCLI_AUTH set, a server with a password is cleared and looked at; without it, the refusal is told."""
    with real_redis.running(tmp_path / "services") as redis:
        redis.cli("MSET", "cache:1", "a", "kept:1", "b")
        redis.cli("CONFIG", "SET", "requirepass", "fluffy-and-long")
        wanted = {"pattern": "cache:*"}
        refused = perform("clear-cache", wanted, environ(redis), tmp_path)
        assert (refused.state, refused.verdict) == (RunState.FAILED, None)
        assert "NOAUTH" in refused.steps["remove"].output
        assert "NOAUTH" in perform("cache-diagnosis", {}, environ(redis), tmp_path).steps["report"].output
        able = environ(redis) | {"REDISCLI_AUTH": "fluffy-and-long"}
        done = perform("clear-cache", wanted, able, tmp_path)
        assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
        assert "fluffy" not in str(done)


# -- cache-diagnosis ---


@pytest.mark.ran("real", "cache-diagnosis")
def test_a_low_hit_rate_is_named(redis: Redis, tmp_path: Path) -> None:
    """One hit in five is said to be LOW, and the verdict is NOT FIXED; nothing in the cache is changed."""
    redis.cli("SET", "cache:big", "x" * 50_000)
    redis.cli("SET", "cache:small", "x")
    for key in ("cache:small", "none:1", "none:2", "none:3", "none:4"):
        redis.cli("GET", key)
    done = perform("cache-diagnosis", {}, environ(redis), tmp_path)
    report = done.steps["report"].output
    assert "hit rate   20.0 % of 5 reads since the start, LOW: under 60 %" in report
    biggest = next(line for line in report.splitlines() if "cache:" in line)
    assert "cache:big" in biggest
    assert "2 looked at" in report
    assert "cmdstat_get:calls=5" in done.steps["commands"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert done.verified["hit-rate"].output == "1 of 5 reads\n"
    assert done.verified["memory"].ok
    assert redis.cli("DBSIZE") == "2"


@pytest.mark.ran("real", "cache-diagnosis")
def test_a_healthy_cache_is_within_bounds(tmp_path: Path) -> None:
    """Nine hits in ten and memory below its limit: FIXED, and slow commands are shown without their values."""
    with real_redis.running(tmp_path / "services", "maxmemory 64mb", "slowlog-log-slower-than 0") as redis:
        redis.cli("SET", "person:7", "a-secret-value")
        for key in ["person:7"] * 9 + ["none"]:
            redis.cli("GET", key)
        done = perform("cache-diagnosis", {}, environ(redis), tmp_path)
        assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
        assert "hit rate   90.0 % of 10 reads since the start\n" in done.steps["report"].output
        assert "of 64.0 MB" in done.steps["report"].output
        assert "a-secret-value" not in str(done)


@pytest.mark.ran("real", "cache-diagnosis")
def test_a_cache_without_answer_leads_to_the_other_runbook(redis: Redis, tmp_path: Path) -> None:
    """Nobody is told that an absent cache is fine."""
    redis.kill()
    done = perform("cache-diagnosis", {}, environ(redis), tmp_path)
    assert done.state is RunState.FAILED
    assert "cache-down" in done.steps["report"].output
    assert done.before["report"].result is Result.FAILED
