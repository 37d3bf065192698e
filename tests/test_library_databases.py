"""The runbooks about a database at work, against a real PostgreSQL server."""

# ruff: noqa: S608 - the statements are the tests' own
from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.model import RunState, Verdict
from bot.runbooks.load import load_folder
from tests.library import RUNBOOKS, Recorded, perform, recorded
from tests.small_cluster import SmallCluster

if TYPE_CHECKING:  # pytest itself loads the plugin
    from tests.real_postgres import Postgres

pytest_plugins = ("tests.real_postgres",)

BOT = "plantao"


def old(app: str, count: int, seconds: int = 1) -> str:
    """Holds once so many sessions of the application have been in their state for so many seconds."""
    return (
        f"SELECT count(*) = {count} FROM pg_stat_activity WHERE application_name = '{app}' "
        f"AND least(query_start, state_change) < clock_timestamp() - interval '{seconds} s'"
    )


def alive(postgres: Postgres, database: str) -> dict[str, int]:
    """Sessions on the database by application, psql's own left out."""
    lines = postgres.sql(
        f"SELECT application_name, count(*) FROM pg_stat_activity WHERE datname = '{database}' GROUP BY 1"
    ).splitlines()
    return {app: int(count) for app, count in (line.split("|") for line in lines)}


# -- connection-pool-exhausted ---


