"""The demo's shop in a process of its own, and what a client says to it."""

import http.client
import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

from demo import process

SCRIPTS = Path(process.RESTART).parent
LIMIT = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningShop:
    """Started with `home` as its folder, on a free port, healthy after `warm_up` seconds; the test ends it."""

    def __init__(self, home: Path, warm_up: float = 0.0) -> None:
        self.home = home
        self.port = free_port()
        process.prepare(home, self.port, LIMIT, warm_up)
        process.start(home)

    def ask(self, method: str, path: str) -> tuple[int, str]:
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            client.request(method, path)
            answer = client.getresponse()
            return answer.status, answer.read().decode()
        finally:
            client.close()

    def health(self) -> tuple[int, dict[str, Any]]:
        status, body = self.ask("GET", "/health")
        return status, json.loads(body)

    def fill(self) -> int:
        """Orders until one is refused; how many were taken."""
        for taken in range(LIMIT + 1):
            if self.ask("POST", "/orders")[0] == 503:
                return taken
        raise AssertionError("the leak has no end")

    def script(self, name: str, **environ: str) -> subprocess.CompletedProcess[str]:
        env = {"PATH": os.environ["PATH"], "SHOP_HOME": str(self.home), **environ}
        return subprocess.run([SCRIPTS / name], env=env, capture_output=True, text=True, timeout=30, check=False)
