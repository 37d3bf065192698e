#!/usr/bin/env python3
"""Removes the copy of the old key that secret_put.py kept.

RUNBOOK_STORE: file or kubernetes. RUNBOOK_FILE: the file.
"""

import os
from pathlib import Path

if os.environ["RUNBOOK_STORE"] == "file":
    file = Path(os.environ["RUNBOOK_FILE"])
    file.with_name(f".{file.name}.before").unlink(missing_ok=True)
    print("the old key is kept nowhere here")
else:
    print("nothing was kept")
