"""A real PostgreSQL server of the tests' own: from Debian's packages, in a folder of its own, on a free loopback port.

    pytest_plugins = ("tests.real_postgres",)      at the top of a test file gives it the two fixtures below

`postgres` is the server, one for a whole test session; `database` is a fresh empty database on it.
"""

# ruff: noqa: S608 - the statements are the tests' own
from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.services import free_port

SUPERUSER = "dba"
BOT = "plantao"  # what docs ask for and no more: it may look at sessions and end them
_START_LIMIT = 60.0
_PATIENCE = 20.0


@dataclass
class Session:
    """One connection that is busy with `sql`, or idle after it, until it is ended."""

    process: subprocess.Popen[str]
    pid: int  # the server's process

    def ended(self, limit: float = 10.0) -> str:
        """Waits until it is over; what it said last. TimeoutExpired when it lives on."""
        _, said = self.process.communicate(timeout=limit)
        return said

    @property
    def alive(self) -> bool:
        return self.process.poll() is None


@dataclass
class Postgres:
    """A running server."""

    programs: Path  # where psql, pg_dump and the others are
    folder: Path
    port: int
    owner: str | None  # the system's user that runs it, when this process is root
    server: subprocess.Popen[bytes] | None = None
    _sessions: list[Session] = field(default_factory=list)

    def environ(self, user: str = SUPERUSER) -> dict[str, str]:
        """What a bot's environment holds that works with this server."""
        return {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": user,
        }

    def sql(self, statement: str, database: str = "postgres", user: str = SUPERUSER) -> str:
        """What psql prints for it, columns apart by |. CalledProcessError with what it said when it fails."""
        return subprocess.run(
            [*self._psql(database), "-c", statement],
            env=self.environ(user),
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        ).stdout.strip()

    def session(
        self, sql: str, database: str, *, user: str = "shop", app: str = "shop", stays: bool = False
    ) -> Session:
        """A connection that has begun with `sql`; when it `stays`, it is idle after it."""
        process = subprocess.Popen(
            self._psql(database),
            env={**self.environ(user), "PGAPPNAME": app},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        session = Session(process, 0)
        self._sessions.append(session)
        process.stdin.write(f"SELECT pg_backend_pid();\n{sql};\n" + ("SELECT 'there';\n" if stays else ""))
        process.stdin.flush()
        lines = iter(process.stdout.readline, "")
        session.pid = int(next(lines, "0"))
        if session.pid == 0 or (stays and "there\n" not in lines):
            raise RuntimeError(f"the session ended at once: {session.ended()}")
        return session

    def end_sessions(self) -> None:
        for session in self._sessions:
            if self.server is not None and session.pid:
                # A client that is gone is not noticed by a server that is busy for it.
                self.sql(f"SELECT pg_terminate_backend({session.pid})")
            session.process.kill()
            session.process.communicate()
        self._sessions.clear()

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "30",
            "logging_collector": "on",
            "log_directory": "log",
            "log_filename": "postgresql-%Y-%m-%d_%H%M%S.log",
            "shared_preload_libraries": "pg_stat_statements",
            # Nothing here has to outlive a power cut.
            "fsync": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
            # On only at a start. Which command takes the log can be changed at any time; at first it is thrown away.
            "archive_mode": "on",
        }
        argv = [str(self.programs / "postgres"), "-D", str(self.folder / "data")]
        for name, value in options.items():
            argv += ["-c", f"{name}={value}"]
        with (self.folder / "server.log").open("ab") as log:
            self.server = subprocess.Popen(
                argv,
                env={"LANG": "C.UTF-8", "PATH": os.environ["PATH"]},
                cwd=self.folder,
                stdout=log,
                stderr=log,
                user=self.owner,
                group=_group(self.owner),
                extra_groups=() if self.owner else None,
            )
        deadline = time.monotonic() + _START_LIMIT
        while not self.answers():
            if self.server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{(self.folder / 'server.log').read_text()}")
            threading.Event().wait(0.05)

    def stop(self) -> None:
        """Ends it at once, with every connection."""
        if self.server is None:
            return
        self.server.send_signal(signal.SIGINT)
        try:
            self.server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.server.send_signal(signal.SIGQUIT)
            self.server.wait(timeout=30)
        self.server = None

    def connected(self, session: Session) -> bool:
        """Whether the server still has the session. Its client may not know yet."""
        return self.sql(f"SELECT count(*) FROM pg_stat_activity WHERE pid = {session.pid}") == "1"

    def until(self, condition: str, database: str = "postgres") -> None:
        """Waits until the condition holds, in SQL."""
        deadline = time.monotonic() + _PATIENCE
        while self.sql(f"SELECT coalesce(({condition}), false)", database) != "t":
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {_PATIENCE:.0f} s: {condition}")
            threading.Event().wait(0.05)

    def answers(self) -> bool:
        argv = [str(self.programs / "pg_isready"), "--quiet"]
        return subprocess.run(argv, env=self.environ(), check=False, timeout=30).returncode == 0

    def replica(self) -> Postgres:
        """A second server that follows this one, running. The caller stops it; its folder goes with this one's."""
        follower = Postgres(self.programs, self.folder / f"replica-{_count()}", free_port(), self.owner)
        follower.folder.mkdir()
        if self.owner:
            shutil.chown(follower.folder, self.owner)
        address = f"host=127.0.0.1 port={self.port} user={SUPERUSER}"
        options = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        _run(
            [self.programs / "pg_basebackup", f"--dbname={address}", f"--pgdata={follower.folder}/data", *options],
            self.owner,
        )
        follower.start()
        return follower

    def _psql(self, database: str) -> list[str]:
        argv = [self.programs / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
        return [*map(str, argv), "--set=ON_ERROR_STOP=1", f"--dbname={database}"]


def programs() -> Path | None:
    """Debian keeps them below the version and out of PATH; the newest one counts."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda file: float(file.parent.parent.name))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the session. Tests share it, and each has a database of its own."""
    where = programs()
    if where is None:
        said = "PostgreSQL is not installed here: apt-get install postgresql"
        if os.environ.get("PLANTAO_REQUIRE_SERVICES"):
            pytest.fail(f"{said}, and PLANTAO_REQUIRE_SERVICES is set")
        pytest.skip(said)
    # Not pytest's own folder: when root runs the tests, the server's user may not enter that.
    folder = Path(tempfile.mkdtemp(prefix="plantao-postgres-"))
    server = Postgres(where, folder, free_port(), _unprivileged())
    try:
        if server.owner:
            shutil.chown(folder, server.owner)
        _run([where / "initdb", "-D", folder / "data", "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
              "--no-sync"], server.owner)  # fmt: skip
        with (folder / "data" / "postgresql.conf").open("a") as config:
            config.write("archive_command = '/bin/true'\n")
        server.start()
        server.sql(f"CREATE ROLE {BOT} LOGIN IN ROLE pg_monitor, pg_signal_backend; CREATE ROLE shop LOGIN")
        yield server
    finally:
        # The server first, whatever state a test left it in: nothing of it may live on.
        server.stop()
        server.end_sessions()
        shutil.rmtree(folder)


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """A fresh database, gone after the test with whoever is still connected, and with what came of it."""
    name = f"shop_{_count()}"
    postgres.sql(f"CREATE DATABASE {name} OWNER shop")
    try:
        yield name
    finally:
        postgres.end_sessions()
        for left in postgres.sql(f"SELECT datname FROM pg_database WHERE datname ~ '^{name}(_|$)'").splitlines():
            postgres.sql(f'DROP DATABASE "{left}" WITH (FORCE)')


_numbers = iter(range(1, 10**9))


def _count() -> int:
    return next(_numbers)


def _unprivileged() -> str | None:
    """initdb and postgres refuse to run as root."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    return "nobody"


def _group(owner: str | None) -> int | None:
    return pwd.getpwnam(owner).pw_gid if owner else None


def _run(argv: Sequence[str | Path], owner: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in argv],
        env={"LANG": "C.UTF-8", "PATH": os.environ["PATH"]},
        cwd="/",
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        user=owner,
        group=_group(owner),
        extra_groups=() if owner else None,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{argv[0]} failed: {done.stdout}{done.stderr}")
