#!/usr/bin/env python3
"""The way to another machine, layer by layer: name, route, connection, TLS. The first that fails is the trouble.

RUNBOOK_HOST, RUNBOOK_PORT: where to. RUNBOOK_TLS: yes or no. Opens a few connections and sends nothing but a TLS
greeting. The exit status is 1 when a layer fails.
"""

import os
import socket
import ssl
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime

TRIES = 5
PATIENCE = 3.0  # seconds for one connection
SLOW = 0.2  # seconds; between machines of one site it is far less


def main() -> None:
    host, port, tls = os.environ["RUNBOOK_HOST"], int(os.environ["RUNBOOK_PORT"]), os.environ["RUNBOOK_TLS"] == "yes"
    addresses = name(host, port)
    for address in addresses:
        route(address)
    alive = [address for address in addresses if connections(address, port)]
    if not alive:
        sys.exit("connection: none of the addresses takes one. Refused: nothing listens there. No answer: a firewall, "
                 "a route, or a machine that is down")  # fmt: skip
    if tls:
        greeting(host, alive[0], port)
    if len(alive) < len(addresses):
        sys.exit("connection: some addresses answer and some do not; that is seen as intermittent errors")


def name(host: str, port: int) -> list[str]:
    began = time.monotonic()
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as wrong:
        sys.exit(f"name        {host}: {wrong.strerror}. Look at /etc/resolv.conf, and ask another resolver")
    took = time.monotonic() - began
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    slow = "  SLOW: the resolver answers late" if took > 1 else ""
    print(f"name        {host} is {', '.join(addresses)}, {1000 * took:.0f} ms{slow}", flush=True)
    return addresses


def route(address: str) -> None:
    try:
        asked = subprocess.run(["ip", "route", "get", address], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        print("route       not known here: the program ip is not installed")
        return
    said = (asked.stdout or asked.stderr).strip().splitlines()
    print(f"route       {said[0] if said else 'none'}", flush=True)


def connections(address: str, port: int) -> bool:
    times, wrong = [], ""
    for _ in range(TRIES):
        began = time.monotonic()
        try:
            socket.create_connection((address, port), PATIENCE).close()
        except OSError as error:
            wrong = "no answer" if isinstance(error, TimeoutError) else str(error.strerror or error).lower()
            continue
        times.append(time.monotonic() - began)
    if not times:
        print(f"connection  {address} port {port}: {wrong}, {TRIES} of {TRIES} times")
        return False
    lost = f", {TRIES - len(times)} of {TRIES} failed ({wrong})" if wrong else ""
    slow = "  SLOW" if statistics.median(times) > SLOW else ""
    print(f"connection  {address} port {port}: {1000 * statistics.median(times):.1f} ms{slow}{lost}", flush=True)
    return True


def greeting(host: str, address: str, port: int) -> None:
    try:
        with (
            socket.create_connection((address, port), PATIENCE) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure,
        ):
            certificate = secure.getpeercert() or {}
            ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
            days = (ends - datetime.now(UTC)).days
            soon = "  SOON" if days < 14 else ""
            print(f"tls         {secure.version()}, certificate until {ends:%Y-%m-%d}, {days} days{soon}")
    except ssl.SSLCertVerificationError as wrong:
        sys.exit(f"tls         the certificate is not accepted: {wrong.verify_message}")
    except (ssl.SSLError, OSError) as wrong:
        sys.exit(f"tls         no greeting: {wrong}. Does this port speak TLS at all?")


if __name__ == "__main__":
    main()
