#!/usr/bin/env python3
"""Whether each place of RUNBOOK_REACH ("127.0.0.1:5432,api.example.com:443") is found by name and takes a connection.

Empty: nothing is asked. Fails when one does not.
"""

import os
import socket
import sys
import time

bad = 0
places = [place for place in os.environ["RUNBOOK_REACH"].split(",") if place]
if not places:
    print("no places are given")
for place in places:
    host, _, port = place.rpartition(":")
    began = time.monotonic()
    try:
        address = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0][4][0]
    except OSError as wrong:
        print(f"{place}: the name is not found ({wrong})")
        bad += 1
        continue
    try:
        socket.create_connection((str(address), int(port)), 3).close()
        print(f"{place}: connected in {(time.monotonic() - began) * 1000:.0f} ms")
    except OSError as wrong:
        print(f"{place}: {address} takes no connection ({wrong})")
        bad += 1
sys.exit(1 if bad else 0)
