#!/usr/bin/env python3
"""Asks each instance of a service by itself, several times, and says which one fails or is slow. Reads only.

RUNBOOK_INSTANCES: host:port,host:port,… RUNBOOK_PATH: what is asked for. RUNBOOK_TRIES: how often. RUNBOOK_INSTANCE:
the one that is thought to be bad. Ends with 0 when that one fails and another does not, else with 3.
"""

import http.client
import os
import statistics
import sys
import time

PATIENCE = 2.0


def main() -> int:
    tries = int(os.environ["RUNBOOK_TRIES"])
    bad, medians = [], {}
    for instance in dict.fromkeys(os.environ["RUNBOOK_INSTANCES"].split(",")):
        failures, times = [], []
        for _ in range(tries):
            began = time.monotonic()
            said = ask(instance, os.environ["RUNBOOK_PATH"])
            times.append(time.monotonic() - began)
            if not said.isdigit() or int(said) >= 500:
                failures.append(said)
                if said == "no answer" and len(failures) > 1:
                    break  # the rest would only make everyone wait
        medians[instance] = statistics.median(times)
        why = f"  {', '.join(dict.fromkeys(failures))}" if failures else ""
        print(
            f"{instance:<28} {len(failures)} of {len(times)} failed, {1000 * medians[instance]:.0f} ms{why}", flush=True
        )
        if failures:
            bad.append(instance)
    usual = statistics.median(medians.values())
    slow = [instance for instance, took in medians.items() if took > max(5 * usual, 0.5) and instance not in bad]
    if slow:
        print(f"much slower than the others: {', '.join(slow)}")
    if not bad:
        print("none fails when it is asked directly: look at what stands before them, or at a dependency")
    elif len(bad) == len(medians):
        print("all fail: it is no single instance; look at what they share (database, cache, provider, last deploy)")
    else:
        print(f"bad: {', '.join(bad)}")
    suspect = os.environ["RUNBOOK_INSTANCE"]
    if suspect not in bad or len(bad) == len(medians):
        print(f"{suspect} is not the one to take out")
        return 3
    return 0


def ask(instance: str, path: str) -> str:
    """The status, or what went wrong."""
    connection = http.client.HTTPConnection(instance, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return str(connection.getresponse().status)
    except TimeoutError:
        return "no answer"
    except (OSError, http.client.HTTPException) as wrong:
        return str(getattr(wrong, "strerror", None) or type(wrong).__name__).lower()
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
