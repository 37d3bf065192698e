#!/usr/bin/env python3
"""Adds an address to nginx's list of denied ones. Nothing is tested or reloaded here: the next steps do.

RUNBOOK_ADDRESS: an IPv4 or IPv6 address, or a network. RUNBOOK_FILE: the list, included by RUNBOOK_CONFIG.
RUNBOOK_WIDEST_V4, RUNBOOK_WIDEST_V6: no network with a shorter prefix. RUNBOOK_INSIDE: `yes` also takes an address of
our own networks. The list as it was is kept beside it as .FILE.before, for nginx_restore.py.
"""

import ipaddress
import os
import re
import shutil
import socket
import sys
from pathlib import Path

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Behind these stand our own machines, or a whole provider's customers (100.64.0.0/10), and never one client outside.
INSIDE = [
    ipaddress.ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.168.0.0/16", "224.0.0.0/3", "::/128", "::1/128", "fc00::/7", "fe80::/10", "ff00::/8"),
    )
]
LINE = re.compile(r"\s*(#.*|(allow|deny)\s+[0-9A-Za-z.:/]+\s*;\s*(#.*)?)?")


def main() -> None:
    file = Path(os.environ["RUNBOOK_FILE"])
    before = file.with_name(f".{file.name}.before")
    before.unlink(missing_ok=True)  # an older run's would take back the wrong thing
    network = wanted(os.environ["RUNBOOK_ADDRESS"])
    if Path(os.environ["RUNBOOK_CONFIG"]).parent not in file.parents:
        sys.exit(f"{file} lies outside the folder of {os.environ['RUNBOOK_CONFIG']}; it is not changed")
    lines = file.read_text().splitlines() if file.exists() else []
    if strange := next((line for line in lines if not LINE.fullmatch(line)), None):
        sys.exit(f"{file} holds more than allow and deny, such as {strange.strip()[:60]!r}; it is not changed")
    for line in lines:
        words = line.split("#")[0].replace(";", " ").split()
        if (
            words[:1] == ["deny"]
            and words[1] != "all"
            and covers(ipaddress.ip_network(words[1], strict=False), network)
        ):
            print(f"{words[1]} is denied already")
            return
    if file.exists():
        shutil.copy2(file, before)
    else:
        before.touch()
    # The first line that fits counts in nginx: before any `allow all`.
    write(file, [f"deny {os.environ['RUNBOOK_ADDRESS']};", *lines])
    print(f"{os.environ['RUNBOOK_ADDRESS']} is in {file}, {len(lines) + 1} lines")


def wanted(text: str) -> Network:
    """The address as a network; the program ends when it may not be blocked."""
    try:
        network = ipaddress.ip_network(text)
    except ValueError as wrong:
        sys.exit(f"{text} is no address or network: {wrong}")
    if network.version == 6 and network.network_address.ipv4_mapped:
        sys.exit(f"{text} stands for {network.network_address.ipv4_mapped}; give that")
    usual = str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
    if text != usual:
        sys.exit(f"write {text} as {usual}, so that it is found again")
    widest = int(os.environ[f"RUNBOOK_WIDEST_V{network.version}"])
    if network.prefixlen < widest:
        sys.exit(f"{text} is wider than /{widest}; that many people are not blocked for a few. Block narrower networks")
    if os.environ["RUNBOOK_INSIDE"] == "yes":
        return network
    if inside := next((ours for ours in INSIDE if ours.version == network.version and ours.overlaps(network)), None):
        sys.exit(f"{text} lies in {inside}: our own side, a proxy or a load balancer. Find the client's address in "
                 "X-Forwarded-For, or say inside=yes")  # fmt: skip
    if mine := next((address for address in own() if address.version == network.version and address in network), None):
        sys.exit(f"{text} has {mine}, an address of this very machine")
    return network


def own() -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """This machine's addresses, as far as the kernel tells (Linux) and its name says."""
    found = resolved(socket.gethostname())
    table, six = Path("/proc/net/fib_trie"), Path("/proc/net/if_inet6")
    if table.exists():
        found |= set(re.findall(r"\|-- ([0-9.]+)\n\s+/32 host LOCAL", table.read_text()))
    if six.exists():
        found |= {socket.inet_ntop(socket.AF_INET6, bytes.fromhex(line[:32])) for line in six.read_text().splitlines()}
    return [ipaddress.ip_address(address) for address in sorted(found)]


def resolved(name: str) -> set[str]:
    try:
        return {str(info[4][0]).partition("%")[0] for info in socket.getaddrinfo(name, None)}
    except OSError:  # a machine whose own name is unknown is no reason not to block
        return set()


def covers(there: Network, network: Network) -> bool:
    return there.version == network.version and network.subnet_of(there)  # type: ignore[arg-type]


def write(file: Path, lines: list[str]) -> None:
    """All or nothing, readable as before."""
    fresh = file.with_name(f".{file.name}.new")
    fresh.write_text("".join(f"{line}\n" for line in lines))
    fresh.chmod(file.stat().st_mode & 0o777 if file.exists() else 0o644)
    fresh.replace(file)


if __name__ == "__main__":
    try:
        main()
    except PermissionError as wrong:
        sys.exit(f"{wrong.filename} may not be read or written by the bot's user; docs/install.md, section 9, says how")
