#!/usr/bin/env python3
"""What is left of the error budget, from Prometheus. Reads only.

RUNBOOK_PROMETHEUS_HOST, RUNBOOK_PROMETHEUS_PORT: where it answers. RUNBOOK_METRIC: a counter of requests with a label
`status` or `code`. RUNBOOK_JOB: whose. RUNBOOK_GOAL: the objective in hundredths of a per cent (9990 is 99.90 %).
RUNBOOK_DAYS: over how many days. Ends with 0, or with 3 when the last five minutes burn it faster than it lasts.
"""

import http.client
import json
import os
import sys
from urllib.parse import urlencode

LABELS = ("status", "code", "status_code")


def main() -> int:
    metric, job, days = (os.environ[f"RUNBOOK_{name}"] for name in ("METRIC", "JOB", "DAYS"))
    goal = int(os.environ["RUNBOOK_GOAL"]) / 10000
    label = next((label for label in LABELS if number(f'count({metric}{{job="{job}",{label}!=""}})')), None)
    if label is None:
        sys.exit(f'no {metric}{{job="{job}"}} with a label {", ".join(LABELS)}; say metric=… and job=…')
    print(f"objective  {100 * goal:.2f} % over {days} days: {60 * 24 * int(days) * (1 - goal):.0f} minutes may be lost")
    burning = False
    for window in ("5m", "1h", "6h", "1d", f"{days}d"):
        wanted = f'sum(increase({metric}{{job="{job}",{label}=~"5.."}}[{window}]))'
        everything = number(f'sum(increase({metric}{{job="{job}"}}[{window}]))')
        if not everything:
            print(f"{window:<10} no requests")
            continue
        failed = number(wanted) / everything
        speed = failed / (1 - goal)
        burning |= window == "5m" and speed > 1
        # 14.4 in an hour and 6 in six are the customary limits: 2 % and 5 % of a month's budget.
        fast = (
            "  FAST: freeze deploys, act now"
            if (window == "1h" and speed > 14.4) or (window == "6h" and speed > 6)
            else ""
        )
        print(f"{window:<10} {100 * (1 - failed):.3f} % good, burning {speed:.1f} × what is allowed{fast}")
    if not everything:  # of the last window, the whole period
        sys.exit(f"no requests in {days} days; say job=…")
    print(f"budget     {100 * (1 - speed):.0f} % left" if speed <= 1 else f"budget     SPENT, {speed:.1f} times over")
    return 3 if burning else 0


def number(query: str) -> float:
    host, port = os.environ["RUNBOOK_PROMETHEUS_HOST"], int(os.environ["RUNBOOK_PROMETHEUS_PORT"])
    connection = http.client.HTTPConnection(host, port, timeout=8)
    try:
        connection.request("GET", f"/api/v1/query?{urlencode({'query': query})}")
        answer = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException) as wrong:
        sys.exit(f"no answer from Prometheus at {host}:{port}: {wrong}")
    finally:
        connection.close()
    if answer.get("status") != "success":
        sys.exit(f"Prometheus refused the query: {answer.get('error', 'it does not say why')}")
    found = answer["data"]["result"]
    return float(found[0]["value"][1]) if found else 0.0


if __name__ == "__main__":
    sys.exit(main())
