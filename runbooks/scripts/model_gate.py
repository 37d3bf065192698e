#!/usr/bin/env python3
"""The gate before a new version: its measures against those of the version in use. Ends with 0 when it may pass.

RUNBOOK_REGISTRY  the folder of versions; each has a metrics.json, {"accuracy": 0.93, "latency_ms": 41, …}
RUNBOOK_VERSION   the candidate
RUNBOOK_WORSE     by how many per cent of its value a measure may be worse

Measures named after time, errors, loss, cost or size are better when small, all others when large. A measure that the
version in use has and the candidate lacks does not pass.
"""

import json
import os
import re
import sys
from pathlib import Path

SMALL_IS_GOOD = re.compile(r"latency|time|_ms$|_s$|error|loss|cost|size|mae|mse|false|drift")


def read(version: Path) -> dict[str, float]:
    path = version / "metrics.json"
    try:
        found = json.loads(path.read_text())
        return {name: float(value) for name, value in found.items()}
    except (OSError, ValueError, AttributeError, TypeError) as wrong:
        sys.exit(
            f"{path} cannot be read as measures: {wrong}. Have the evaluation write it, the same for every version."
        )


def main() -> None:
    registry, worse = Path(os.environ["RUNBOOK_REGISTRY"]), float(os.environ["RUNBOOK_WORSE"])
    candidate = registry / os.environ["RUNBOOK_VERSION"]
    if candidate.resolve() == (registry / "current").resolve():
        sys.exit(f"{candidate.name} is in use already; there is nothing to compare.")
    used, new = read(registry / "current"), read(candidate)
    failed = []
    for name, value in used.items():
        if name not in new:
            failed.append(name)
            print(f"{name:<20} {value:>10g} → not measured")
            continue
        change = new[name] - value
        loss = change if SMALL_IS_GOOD.search(name) else -change
        bad = loss > abs(value) * worse / 100
        failed += [name] if bad else []
        print(f"{name:<20} {value:>10g} → {new[name]:>10g}  {'WORSE' if bad else 'ok'}")
    if failed or not used:
        sys.exit(f"does not pass: {', '.join(failed) or 'there is nothing to compare with'}. Do not put it into use.")
    print(f"{candidate.name} passes: nothing is worse by more than {worse:g} %")


if __name__ == "__main__":
    main()
