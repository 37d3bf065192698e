"""sqlite-utils, as the rest of the store imports it.

It loads NumPy where that is installed, to know its types. Nothing here stores those, and NumPy, which only the charts
of statistics need, takes 15 MB and a moment at every start.
"""

from __future__ import annotations

import sys

_LOADED = "numpy" in sys.modules
if not _LOADED:
    sys.modules["numpy"] = None  # type: ignore[assignment]  # "there is none"

from sqlite_utils import Database  # noqa: E402
from sqlite_utils.migrations import Migrations  # noqa: E402

if not _LOADED:
    del sys.modules["numpy"]

__all__ = ["Database", "Migrations"]
