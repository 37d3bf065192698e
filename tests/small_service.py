"""A small service as a real process tree, for the runbooks that start, stop and replace one.

Started as `python small_service.py FOLDER PORT`. Its worker processes hold memory and outlive it when nobody ends them;
one has a session of its own and does not listen to TERM. FOLDER/pids lists every process it ever had. Its side by HTTP:
/health (503 once it holds too much), /metrics, /version, /grow (memory), /hold (a request that lasts until /release).
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MIB = 1024**2
GROWS = 40  # MiB, of each worker, at once


# -- the service itself ---


def serve(folder: Path, port: int) -> None:
    _note(folder)
    workers = [
        subprocess.Popen([sys.executable, __file__, "worker", str(folder), kind], start_new_session=kind == "stubborn")
        for kind in ("plain", "stubborn")
    ]
    grown = threading.Event()
    released = threading.Event()
    count = {"total": 0, "in flight": 0}

    def enlarge() -> None:
        for worker in workers:
            worker.send_signal(signal.SIGUSR1)
        while any(not (folder / f"grown-{worker.pid}").exists() for worker in workers):
            time.sleep(0.02)

    class Side(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            count["total"] += 1
            status, said = 200, "ok"
            match self.path:
                case "/health" if grown.is_set():
                    status, said = 503, "out of memory soon"
                case "/health":
                    said = "healthy"
                case "/metrics":
                    said = f"http_requests_total {count['total']}\nhttp_requests_in_flight {count['in flight']}\n"
                case "/version":
                    said = '{"version": "1.2.3"}'
                case "/grow":
                    enlarge()
                    grown.set()
                case "/hold":
                    count["in flight"] += 1
                    released.wait(30)
                    count["in flight"] -= 1
                case "/release":
                    released.set()
                case _:
                    status, said = 404, "no such page"
            with contextlib.suppress(BrokenPipeError):
                self.send_response(status)
                self.end_headers()
                self.wfile.write(said.encode())

        def log_message(self, *_: Any) -> None:
            pass

    for worker in workers:
        while not (folder / f"ready-{worker.pid}").exists():
            time.sleep(0.02)
    if (folder / "grows-at-once").exists():
        enlarge()
    sys.stdout.write("listening; an ERROR of old: connection refused\n")
    sys.stdout.flush()
    ThreadingHTTPServer(("127.0.0.1", port), Side).serve_forever()


def work(folder: Path, kind: str) -> None:
    _note(folder)
    held: list[bytearray] = []
    if kind == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)

    def grow(*_: Any) -> None:
        held.append(bytearray(os.urandom(1)) * (GROWS * MIB))
        (folder / f"grown-{os.getpid()}").touch()

    signal.signal(signal.SIGUSR1, grow)
    (folder / f"ready-{os.getpid()}").touch()
    while True:
        signal.pause()


def _note(folder: Path) -> None:
    with (folder / "pids").open("a") as pids:
        pids.write(f"{os.getpid()}\n")


# -- for the tests ---


class SmallService:
    """Its folder below SERVICES_DIR, as the platform `process` wants it; `run` starts the service above."""

    def __init__(self, services: Path, name: str, port: int) -> None:
        self.home = services / name
        self.home.mkdir(parents=True)
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.runs(f'exec "{sys.executable}" "{__file__}" "{self.home}" {port}')

    def runs(self, command: str) -> None:
        """What `run` does from now on."""
        (self.home / "run").write_text(f"#!/bin/sh\n{command}\n")
        (self.home / "run").chmod(0o755)

    @property
    def pids(self) -> list[int]:
        """Every process it ever had, in the order of their starts."""
        file = self.home / "pids"
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    @property
    def alive(self) -> list[int]:
        return [pid for pid in self.pids if runs(pid)]

    @contextlib.contextmanager
    def ended_afterwards(self) -> Iterator[SmallService]:
        try:
            yield self
        finally:
            from tests.survivors import end_survivors  # not when this file runs as the service

            end_survivors(self.alive, self.home.parent)


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        work(Path(sys.argv[2]), sys.argv[3])
    else:
        serve(Path(sys.argv[1]), int(sys.argv[2]))
