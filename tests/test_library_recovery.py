"""The runbooks about backups and recovery, against a real PostgreSQL server."""

# ruff: noqa: S608 - the statements are the tests' own
from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.model import Result, RunState, Verdict
from tests.library import RUNBOOKS, perform

if TYPE_CHECKING:  # pytest itself loads the plugin
    from tests.real_postgres import Postgres

pytest_plugins = ("tests.real_postgres",)


@pytest.fixture
def shop(postgres: Postgres, database: str) -> str:
    """A database of the role shop with 100 orders, the newest of an hour ago, rights and a setting of its own."""
    postgres.sql(
        "CREATE TABLE orders (id int PRIMARY KEY, placed timestamptz);"
        "INSERT INTO orders SELECT n, now() - make_interval(hours => n) FROM generate_series(1, 100) n;"
        "ALTER TABLE orders OWNER TO shop; CREATE TABLE customers (id int);"
        f"GRANT CONNECT ON DATABASE {database} TO plantao; REVOKE CONNECT ON DATABASE {database} FROM PUBLIC;"
        f"ALTER DATABASE {database} SET statement_timeout = '31s'",
        database,
    )
    return database


@pytest.fixture
def environ(postgres: Postgres, tmp_path: Path) -> dict[str, str]:
    (tmp_path / "backups").mkdir()
    return postgres.environ() | {"BACKUP_DIR": str(tmp_path / "backups")}


def backups(environ: dict[str, str]) -> list[Path]:
    return sorted(Path(environ["BACKUP_DIR"]).glob("*.dump"))


