"""A real Redis server of its own, on 127.0.0.1 and a free port, laid out as the runbooks' platform `process` has it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services import free_port, need

PATIENCE = 15.0


class Redis:
    """`home` is its folder below SERVICES_DIR, with `run` and `pid`."""

    def __init__(self, services: Path, *settings: str) -> None:
        self.services = services
        self.home = services / "cache"
        self.port = free_port()
        self.home.mkdir(parents=True)
        config = self.home / "redis.conf"
        config.write_text(
            "\n".join(
                ["bind 127.0.0.1", f"port {self.port}", f"dir {self.home}", 'save ""', "daemonize no", *settings, ""]
            )
        )
        run = self.home / "run"
        run.write_text(f"#!/bin/sh\nexec redis-server '{config}'\n")
        run.chmod(0o755)

    @property
    def pid(self) -> int:
        return int((self.home / "pid").read_text().split()[0])

    def start(self) -> None:
        """Starts it, and waits until it answers."""
        self.launch()
        deadline = time.monotonic() + PATIENCE
        while self.cli("PING") != "PONG":
            assert time.monotonic() < deadline, (self.home / "log").read_text()
            time.sleep(0.02)

    def launch(self) -> None:
        """Starts it, whatever it says at first."""
        with (self.home / "log").open("ab") as log:
            process = subprocess.Popen([self.home / "run"], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        (self.home / "pid").write_text(f"{process.pid}\n")
        self._ours = process

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        self._ours.kill()
        self._ours.wait()

    def cli(self, *words: str) -> str:
        """What redis-cli says, or the empty text when there is no answer."""
        argv = ["redis-cli", "-h", "127.0.0.1", "-p", str(self.port), *words]
        return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()

    def stop(self) -> None:
        """Ends whichever process serves now: ours, or the one a runbook started."""
        if self._ours.poll() is None:
            self.kill()
        try:
            if os.getpgid(self.pid) == self.pid:  # a runbook started it, as the leader of a group of its own
                os.killpg(self.pid, signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            return


@contextmanager
def running(services: Path, *settings: str) -> Iterator[Redis]:
    """One that answers."""
    need("redis-server")
    need("redis-cli")
    redis = Redis(services, *settings)
    redis.start()
    try:
        yield redis
    finally:
        redis.stop()
