"""A real nginx of its own, on 127.0.0.1 and a free port: a site, a list of denied addresses, a limit, an upstream."""

from __future__ import annotations

import http.client
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.services import free_port, need

PATIENCE = 15.0

# Clients are told apart by X-Forwarded-For, as behind a load balancer: all of these tests come from 127.0.0.1.
CONFIG = """\
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Forwarded-For;
    limit_req_status 429;
    include {folder}/deny.conf;
    include {folder}/limits.conf;
    include {folder}/upstream.conf;
    {http}
    server {{
        listen 127.0.0.1:{port};
        root {folder}/site;
        location /login {{
            limit_req zone=login;
            try_files /index.html =404;
        }}
        location /shop {{
            proxy_pass http://shop;
            proxy_next_upstream off;
        }}
        {server}
    }}
}}
"""


class Nginx:
    """`upstream`: the ports of the instances behind /shop. `http` and `server`: more lines for these blocks."""

    def __init__(self, folder: Path, upstream: Sequence[int] = (), http: str = "", server: str = "") -> None:
        self.folder = folder
        self.port = free_port()
        (folder / "site").mkdir(parents=True)
        (folder / "site" / "index.html").write_text("welcome\n")
        (folder / "deny.conf").touch()
        self.limits.write_text(
            "# 1 a minute, to be seen at once\nlimit_req_zone $binary_remote_addr zone=login:1m rate=1r/m;\n"
        )
        servers = "".join(f"    server 127.0.0.1:{port} max_fails=0;\n" for port in upstream or [9])
        self.upstream.write_text(f"upstream shop {{\n{servers}}}\n")
        user = "user root;" if os.geteuid() == 0 else ""
        self.config.write_text(CONFIG.format(user=user, folder=folder, port=self.port, http=http, server=server))

    @property
    def config(self) -> Path:
        return self.folder / "nginx.conf"

    @property
    def deny(self) -> Path:
        return self.folder / "deny.conf"

    @property
    def limits(self) -> Path:
        return self.folder / "limits.conf"

    @property
    def upstream(self) -> Path:
        return self.folder / "upstream.conf"

    @property
    def log(self) -> Path:
        return self.folder / "access.log"

    def given(self, **more: str) -> dict[str, str]:
        """What its runbooks want to know."""
        where = {"config": str(self.config), "log": str(self.log), "host": "127.0.0.1", "port": str(self.port)}
        return where | more

    def start(self) -> None:
        self._process = subprocess.Popen(
            [need("nginx"), "-c", str(self.config), "-g", "daemon off;"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            assert self._process.poll() is None, (self.folder / "error.log").read_text()
            try:
                self.get("/")
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.02)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE)

    def get(self, path: str, client: str = "198.51.100.1", **headers: str) -> int:
        """The status that this client gets."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers={"X-Forwarded-For": client, "User-Agent": "test", **headers})
            return connection.getresponse().status
        finally:
            connection.close()


@contextmanager
def running(folder: Path, upstream: Sequence[int] = (), http: str = "", server: str = "") -> Iterator[Nginx]:
    """One that answers."""
    need("nginx")
    nginx = Nginx(folder, upstream, http, server)
    nginx.start()
    try:
        yield nginx
    finally:
        nginx.stop()