def back_up(shop: str, environ: dict[str, str], tmp_path: Path) -> Path:
    """The newest backup, made by the runbook itself."""
    done = perform("database-backup", {"database": shop}, environ, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    return backups(environ)[-1]


def dated(backup: Path, **ago: float) -> Path:
    """The same backup, as if it had been made so long ago."""
    at = datetime.now(UTC) - timedelta(**ago)
    name = f"{backup.name.split('.')[0]}.{at:%Y%m%dT%H%M%SZ}"
    moved = backup.with_name(f"{name}.dump")
    for kind in ("sha256", "roles.sql", "dump"):
        file = backup.with_name(backup.name.replace(".dump", f".{kind}"))
        file = file.rename(file.with_name(f"{name}.{kind}"))
        if kind == "sha256":
            file.write_text(file.read_text().replace(backup.name.removesuffix(".dump"), name))
    return moved


def databases(postgres: Postgres, shop: str) -> list[str]:
    return postgres.sql(f"SELECT datname FROM pg_database WHERE datname ~ '^{shop}(_|$)' ORDER BY 1").splitlines()


# -- database-backup ---


@pytest.mark.ran("real", "database-backup")
def test_a_backup_is_whole_named_and_readable_for_the_bot_alone(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """pg_dump's custom format, a checksum and the roles beside it, nothing half-made left."""
    made = back_up(shop, environ, tmp_path)
    assert re.fullmatch(shop + r"\.[0-9]{8}T[0-9]{6}Z\.dump", made.name)
    assert made.read_bytes()[:5] == b"PGDMP"
    assert sorted(file.name.removeprefix(made.stem) for file in made.parent.iterdir()) == [
        ".dump",
        ".roles.sql",
        ".sha256",
    ]
    assert {file.stat().st_mode & 0o077 for file in made.parent.iterdir()} == {0}
    assert "CREATE ROLE shop;" in made.with_name(f"{made.stem}.roles.sql").read_text()
    assert "PASSWORD" not in made.with_name(f"{made.stem}.roles.sql").read_text()


@pytest.mark.ran("real", "database-backup")
def test_old_backups_go_and_the_newest_stay_whatever_their_age(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """28 days by the time in the name, of this database alone; never fewer than `keep_least`."""
    folder = Path(environ["BACKUP_DIR"])
    for days in (40, 30, 20):
        (folder / f"{shop}.{datetime.now(UTC) - timedelta(days=days):%Y%m%dT%H%M%SZ}.dump").touch()
    other = folder / f"{shop}-eu.20200101T000000Z.dump"
    other.touch()
    given = {"database": shop, "keep_days": "28", "keep_least": "3"}
    done = perform("database-backup", given, environ, tmp_path)
    assert done.verdict is Verdict.FIXED, done
    assert "1 removed, 3 kept" in done.steps["prune"].output
    ages = [(datetime.now(UTC) - datetime.strptime(each.suffixes[0], ".%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)).days
            for each in backups(environ) if each != other]  # fmt: skip
    assert sorted(ages) == [0, 20, 30]
    assert other.exists()


@pytest.mark.ran("real", "database-backup")
def test_a_backup_that_fails_leaves_no_file(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """A role that may not read a table: the run fails, and nothing that looks like a backup is there."""
    done = perform("database-backup", {"database": shop}, environ | {"PGUSER": "plantao"}, tmp_path)
    assert done.state is RunState.FAILED, done
    assert "permission denied" in done.steps["dump"].output
    assert list(Path(environ["BACKUP_DIR"]).iterdir()) == []


@pytest.mark.ran("real", "database-backup")
def test_a_damaged_backup_is_not_fixed(postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path) -> None:
    """Verify reads every fresh backup again; a bit that fell over is found."""
    made = back_up(shop, environ, tmp_path)
    body = bytearray(made.read_bytes())
    body[-1] ^= 1
    made.write_bytes(body)
    dated(made, seconds=5)  # another name, so that the second run does not replace it
    done = perform("database-backup", {"database": shop}, environ, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done


@pytest.mark.ran("real", "database-backup")
def test_without_a_folder_it_is_said_which_setting_is_missing(postgres: Postgres, shop: str, tmp_path: Path) -> None:
    """Where backups go is nobody's guess."""
    done = perform("database-backup", {"database": shop}, postgres.environ(), tmp_path)
    assert done.state is RunState.FAILED
    assert "set BACKUP_DIR in the environment of the bot" in done.steps["dump"].output


# -- verify-backup, recovery-drill ---


@pytest.mark.ran("real", "database-backup", "verify-backup")
def test_a_backup_is_restored_counted_and_dropped_again(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """What counts as a backup is one that came back; of the trial nothing is left."""
    back_up(shop, environ, tmp_path)
    done = perform("verify-backup", {"database": shop, "least_rows": "100"}, environ, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert "its checksum holds" in done.before["readable"].output
    assert "100 rows in 2 tables" in done.steps["count"].output
    assert databases(postgres, shop) == [shop]


@pytest.mark.ran("real", "database-backup", "verify-backup")
def test_a_backup_with_too_few_rows_fails_and_leaves_nothing(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """It could be restored, and is not the database that it should be."""
    back_up(shop, environ, tmp_path)
    done = perform("verify-backup", {"database": shop, "least_rows": "101"}, environ, tmp_path)
    assert done.state is RunState.UNDONE, done
    assert "fewer rows than least_rows" in done.steps["count"].output
    assert databases(postgres, shop) == [shop]


@pytest.mark.ran("real", "database-backup", "verify-backup")
def test_a_backup_that_was_changed_is_not_restored(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """The checksum is asked before anything is made."""
    made = back_up(shop, environ, tmp_path)
    made.write_bytes(made.read_bytes() + b"!")
    done = perform("verify-backup", {"database": shop}, environ, tmp_path)
    assert done.state is RunState.UNDONE, done
    assert "FAILED" in done.before["readable"].output
    assert "FAILED" in done.steps["restore"].output
    assert databases(postgres, shop) == [shop]


@pytest.mark.ran("real", "database-backup", "verify-backup")
def test_a_good_backup_that_is_old_is_not_fixed(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """It comes back, and still nobody should rely on it: the newest is too old."""
    made = back_up(shop, environ, tmp_path)
    then = (datetime.now(UTC) - timedelta(hours=30)).timestamp()
    os.utime(made, (then, then))
    done = perform("verify-backup", {"database": shop}, environ, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert {id: each.result for id, each in done.verified.items()} == {"young": Result.FAILED, "gone": Result.OK}


@pytest.mark.ran("real", "database-backup", "verify-backup")
def test_a_database_of_the_trials_name_that_somebody_made_is_not_touched(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """Only what the trial made is dropped."""
    back_up(shop, environ, tmp_path)
    postgres.sql(f"CREATE DATABASE {shop}_verify")
    done = perform("verify-backup", {"database": shop}, environ, tmp_path)
    assert done.state is RunState.UNDONE, done
    assert "already exists" in done.steps["restore"].output
    assert databases(postgres, shop) == [shop, f"{shop}_verify"]


@pytest.mark.ran("real", "database-backup", "recovery-drill")
def test_a_drill_holds_the_restore_against_the_objectives(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """Both times are measured and said."""
    dated(back_up(shop, environ, tmp_path), minutes=90)
    done = perform("recovery-drill", {"database": shop, "rpo_minutes": "120"}, environ, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert re.search(r"recovery time: [0-9]+ s to restore .*; objective 60 min", done.steps["measure"].output)
    assert re.search(r"data loss: what came within 9[01] min, .*; objective 120 min", done.steps["measure"].output)
    assert databases(postgres, shop) == [shop]


@pytest.mark.ran("real", "database-backup", "recovery-drill")
def test_a_drill_that_misses_an_objective_fails(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """A backup of yesterday cannot meet an objective of an hour; the trial is cleared away all the same."""
    dated(back_up(shop, environ, tmp_path), days=1)
    done = perform("recovery-drill", {"database": shop, "rpo_minutes": "60"}, environ, tmp_path)
    assert done.state is RunState.UNDONE, done
    assert "The recovery point objective is missed." in done.steps["measure"].output
    assert databases(postgres, shop) == [shop]


# -- database-restore ---


def restore(shop: str, backup: Path, least_rows: int = 100) -> dict[str, str]:
    return {"database": shop, "backup": backup.name, "table": "orders", "least_rows": str(least_rows)}


@pytest.fixture
def spoilt(postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path) -> Path:
    """A good backup of an hour ago; since then somebody deleted nearly all orders."""
    good = dated(back_up(shop, environ, tmp_path), hours=1)
    postgres.sql("DELETE FROM orders WHERE id > 10", shop)
    return good


def count(postgres: Postgres, database: str) -> int:
    return int(postgres.sql("SELECT count(*) FROM orders", database))


@pytest.mark.ran("real", "database-backup", "database-restore")
def test_going_back_to_a_backup(
    postgres: Postgres, shop: str, environ: dict[str, str], spoilt: Path, tmp_path: Path
) -> None:
    """A fresh backup, a copy beside, a swap of names: the live name has the good data, the old is kept whole."""
    reader = postgres.session("SELECT 1", shop, user="dba", stays=True)
    done = perform("database-restore", restore(shop, spoilt), environ, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert "orders 100 10" in done.steps["compare"].output
    assert (count(postgres, shop), count(postgres, f"{shop}_before")) == (100, 10)
    assert len(backups(environ)) == 2
    assert not postgres.connected(reader)
    assert databases(postgres, shop) == [shop, f"{shop}_before"]


@pytest.mark.ran("real", "database-backup", "database-restore")
def test_the_restored_database_keeps_owner_rights_and_settings(
    postgres: Postgres, shop: str, environ: dict[str, str], spoilt: Path, tmp_path: Path
) -> None:
    """What stands on the database itself is in no dump of it, and is carried over."""
    told = (
        "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datallowconn, "
        "(SELECT string_agg(privilege_type || ' ' || grantee::regrole, ',' ORDER BY privilege_type, grantee) "
        "FROM aclexplode(datacl)), "
        "(SELECT setconfig FROM pg_db_role_setting s WHERE s.setdatabase = d.oid AND setrole = 0) "
        "FROM pg_database d WHERE datname = "
    )
    before = postgres.sql(f"{told} '{shop}'")
    done = perform("database-restore", restore(shop, spoilt), environ, tmp_path)
    assert done.verdict is Verdict.FIXED, done
    assert postgres.sql(f"{told} '{shop}'") == before
    assert "statement_timeout=31s" in before
    assert postgres.sql("SHOW statement_timeout", shop) == "31s"
    assert postgres.sql("SELECT tableowner FROM pg_tables WHERE tablename = 'orders'", shop) == "shop"


@pytest.mark.ran("real", "database-backup", "database-restore")
def test_a_backup_without_the_rows_is_not_swapped_in(
    postgres: Postgres, shop: str, environ: dict[str, str], spoilt: Path, tmp_path: Path
) -> None:
    """The copy is held against what it has to have before it is live: undone, and nothing has changed."""
    done = perform("database-restore", restore(shop, spoilt, least_rows=101), environ, tmp_path, undoes=True)
    assert done.state is RunState.UNDONE, done
    assert "100 rows in the copy; at least 101 are wanted" in done.steps["compare"].output
    assert databases(postgres, shop) == [shop]
    assert count(postgres, shop) == 10


@pytest.mark.ran("real", "database-backup", "database-restore")
def test_a_no_after_the_swap_takes_it_back(
    postgres: Postgres, shop: str, environ: dict[str, str], spoilt: Path, tmp_path: Path
) -> None:
    """The old database is live again; what was swapped in is kept, since somebody may have written to it."""
    given = restore(shop, spoilt)
    done = perform("database-restore", given, environ, tmp_path, answers={"works": False}, undoes=True)
    assert done.state is RunState.UNDONE, done
    assert count(postgres, shop) == 10
    assert count(postgres, f"{shop}_rejected") == 100
    assert databases(postgres, shop) == [shop, f"{shop}_rejected"]
    assert postgres.sql(f"SELECT bool_and(datallowconn) FROM pg_database WHERE datname LIKE '{shop}%'") == "t"


@pytest.mark.ran("real", "database-backup", "database-restore")
def test_without_a_persons_undo_the_restored_database_stays_live(
    postgres: Postgres, shop: str, environ: dict[str, str], spoilt: Path, tmp_path: Path
) -> None:
    """A question that nobody answers fails its step; what production has written since is not swapped out for that."""
    done = perform("database-restore", restore(shop, spoilt), environ, tmp_path, answers={"works": False})
    assert (done.state, done.undone) == (RunState.FAILED, {}), done
    assert (count(postgres, shop), count(postgres, f"{shop}_before")) == (100, 10)


@pytest.mark.ran("real", "database-backup", "database-restore")
def test_a_second_no_needs_a_free_name_and_says_so_before_anything_is_made(
    postgres: Postgres, shop: str, environ: dict[str, str], spoilt: Path, tmp_path: Path
) -> None:
    """What the first no set aside is there still: the second restore makes nothing that it could not take back."""
    given = restore(shop, spoilt)
    assert (
        perform("database-restore", given, environ, tmp_path, answers={"works": False}, undoes=True).state
        is RunState.UNDONE
    )
    again = perform("database-restore", given, environ, tmp_path, undoes=True)
    assert again.state is RunState.UNDONE, again
    assert "(…_rejected) is still there" in again.steps["copy"].output
    assert (count(postgres, shop), count(postgres, f"{shop}_rejected")) == (10, 100)
    assert databases(postgres, shop) == [shop, f"{shop}_rejected"]


@pytest.mark.ran("real", "database-backup", "database-restore")
def test_a_swap_that_was_killed_half_way_leaves_nobody_locked_out(
    postgres: Postgres, shop: str, environ: dict[str, str], spoilt: Path, tmp_path: Path
) -> None:
    """Closed to connections and not yet renamed, then killed: taking it back opens the live database again."""
    swap = tmp_path / "runbooks"
    shutil.copytree(RUNBOOKS, swap)
    (swap / "scripts" / "pg_swap_in.sh").write_text(
        "#!/bin/sh\nset -eu\n"
        'for name in "$RUNBOOK_DATABASE" "${RUNBOOK_DATABASE}_restored"; do\n'
        '  psql -X -q --dbname=postgres -c "ALTER DATABASE $name WITH ALLOW_CONNECTIONS false"\n'
        "done\nkill -KILL $$\n"
    )
    done = perform("database-restore", restore(shop, spoilt), environ, tmp_path, folder=swap, undoes=True)
    assert done.state is RunState.UNDONE, done
    assert done.undone["swap"].output == "nothing was swapped\n"
    assert databases(postgres, shop) == [shop]
    assert count(postgres, shop) == 10


@pytest.mark.ran("real", "database-backup", "database-restore")
def test_a_no_before_the_swap_drops_the_copy(
    postgres: Postgres, shop: str, environ: dict[str, str], spoilt: Path, tmp_path: Path
) -> None:
    """The numbers were not convincing: the live database was never touched."""
    given = restore(shop, spoilt)
    done = perform("database-restore", given, environ, tmp_path, answers={"sure": False}, undoes=True)
    assert done.state is RunState.UNDONE, done
    assert databases(postgres, shop) == [shop]
    assert count(postgres, shop) == 10


@pytest.mark.ran("real", "database-backup", "database-restore")
def test_without_a_fresh_backup_nothing_is_restored(
    postgres: Postgres, shop: str, environ: dict[str, str], spoilt: Path, tmp_path: Path
) -> None:
    """What is live now cannot be dumped: the run ends there."""
    reader = environ | {"PGUSER": "plantao"}
    done = perform("database-restore", restore(shop, spoilt), reader, tmp_path, undoes=True)
    assert done.state is RunState.UNDONE, done
    assert "permission denied" in done.steps["fresh"].output
    assert set(done.steps) == {"stopped", "fresh"}
    assert databases(postgres, shop) == [shop]


@pytest.mark.ran("real", "database-backup", "database-restore")
def test_a_second_restore_does_not_touch_what_the_first_set_aside(
    postgres: Postgres, shop: str, environ: dict[str, str], spoilt: Path, tmp_path: Path
) -> None:
    """It refuses before it has made anything, and its undo does not take the first one back."""
    assert perform("database-restore", restore(shop, spoilt), environ, tmp_path).verdict is Verdict.FIXED
    again = perform("database-restore", restore(shop, spoilt), environ, tmp_path, undoes=True)
    assert again.state is RunState.UNDONE, again
    assert "is still there" in again.steps["copy"].output
    assert (count(postgres, shop), count(postgres, f"{shop}_before")) == (100, 10)
    assert databases(postgres, shop) == [shop, f"{shop}_before"]


class Meanwhile(dict[str, bool]):
    """Answers yes to everything, and something happens while one question stands open."""

    def __init__(self, question: str, happens: Callable[[], object]) -> None:
        super().__init__({question: True})
        self._question, self._happens = question, happens

    def get(self, key: str, default: bool = True) -> bool:  # type: ignore[override]
        if key == self._question:
            self._happens()
        return default


@pytest.mark.ran("real", "database-backup", "database-restore")
def test_rows_that_go_missing_again_after_the_swap_are_not_fixed(
    postgres: Postgres, shop: str, environ: dict[str, str], spoilt: Path, tmp_path: Path
) -> None:
    """The services came back with the bug that destroyed them: the verdict says so, and a person decides."""
    services = Meanwhile("works", lambda: postgres.sql("DELETE FROM orders WHERE id > 10", shop))
    done = perform("database-restore", restore(shop, spoilt), environ, tmp_path, answers=services)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert "it has 10 rows" in done.verified["rows"].output
    assert databases(postgres, shop) == [shop, f"{shop}_before"]


# -- recover-from-database-loss ---


def lost(shop: str, **more: str) -> dict[str, str]:
    """Lost ten minutes ago, and a hundred orders are wanted back."""
    at = datetime.now(UTC) - timedelta(minutes=10)
    return {"database": shop, "table": "orders", "least_rows": "100", "lost_at": f"{at:%Y-%m-%dT%H:%MZ}", **more}


@pytest.fixture
def clerk(postgres: Postgres, shop: str) -> Iterator[str]:
    """A role that owns something in the database."""
    name = f"clerk_{shop}"
    postgres.sql(
        f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 3 IN ROLE shop; ALTER TABLE customers OWNER TO {name}", shop
    )
    yield name
    for left in databases(postgres, shop):
        postgres.sql(f"DROP OWNED BY {name}", left)
    postgres.sql(f"DROP ROLE IF EXISTS {name}")


@pytest.mark.ran("real", "database-backup", "recover-from-database-loss")
def test_a_lost_database_comes_back_with_its_roles_and_is_measured(
    postgres: Postgres, shop: str, clerk: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """Roles, data, name, then time and loss; people are told what is gone."""
    dated(back_up(shop, environ, tmp_path), minutes=12)
    postgres.sql(f"DROP DATABASE {shop}")
    postgres.sql(f"DROP ROLE {clerk}")
    done = perform("recover-from-database-loss", lost(shop), environ, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert done.steps["roles"].output == f"1 roles created: {clerk}\n"
    role = f"rolcanlogin, rolconnlimit, pg_has_role(oid, 'shop', 'MEMBER') FROM pg_roles WHERE rolname = '{clerk}'"
    assert postgres.sql(f"SELECT {role}") == "t|3|t"
    assert postgres.sql("SELECT tableowner FROM pg_tables WHERE tablename = 'customers'", shop) == clerk
    assert count(postgres, shop) == 100
    assert re.search(r"recovery time: 1[01] min since .*; objective 60 min: met", done.steps["measure"].output)
    assert re.search(r"data loss: [12] min, the backup is of .*; objective 5 min: met", done.steps["measure"].output)
    assert "Tell people: what was written between" in done.steps["measure"].output
    assert [channel for channel, _ in done.posted] == ["incidents"]
    assert databases(postgres, shop) == [shop]


@pytest.mark.ran("real", "database-backup", "recover-from-database-loss")
def test_a_missed_objective_is_shown_and_the_recovery_counts(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """Loss by the newest row, and a time that was too long: the step fails, and the database is back all the same."""
    back_up(shop, environ, tmp_path)
    postgres.sql(f"DROP DATABASE {shop}")
    done = perform("recover-from-database-loss", lost(shop, column="placed", rto_minutes="5"), environ, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert done.steps["measure"].result is Result.FAILED
    assert "objective 5 min: MISSED" in done.steps["measure"].output
    assert re.search(r"data loss: (49|50|51) min, the newest row is of .*: MISSED", done.steps["measure"].output)


@pytest.mark.ran("real", "database-backup", "recover-from-database-loss")
def test_a_damaged_database_that_is_still_there_is_set_aside(
    postgres: Postgres, shop: str, environ: dict[str, str], spoilt: Path, tmp_path: Path
) -> None:
    """It may be the only source of the last hours."""
    done = perform("recover-from-database-loss", lost(shop), environ, tmp_path)
    assert done.verdict is Verdict.FIXED, done
    assert (count(postgres, shop), count(postgres, f"{shop}_before")) == (100, 10)


@pytest.mark.ran("real", "database-backup", "recover-from-database-loss")
def test_a_backup_that_cannot_be_restored_stops_and_asks(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """A damaged one is refused before anything is made: the next older one is a person's choice."""
    made = back_up(shop, environ, tmp_path)
    made.write_bytes(made.read_bytes()[:-10])
    postgres.sql(f"DROP DATABASE {shop}")
    done = perform("recover-from-database-loss", lost(shop), environ, tmp_path)
    assert done.state is RunState.FAILED, done
    assert "FAILED" in done.steps["copy"].output
    assert databases(postgres, shop) == []


@pytest.mark.ran("real", "database-backup", "recover-from-database-loss")
def test_a_database_that_came_back_without_its_rows_is_not_fixed(
    postgres: Postgres, shop: str, environ: dict[str, str], tmp_path: Path
) -> None:
    """What was counted at first is gone when services have started: the last look says so."""
    back_up(shop, environ, tmp_path)
    postgres.sql(f"DROP DATABASE {shop}")
    services = Meanwhile("services", lambda: postgres.sql("TRUNCATE orders", shop))
    done = perform("recover-from-database-loss", lost(shop), environ, tmp_path, answers=services)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done


# -- recover-from-total-outage ---


class _Site(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(type(self).status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    """The service at the other site; the address of its health."""
    _Site.status = 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/health"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def other(postgres: Postgres, shop: str) -> Iterator[Postgres]:
    """The other site's database: a replica that has followed up to now."""
    replica = postgres.replica()
    yield replica
    replica.stop()


def outage(shop: str, url: str) -> dict[str, str]:
    at = datetime.now(UTC) - timedelta(minutes=30)
    return {"database": shop, "table": "orders", "column": "placed", "url": url, "lost_at": f"{at:%Y-%m-%dT%H:%MZ}"}


@pytest.mark.ran("real", "recover-from-total-outage")
def test_the_other_sites_replica_takes_over(
    postgres: Postgres, other: Postgres, shop: str, site: str, tmp_path: Path
) -> None:
    """Fenced, promoted, services, traffic, measured; both sides of the objective are said."""
    done = perform("recover-from-total-outage", outage(shop, site), other.environ(), tmp_path)
    assert done.before["role"].output.startswith("t|")
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert "it is the primary now" in done.steps["promote"].output
    assert re.search(r"recovery time: 3[01] min since .*; objective 120 min: met", done.steps["measure"].output)
    assert re.search(
        r"data loss: (29|30|31) min, the newest row .*; objective 15 min: MISSED", done.steps["measure"].output
    )
    assert done.posted[0][1].startswith(f"Total outage since {outage(shop, site)['lost_at'][:11]}")
    assert len(done.asked) == 4
    other.sql("INSERT INTO orders VALUES (101, now())", shop)
    assert (count(other, shop), count(postgres, shop)) == (101, 100)


@pytest.mark.ran("real", "recover-from-total-outage")
def test_nothing_is_promoted_before_the_old_site_is_fenced(
    other: Postgres, shop: str, site: str, tmp_path: Path
) -> None:
    """Two primaries are worse than an outage."""
    done = perform(
        "recover-from-total-outage", outage(shop, site), other.environ(), tmp_path, answers={"fenced": False}
    )
    assert done.state is RunState.FAILED
    assert set(done.steps) == {"tell", "fenced"}
    assert other.sql("SELECT pg_is_in_recovery()") == "t"


@pytest.mark.ran("real", "recover-from-total-outage")
def test_a_service_that_fails_when_traffic_arrives_is_not_fixed(
    postgres: Postgres, shop: str, site: str, tmp_path: Path
) -> None:
    """It answered before the traffic came, and does not now. A primary is left as it is."""

    def traffic_arrives() -> None:
        _Site.status = 503

    traffic = Meanwhile("traffic", traffic_arrives)
    done = perform("recover-from-total-outage", outage(shop, site), postgres.environ(), tmp_path, answers=traffic)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert "it is a primary already" in done.steps["promote"].output
    assert {id: each.result for id, each in done.verified.items()} == {"service": Result.FAILED, "primary": Result.OK}
