"""The runbook that sends a database's write-ahead log to its archive, against a real PostgreSQL server."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.model import RunState, Verdict
from tests.library import Performed, perform

if TYPE_CHECKING:  # pytest itself loads the plugin
    from tests.real_postgres import Postgres

pytest_plugins = ("tests.real_postgres",)
pytestmark = pytest.mark.ran("real", "incremental-backup")

BOT = "plantao"


@pytest.fixture
def archive(postgres: Postgres) -> Iterator[Path]:
    """Where the server's log goes to, as long as the test lasts."""
    folder = postgres.folder / "archive"
    folder.mkdir()
    if postgres.owner:
        shutil.chown(folder, postgres.owner)
    command(postgres, f"test ! -f {folder}/%f && cp %p {folder}/%f")
    postgres.sql(f"GRANT EXECUTE ON FUNCTION pg_switch_wal() TO {BOT}")
    try:
        yield folder
    finally:
        # What waits still is thrown away, so that the next test begins with nothing.
        postgres.sql("ALTER SYSTEM RESET archive_command")
        postgres.sql("SELECT pg_reload_conf()")
        postgres.sql("SELECT pg_switch_wal()")
        postgres.until("SELECT count(*) = 0 FROM pg_ls_archive_statusdir() WHERE name ~ 'ready$'")
        postgres.sql("SELECT pg_stat_reset_shared('archiver')")
        shutil.rmtree(folder)


def command(postgres: Postgres, text: str) -> None:
    """archive_command, from now on."""
    postgres.sql(f"ALTER SYSTEM SET archive_command = '{text}'")
    postgres.sql("SELECT pg_reload_conf()")
    postgres.until(f"SELECT current_setting('archive_command') = '{text}'")


def send(postgres: Postgres, tmp_path: Path, **given: str) -> Performed:
    return perform("incremental-backup", given, postgres.environ(BOT), tmp_path)


def test_what_was_written_arrives_in_the_archive(
    postgres: Postgres, database: str, archive: Path, tmp_path: Path
) -> None:
    """By a role that may look and switch, and no more; a second time, with nothing written, it is well too."""
    postgres.sql("CREATE TABLE orders AS SELECT generate_series(1, 100) AS id", database)
    done = send(postgres, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(done)
    file = done.steps["send"].output.split()[-5]
    assert done.steps["send"].output == f"the log up to now is in {file}\n{file} is in the archive\n"
    assert (archive / file).stat().st_size == 16 * 1024**2
    assert send(postgres, tmp_path).verdict is Verdict.FIXED


def test_an_archive_that_takes_nothing_fails_and_says_so(
    postgres: Postgres, database: str, archive: Path, tmp_path: Path
) -> None:
    """A log that piles up is found before the disk is full."""
    command(postgres, "false")
    postgres.sql("CREATE TABLE orders AS SELECT 1 AS id", database)
    done = send(postgres, tmp_path, wait="2")
    assert (done.state, done.verdict) == (RunState.FAILED, None), str(done)
    assert "did not arrive in the archive within 2 s:\nthe last try failed, with 0" in done.steps["send"].output
    again = send(postgres, tmp_path, wait="1")
    assert "THE LAST TRY FAILED" in again.before["archive"].output, str(again)
    assert list(archive.iterdir()) == []


def test_an_archive_that_failed_and_was_not_mended_fails_again(
    postgres: Postgres, database: str, archive: Path, tmp_path: Path
) -> None:
    """Nothing new is to be sent, and what came before waits still."""
    command(postgres, "false")
    postgres.sql("CREATE TABLE orders AS SELECT 1 AS id", database)
    postgres.sql("SELECT pg_switch_wal()")
    postgres.until("SELECT failed_count > 0 FROM pg_stat_archiver")
    done = send(postgres, tmp_path, wait="1")
    assert (done.state, done.verdict) == (RunState.FAILED, None), str(done)


def test_a_replica_or_a_server_without_an_archive_says_so(postgres: Postgres, archive: Path, tmp_path: Path) -> None:
    """There nothing can be sent, and the answer says who to ask."""
    replica = postgres.replica()
    try:
        done = perform("incremental-backup", {}, replica.environ(BOT), tmp_path)
    finally:
        replica.stop()
    assert (done.state, list(done.steps)) == (RunState.FAILED, ["works"]), str(done)
    assert "this server is a replica: ask its primary" in done.steps["works"].output
