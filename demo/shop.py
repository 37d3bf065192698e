"""A small web shop with a real memory leak. Standard library only: any Python starts it.

GET /health    200, or 503 while it warms up and when its memory has reached the limit; JSON with the figures
GET /metrics   the same for Prometheus
POST /orders   takes an order when it is healthy, and keeps about 1 MB of it for ever: the leak
POST /crash    dies at once
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import resource
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MB = 1024 * 1024
PIDFILE = "shop.pid"


def resident_memory() -> int:
    """This process's memory that is in RAM, in bytes."""
    try:
        status = Path("/proc/self/status").read_text()
    except FileNotFoundError:  # not Linux: the highest so far, in bytes on macOS
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


class Shop(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, limit: int, warm_up: float) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.limit = limit
        self.warm_at = time.monotonic() + warm_up
        self.orders: list[bytes] = []  # never emptied

    def figures(self) -> dict[str, Any]:
        memory = resident_memory()
        status = "ok"
        if memory >= self.limit:
            status = "out of memory"
        elif time.monotonic() < self.warm_at:
            status = "warming up"
        return {"status": status, "memory": memory, "limit": self.limit, "orders": len(self.orders)}


class Handler(BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        figures = self.server.figures()
        if self.path == "/health":
            self._json(200 if figures["status"] == "ok" else 503, figures)
        elif self.path == "/metrics":
            lines = [
                "# TYPE process_resident_memory_bytes gauge",
                f"process_resident_memory_bytes {figures['memory']}",
                "# TYPE shop_memory_limit_bytes gauge",
                f"shop_memory_limit_bytes {figures['limit']}",
                "# TYPE shop_orders_total counter",
                f"shop_orders_total {figures['orders']}",
            ]
            self._send(200, "text/plain; version=0.0.4", "\n".join(lines) + "\n")
        else:
            self._json(404, {"error": "GET /health or /metrics, POST /orders or /crash"})

    def do_POST(self) -> None:
        if self.path == "/orders":
            # Refused at the limit, so that a leak that nobody mends harms the shop and not the machine.
            status = self.server.figures()["status"]
            if status != "ok":
                self._json(503, {"error": status})
                return
            self.server.orders.append(b"order " * (MB // 6))
            self._json(201, {"order": len(self.server.orders)})
        elif self.path == "/crash":
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            self._json(404, {"error": "POST /orders or /crash"})

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(body))

    def _send(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Only trouble is worth a line: the monitor asks every second."""
        if int(code) >= 500:
            super().log_request(code, size)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True, help=f"the folder of {PIDFILE}")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--limit", type=int, default=200, help="memory limit in MB (default 200)")
    parser.add_argument("--warm-up", type=float, default=0.0, help="seconds until it is healthy (default 0)")
    given = parser.parse_args(argv)
    # The lock says "running" and ends with the process, however that dies; the number in the file says which one.
    with (given.home / PIDFILE).open("a+") as pidfile:
        try:
            fcntl.flock(pidfile, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("the shop is running already", file=sys.stderr)
            return 1
        pidfile.truncate(0)
        with Shop(given.port, given.limit * MB, given.warm_up) as shop:
            pidfile.write(str(os.getpid()))
            pidfile.flush()
            # shutdown() waits for serve_forever, which this very thread runs: so from another one.
            signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=shop.shutdown).start())
            shop.serve_forever(poll_interval=0.1)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