@pytest.mark.ran("real", "connection-pool-exhausted")
def test_idle_connections_are_ended_and_those_that_work_are_not(
    postgres: Postgres, database: str, tmp_path: Path
) -> None:
    """Idle ones, inside a transaction or outside, make room; work, backups and the bot's own stay."""
    idle = [postgres.session("SELECT 1", database, stays=True) for _ in range(3)]
    forgotten = postgres.session("BEGIN", database, stays=True)
    working = postgres.session("SELECT pg_sleep(600)", database, app="report")
    backup = postgres.session("BEGIN", database, app="pg_dump", stays=True)
    postgres.until(old("shop", 4))
    postgres.until(old("pg_dump", 1))
    postgres.until(old("report", 1))
    done = perform("connection-pool-exhausted", {"database": database, "idle": "1"}, postgres.environ(BOT), tmp_path)
    assert "7 of 27 connections in use" in done.before["holders"].output
    assert "idle in transaction" in done.before["holders"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert not any(postgres.connected(session) for session in [*idle, forgotten])
    assert working.alive
    assert backup.alive
    assert alive(postgres, database) == {"report": 1, "pg_dump": 1}


@pytest.mark.ran("real", "connection-pool-exhausted")
def test_connections_that_all_work_are_not_fixed_by_ending_idle_ones(
    postgres: Postgres, database: str, tmp_path: Path
) -> None:
    """Real load stays, and the verdict says so."""
    working = [postgres.session("SELECT pg_sleep(600)", database) for _ in range(5)]
    given = {"database": database, "idle": "1", "below": "10"}
    done = perform("connection-pool-exhausted", given, postgres.environ(BOT), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert "too many connections are still in use" in done.verified["room"].output
    assert all(session.alive for session in working)


@pytest.mark.ran("real", "connection-pool-exhausted")
def test_only_one_application_when_one_is_named(postgres: Postgres, database: str, tmp_path: Path) -> None:
    """`application` spares all others."""
    leaky = postgres.session("SELECT 1", database, app="leaky app", stays=True)
    fine = postgres.session("SELECT 1", database, app="fine", stays=True)
    postgres.until(old("leaky app", 1))
    postgres.until(old("fine", 1))
    given = {"database": database, "idle": "1", "application": "leaky app"}
    done = perform("connection-pool-exhausted", given, postgres.environ(BOT), tmp_path)
    assert done.verdict is Verdict.FIXED, done
    assert not postgres.connected(leaky)
    assert fine.alive


@pytest.mark.ran("real", "connection-pool-exhausted")
def test_a_no_means_that_it_did_not_help(postgres: Postgres, database: str, tmp_path: Path) -> None:
    """The question about the application's pool is part of the run."""
    done = perform(
        "connection-pool-exhausted",
        {"database": database},
        postgres.environ(BOT),
        tmp_path,
        answers={"requests": False},
    )
    assert done.state is RunState.FAILED
    assert "raise the application's pool" in done.asked[0]


@pytest.mark.ran("real", "connection-pool-exhausted")
def test_a_role_without_rights_is_told_which_it_needs(postgres: Postgres, database: str, tmp_path: Path) -> None:
    """Seeing nothing is not the same as there being nothing."""
    done = perform("connection-pool-exhausted", {"database": database}, postgres.environ("shop"), tmp_path)
    assert "GRANT pg_monitor TO shop" in done.before["holders"].output
    assert "GRANT pg_monitor, pg_signal_backend TO shop" in done.steps["end-idle"].output
    assert done.state is RunState.FAILED


# -- stuck-queries ---


@pytest.mark.ran("real", "stuck-queries")
def test_stuck_statements_are_cancelled_and_forgotten_transactions_disconnected(
    postgres: Postgres, database: str, tmp_path: Path
) -> None:
    """Cancelled first; what does not end by that is disconnected; a backup and a fresh statement are left alone."""
    stuck = postgres.session("SELECT pg_sleep(600)", database)
    forgotten = postgres.session("BEGIN", database, stays=True)
    backup = postgres.session("SELECT pg_sleep(600)", database, app="pg_dump")
    postgres.until(old("shop", 2, seconds=2))
    postgres.until(old("pg_dump", 1, seconds=2))
    given = {"database": database, "older_than": "2", "grace": "1"}
    done = perform("stuck-queries", given, postgres.environ(BOT), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert "left alone" in done.before["stuck"].output
    assert "ended by pg_cancel_backend: 1\nended by pg_terminate_backend: 1" in done.steps["end"].output
    assert "canceling statement due to user request" in stuck.ended()
    assert not postgres.connected(forgotten)
    assert backup.alive


@pytest.mark.ran("real", "stuck-queries")
def test_the_evidence_names_the_one_that_holds_up_the_others(postgres: Postgres, database: str, tmp_path: Path) -> None:
    """Who waits for whom is what decides which one to end."""
    postgres.sql("CREATE TABLE orders (id int); INSERT INTO orders VALUES (1); GRANT ALL ON orders TO shop", database)
    holder = postgres.session("BEGIN; UPDATE orders SET id = 2", database, stays=True)
    waiter = postgres.session("UPDATE orders SET id = 3", database)
    postgres.until(f"SELECT {holder.pid} = ANY (pg_blocking_pids({waiter.pid}))")
    postgres.until(old("shop", 2))
    done = perform("stuck-queries", {"database": database, "older_than": "1"}, postgres.environ(BOT), tmp_path)
    rows = [
        [cell.strip() for cell in line.split("|")] for line in done.before["stuck"].output.splitlines() if "|" in line
    ]
    held = {row[0]: (row[5], row[6]) for row in rows[1:]}
    assert held == {str(holder.pid): ("", "1"), str(waiter.pid): (str(holder.pid), "0")}
    assert done.verdict is Verdict.FIXED


@pytest.mark.ran("real", "stuck-queries")
def test_a_superusers_session_is_beyond_the_bot_and_the_verdict_says_so(
    postgres: Postgres, database: str, tmp_path: Path
) -> None:
    """What could not be ended is NOT FIXED, not a success."""
    theirs = postgres.session("SELECT pg_sleep(600)", database, user="dba")
    postgres.until(old("shop", 1))
    done = perform("stuck-queries", {"database": database, "older_than": "1"}, postgres.environ(BOT), tmp_path)
    assert "a superuser's" in done.before["stuck"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert "something is still stuck" in done.verified["none-left"].output
    assert theirs.alive


@pytest.mark.ran("real", "stuck-queries")
def test_too_many_at_once_are_not_ended(postgres: Postgres, database: str, tmp_path: Path) -> None:
    """Above `at_most` nothing is touched: it is another trouble than a stuck statement."""
    many = [postgres.session("SELECT pg_sleep(600)", database) for _ in range(3)]
    postgres.until(old("shop", 3))
    given = {"database": database, "older_than": "1", "at_most": "2"}
    done = perform("stuck-queries", given, postgres.environ(BOT), tmp_path)
    assert done.state is RunState.FAILED
    assert "more than the 2 that at_most allows: nothing was ended" in done.steps["end"].output
    assert all(session.alive for session in many)


@pytest.mark.ran("real", "stuck-queries")
def test_replication_and_index_builds_are_never_stuck(postgres: Postgres, database: str, tmp_path: Path) -> None:
    """A replica follows for weeks, and an index takes its time."""
    postgres.sql("CREATE TABLE orders (id int); ALTER TABLE orders OWNER TO shop", database)
    follower = subprocess.Popen(
        [postgres.programs / "pg_receivewal", "-D", tmp_path, "--no-sync"],
        env=postgres.environ(),
        stderr=subprocess.DEVNULL,
    )
    try:
        postgres.until("SELECT count(*) = 1 FROM pg_stat_replication")
        reader = postgres.session(
            "BEGIN; LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE", database, app="pg_dump", stays=True
        )
        writer = postgres.session("BEGIN; INSERT INTO orders VALUES (1)", database, app="plantao", stays=True)
        postgres.sql(f"SELECT pg_cancel_backend({reader.pid})")
        reader.process.kill()
        build = postgres.session("CREATE INDEX CONCURRENTLY slow_build ON orders (id)", database, app="migration")
        postgres.until(f"SELECT count(*) = 1 FROM pg_stat_progress_create_index WHERE pid = {build.pid}", database)
        postgres.until(old("migration", 1))
        done = perform("stuck-queries", {"database": database, "older_than": "1"}, postgres.environ(BOT), tmp_path)
        assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
        assert "stuck: 0" in done.steps["end"].output
        assert (build.alive, writer.alive, follower.poll()) == (True, True, None)
    finally:
        follower.terminate()
        follower.wait(timeout=10)


# -- slow-queries ---


@pytest.mark.ran("real", "slow-queries")
def test_slow_statements_are_named_and_the_statistics_renewed(
    postgres: Postgres, database: str, tmp_path: Path
) -> None:
    """Evidence of what was slow on average and which tables were never analyzed; ANALYZE mends the latter."""
    postgres.sql(
        "CREATE EXTENSION pg_stat_statements; CREATE TABLE orders AS SELECT generate_series(1, 5000) AS id", database
    )
    postgres.sql("SELECT pg_sleep(0.3)", database)
    done = perform("slow-queries", {"database": database}, postgres.environ(), tmp_path)
    assert "pg_sleep" in done.before["slow"].output
    assert "public.orders" in done.before["slow"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert (
        postgres.sql("SELECT last_analyze IS NOT NULL FROM pg_stat_user_tables WHERE relname = 'orders'", database)
        == "t"
    )


@pytest.mark.ran("real", "slow-queries")
def test_a_statement_that_stays_slow_is_not_fixed(postgres: Postgres, database: str, tmp_path: Path) -> None:
    """Fresh statistics do not help the statement that is under way."""
    postgres.session("SELECT pg_sleep(600)", database)
    postgres.until(old("shop", 1))
    done = perform("slow-queries", {"database": database, "slower_than": "1"}, postgres.environ(BOT), tmp_path)
    assert done.verdict is Verdict.NOT_FIXED, done
    assert "Running now" in done.before["slow"].output
    assert "a statement is still slow" in done.verified["none-slow"].output


# -- create-index ---


@pytest.fixture
def orders(postgres: Postgres, database: str) -> str:
    """A database with a table of 2,000 orders."""
    postgres.sql(
        "CREATE TABLE orders (id int PRIMARY KEY, customer int, placed date);"
        "INSERT INTO orders SELECT n, n % 100, current_date FROM generate_series(1, 2000) n",
        database,
    )
    return database


def indexes(postgres: Postgres, database: str) -> list[str]:
    return postgres.sql("SELECT indexname FROM pg_indexes WHERE tablename = 'orders' ORDER BY 1", database).splitlines()


@pytest.mark.ran("real", "create-index")
def test_an_index_is_built_and_used(postgres: Postgres, orders: str, tmp_path: Path) -> None:
    """Under a name of table and columns, in their order."""
    given = {"database": orders, "table": "orders", "columns": "placed,customer"}
    done = perform("create-index", given, postgres.environ(), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert indexes(postgres, orders) == ["idx_orders_placed_customer", "orders_pkey"]


@pytest.mark.ran("real", "create-index")
def test_a_build_that_fails_leaves_nothing(postgres: Postgres, orders: str, tmp_path: Path) -> None:
    """A column that is not there: undone, and every index is as before."""
    given = {"database": orders, "table": "orders", "columns": "shipped"}
    done = perform("create-index", given, postgres.environ(), tmp_path)
    assert done.state is RunState.UNDONE, done
    assert 'column "shipped" does not exist' in done.steps["build"].output
    assert indexes(postgres, orders) == ["orders_pkey"]


@pytest.mark.ran("real", "create-index")
def test_an_index_that_somebody_broke_off_does_not_count(postgres: Postgres, orders: str, tmp_path: Path) -> None:
    """One that is there and invalid helps no statement, so that is NOT FIXED; it is left for a person to drop."""
    postgres.sql("CREATE INDEX idx_orders_customer ON orders (customer)", orders)
    postgres.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_orders_customer'::regclass", orders)
    given = {"database": orders, "table": "orders", "columns": "customer"}
    done = perform("create-index", given, postgres.environ(), tmp_path)
    assert "INVALID" in done.before["table"].output
    assert done.verdict is Verdict.NOT_FIXED, done
    assert indexes(postgres, orders) == ["idx_orders_customer", "orders_pkey"]


# -- database-maintenance ---


@pytest.mark.ran("real", "database-maintenance")
def test_dead_rows_are_freed_and_indexes_built_anew(postgres: Postgres, orders: str, tmp_path: Path) -> None:
    """Vacuum, and on request the indexes, an invalid one included."""
    postgres.sql("CREATE INDEX by_customer ON orders (customer); UPDATE orders SET customer = customer + 1", orders)
    postgres.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'by_customer'::regclass", orders)
    postgres.until("SELECT n_dead_tup >= 2000 FROM pg_stat_user_tables WHERE relname = 'orders'", orders)
    given = {"database": orders, "table": "orders", "reindex": "concurrently"}
    done = perform("database-maintenance", given, postgres.environ(), tmp_path)
    assert "INVALID" in done.before["table"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert postgres.sql("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'orders'", orders) == "0"
    assert postgres.sql("SELECT count(*) FROM pg_index WHERE NOT indisvalid", orders) == "0"


@pytest.mark.ran("real", "database-maintenance")
def test_an_old_transaction_keeps_dead_rows_alive(postgres: Postgres, orders: str, tmp_path: Path) -> None:
    """Vacuum ran, and helped nothing: NOT FIXED."""
    postgres.session("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class", orders, stays=True)
    postgres.sql("UPDATE orders SET customer = customer + 1", orders)
    done = perform("database-maintenance", {"database": orders, "table": "orders"}, postgres.environ(), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert "left alone, since reindex is skip" in done.steps["reindex"].output
    assert "too many dead rows are left" in done.verified["clean"].output


@pytest.mark.ran("real", "database-maintenance")
def test_a_name_in_capitals_is_that_very_table(postgres: Postgres, database: str, tmp_path: Path) -> None:
    """Names are taken as they are written, by every program on the way."""
    postgres.sql(
        'CREATE TABLE "Orders" (id int); CREATE TABLE orders (id int); INSERT INTO "Orders" VALUES (1)', database
    )
    given = {"database": database, "table": "Orders", "reindex": "concurrently"}
    done = perform("database-maintenance", given, postgres.environ(), tmp_path)
    assert done.verdict is Verdict.FIXED, done
    vacuumed = postgres.sql("SELECT relname FROM pg_stat_user_tables WHERE last_vacuum IS NOT NULL", database)
    assert vacuumed == "Orders"


# -- database-diagnosis ---


@pytest.mark.ran("real", "database-diagnosis")
def test_the_report_of_a_sound_database(postgres: Postgres, orders: str, tmp_path: Path) -> None:
    """It names the server, the sizes, and that nothing is wrong; the least rights are enough."""
    done = perform("database-diagnosis", {"database": orders}, postgres.environ(BOT), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert f"primary {orders} at 127.0.0.1:{postgres.port}" in done.steps["report"].output
    assert "public.orders" in done.steps["report"].output


@pytest.mark.ran("real", "database-diagnosis")
def test_an_invalid_index_is_a_finding(postgres: Postgres, orders: str, tmp_path: Path) -> None:
    """NOT FIXED says that a limit is passed, and which."""
    postgres.sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'orders_pkey'::regclass", orders)
    done = perform("database-diagnosis", {"database": orders}, postgres.environ(BOT), tmp_path)
    assert done.verdict is Verdict.NOT_FIXED, done
    assert "an index is invalid" in done.verified["sound"].output
    postgres.sql("UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'orders_pkey'::regclass", orders)


# -- database-down, database-connection-errors ---


@pytest.fixture
def systemd(tmp_path: Path) -> Recorded:
    """A systemctl that says that the server is not running."""
    found = recorded(tmp_path, "systemctl", {"is-active": (3, "inactive\n")})
    found.program("journalctl", {"": (0, "FATAL: could not write: No space left on device\n")})
    return found


@pytest.fixture
def restarted(postgres: Postgres, systemd: Recorded) -> Iterator[None]:
    """The server is stopped, and comes up when systemctl is told to restart it."""
    postgres.stop()
    over = threading.Event()

    def serve() -> None:
        while not over.wait(0.05):
            if ["restart", "--", "postgresql"] in systemd.calls("systemctl"):
                return

    watcher = threading.Thread(target=serve)
    watcher.start()

    def start() -> None:
        watcher.join()
        postgres.start()

    starter = threading.Thread(target=start)
    starter.start()
    yield
    over.set()
    starter.join()


@pytest.mark.ran("recorded", "database-down")
def test_a_server_that_is_down_is_started(
    postgres: Postgres, systemd: Recorded, restarted: None, tmp_path: Path
) -> None:
    """The last words are evidence; it is started once; only when it takes connections it is FIXED."""
    environ = postgres.environ() | {"PATH": f"{systemd.folder}:{postgres.environ()['PATH']}"}
    done = perform("database-down", {}, environ, tmp_path)
    assert "no response" in done.before["answers"].output
    assert "postgresql is inactive" in done.before["state"].output
    assert "No space left on device" in done.before["state"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert systemd.calls("systemctl") == [["is-active", "--", "postgresql"], ["restart", "--", "postgresql"]]


@pytest.mark.ran("recorded", "database-down")
def test_a_server_that_answers_is_not_started_again(postgres: Postgres, systemd: Recorded, tmp_path: Path) -> None:
    """Its exporter was the trouble: nobody's connection is cut for that."""
    environ = postgres.environ() | {"PATH": f"{systemd.folder}:{postgres.environ()['PATH']}"}
    done = perform("database-down", {}, environ, tmp_path)
    assert (done.state, list(done.steps)) == (RunState.FAILED, ["needed"]), done
    assert "it answers, and nothing was done" in done.steps["needed"].output
    assert systemd.calls("systemctl") == [["is-active", "--", "postgresql"]]


@pytest.mark.ran("recorded", "database-down")
def test_a_server_that_reads_its_log_is_left_alone(postgres: Postgres, systemd: Recorded, tmp_path: Path) -> None:
    """Starting up: one more restart would begin the reading anew."""
    systemd.program("pg_isready", {"": (1, "127.0.0.1:5432 - rejecting connections\n")})
    environ = postgres.environ() | {"PATH": f"{systemd.folder}:{postgres.environ()['PATH']}"}
    done = perform("database-down", {}, environ, tmp_path)
    assert (done.state, list(done.steps)) == (RunState.FAILED, ["needed"]), done
    assert "starting up or shutting down, and nothing was done" in done.steps["needed"].output
    assert systemd.calls("systemctl") == [["is-active", "--", "postgresql"]]


INSPECTED = "{{.State.Status}}, exit code {{.State.ExitCode}}, out of memory: {{.State.OOMKilled}}"


@pytest.mark.parametrize(
    ("platform", "program", "state", "calls"),
    [
        (
            "docker",
            "docker",
            "running, exit code 0, out of memory: false",
            [
                ["inspect", "--type", "container", "--format", INSPECTED, "--", "db"],
                ["logs", "--tail", "8", "--", "db"],
                ["restart", "--time", "60", "--", "db"],
            ],
        ),
        (
            "compose",
            "docker",
            "running",
            [
                ["compose", "--project-name", "shop", "ps", "--all", "--format", "{{.State}}", "--", "db"],
                ["compose", "--project-name", "shop", "logs", "--tail", "8", "--no-log-prefix", "--", "db"],
                ["compose", "--project-name", "shop", "restart", "--timeout", "60", "--", "db"],
            ],
        ),
        (
            "kubernetes",
            "kubectl",
            "1",
            [
                ["get", "statefulset/db", "--namespace=prod", "--output=jsonpath={.status.readyReplicas}"],
                ["logs", "statefulset/db", "--namespace=prod", "--tail=8"],
                ["rollout", "restart", "statefulset/db", "--namespace=prod"],
            ],
        ),
    ],
)  # fmt: skip
@pytest.mark.ran("recorded", "database-connection-errors")
def test_a_restart_through_each_platform(
    postgres: Postgres, tmp_path: Path, platform: str, program: str, state: str, calls: list[list[str]]
) -> None:
    """A yes restarts the server through what runs it; its state and last words were read before."""
    there = recorded(
        tmp_path, program, {"inspect": (0, state), "compose --project-name shop ps": (0, state), "get": (0, state)}
    )
    environ = postgres.environ(BOT) | {"PATH": f"{there.folder}:{postgres.environ()['PATH']}"}
    given = {"service": "db", "platform": platform, "project": "shop", "namespace": "prod"}
    done = perform("database-connection-errors", given, environ, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert there.calls(program) == calls


@pytest.mark.ran("recorded", "database-connection-errors")
def test_a_no_restarts_nothing(postgres: Postgres, systemd: Recorded, tmp_path: Path) -> None:
    """The restart is an option, and the person has the last word."""
    environ = postgres.environ(BOT) | {"PATH": f"{systemd.folder}:{postgres.environ()['PATH']}"}
    done = perform("database-connection-errors", {}, environ, tmp_path, answers={"sure": False})
    assert done.state is RunState.FAILED
    assert "accepting connections" in done.before["answers"].output
    assert "connections in use" in done.before["holders"].output
    assert systemd.calls("systemctl") == [["is-active", "--", "postgresql"]]


# -- raise-connection-pool ---


def pool(postgres: Postgres, kubectl: Recorded) -> dict[str, str]:
    return postgres.environ(BOT) | {"PATH": f"{kubectl.folder}:{postgres.environ()['PATH']}"}


def raised(database: str, size: str) -> dict[str, str]:
    return {"deployment": "api", "namespace": "shop", "size": size, "database": database}


LIST = ["set", "env", "deployment/api", "--namespace=shop", "--list"]
REPLICAS = ["get", "deployment", "api", "--namespace", "shop", "-o", "jsonpath={.spec.replicas}"]
SET = ["set", "env", "deployment/api", "--namespace=shop", "DB_POOL_SIZE=8"]
STATUS = ["rollout", "status", "deployment/api", "--namespace=shop", "--timeout=5m"]
AVAILABLE = ["wait", "deployment/api", "--namespace=shop", "--for=condition=Available", "--timeout=5s"]


@pytest.mark.ran("recorded", "raise-connection-pool")
def test_a_pool_is_raised_where_the_server_has_room(postgres: Postgres, database: str, tmp_path: Path) -> None:
    """Three pods of eight fit into nine tenths of 27."""
    kubectl = recorded(tmp_path, "kubectl", {"get deployment/api": (0, "7 3"), "get deployment": (0, "3")})
    done = perform("raise-connection-pool", raised(database, "8"), pool(postgres, kubectl), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    told = [REPLICAS, SET, STATUS, AVAILABLE]
    assert [call for call in kubectl.calls("kubectl") if call in told] == told


@pytest.mark.ran("recorded", "raise-connection-pool")
def test_a_pool_larger_than_the_server_is_not_set(postgres: Postgres, database: str, tmp_path: Path) -> None:
    """Nothing is changed, and the largest size that would fit is named."""
    kubectl = recorded(tmp_path, "kubectl", {"get deployment": (0, "3")})
    done = perform("raise-connection-pool", raised(database, "9"), pool(postgres, kubectl), tmp_path)
    assert done.state is RunState.UNDONE, done
    assert "Choose at most 8" in done.steps["room"].output
    assert kubectl.calls("kubectl") == [LIST, REPLICAS]


@pytest.mark.ran("recorded", "raise-connection-pool")
@pytest.mark.parametrize("size", ["4", "8"])
def test_pods_that_do_not_become_ready_get_the_old_size_back(
    postgres: Postgres, database: str, tmp_path: Path, size: str
) -> None:
    """The old size, and never the release before: also when the size was set already and nothing changed."""
    cluster = SmallCluster(tmp_path, ["release 1", "release 2"])
    state = cluster.state
    state["deployment"]["spec"]["replicas"] = 3
    for template in (state["deployment"]["spec"]["template"], state["revisions"]["6"]):
        template["spec"]["containers"][0]["env"] = {"DB_POOL_SIZE": "4"}
    cluster.write({**state, "broken": ["rollout status deployment/api --namespace=shop --timeout=5m"]})
    environ = postgres.environ(BOT) | {"PATH": f"{cluster.folder}:{postgres.environ()['PATH']}"}
    done = perform("raise-connection-pool", raised(database, size), environ, tmp_path)
    assert done.state is RunState.UNDONE, done
    assert (cluster.container["image"], cluster.container["env"]) == ("release 2", {"DB_POOL_SIZE": "4"})


# -- data-retention ---


@pytest.fixture
def kept(postgres: Postgres, database: str) -> str:
    """A database with 30 conversations, 20 of them older than 90 days, and their messages."""
    postgres.sql(
        "CREATE TABLE conversations (id int PRIMARY KEY, created_at timestamptz);"
        "CREATE TABLE messages (conversation int REFERENCES conversations ON DELETE CASCADE);"
        "INSERT INTO conversations SELECT n, now() - make_interval(days => n * 10) FROM generate_series(0, 29) n;"
        "INSERT INTO messages SELECT id FROM conversations",
        database,
    )
    return database


def retention(database: str, **more: str) -> dict[str, str]:
    return {"database": database, "table": "conversations", "days": "95", "batch": "7", **more}


def test_rows_are_deleted_for_good_only_when_two_agree() -> None:
    """Nothing undoes it."""
    runbook = load_folder(RUNBOOKS, compare=False).runbooks["data-retention"]
    assert (runbook.risk, runbook.approval.required) == ("high", 2)


@pytest.mark.ran("real", "data-retention")
def test_rows_older_than_allowed_are_deleted_in_batches(postgres: Postgres, kept: str, tmp_path: Path) -> None:
    """The check says how many and what goes with them; then exactly those are gone."""
    done = perform("data-retention", retention(kept), postgres.environ(), tmp_path)
    dry = " ".join(done.before["dry-run"].output.split())
    assert "rows to delete" in dry
    assert re.search(r"[-+] 20 \| ", dry)
    assert "messages | its rows go too" in dry
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert done.steps["delete"].output.startswith("20 rows before ")
    assert (
        postgres.sql("SELECT count(*), max(now() - created_at) < interval '91 days' FROM conversations", kept) == "10|t"
    )
    assert postgres.sql("SELECT count(*) FROM messages", kept) == "10"


@pytest.mark.ran("real", "data-retention")
def test_the_brake_holds_and_the_rest_is_not_fixed(postgres: Postgres, kept: str, tmp_path: Path) -> None:
    """At most `at_most` rows; older ones are left, and the verdict says so."""
    done = perform("data-retention", retention(kept, at_most="12"), postgres.environ(), tmp_path)
    assert "more than 12" in done.before["dry-run"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert "older rows are left" in done.verified["none-older"].output
    assert postgres.sql("SELECT count(*) FROM conversations", kept) == "18"


@pytest.mark.ran("real", "data-retention")
def test_rows_that_somebody_holds_are_passed_over(postgres: Postgres, kept: str, tmp_path: Path) -> None:
    """Nobody is kept waiting; what was held is left and told."""
    postgres.sql("GRANT ALL ON conversations TO shop", kept)
    postgres.session("BEGIN; UPDATE conversations SET id = id WHERE id = 29", kept, stays=True)
    done = perform("data-retention", retention(kept), postgres.environ(), tmp_path)
    assert done.verdict is Verdict.NOT_FIXED, done
    assert postgres.sql("SELECT max(id), count(*) FROM conversations", kept) == "29|11"


@pytest.mark.ran("real", "data-retention")
def test_a_column_that_holds_no_time_deletes_nothing(postgres: Postgres, kept: str, tmp_path: Path) -> None:
    """The dry run says it, and the step fails before the first row."""
    done = perform("data-retention", retention(kept, column="id"), postgres.environ(), tmp_path)
    assert "no such column of type date or timestamp" in done.before["dry-run"].output
    assert done.state is RunState.FAILED
    assert postgres.sql("SELECT count(*) FROM conversations", kept) == "30"


@pytest.mark.ran("real", "data-retention")
def test_a_partitioned_table_loses_only_what_is_old(postgres: Postgres, database: str, tmp_path: Path) -> None:
    """Rows of two partitions share their place in the file; a young one does not go in an old one's stead."""
    postgres.sql(
        "CREATE TABLE events (created_at timestamptz, id int) PARTITION BY LIST (id);"
        "CREATE TABLE events_1 PARTITION OF events FOR VALUES IN (1);"
        "CREATE TABLE events_2 PARTITION OF events FOR VALUES IN (2);"
        "INSERT INTO events SELECT now() - interval '200 days', 1 FROM generate_series(1, 50);"
        "INSERT INTO events SELECT now(), 2 FROM generate_series(1, 50)",
        database,
    )
    given = {"database": database, "table": "events", "days": "90", "batch": "10"}
    done = perform("data-retention", given, postgres.environ(), tmp_path)
    assert done.verdict is Verdict.FIXED, done
    assert postgres.sql("SELECT id, count(*) FROM events GROUP BY 1", database) == "2|50"
