#!/usr/bin/env python3
"""Prints how much memory the shop uses, as the shop itself measures it: "191 MB of 200 MB"."""

import http.client
import json
import os
import sys

shop = http.client.HTTPConnection("127.0.0.1", int(os.environ["RUNBOOK_PORT"]), timeout=5)
try:
    shop.request("GET", "/health")
    figures = json.load(shop.getresponse())
except OSError as error:
    sys.exit(f"no answer: {error.strerror or error}")
finally:
    shop.close()
print(f"{figures['memory'] // 2**20:,} MB of {figures['limit'] // 2**20:,} MB")
