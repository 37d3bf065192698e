"""Keys: text that sorts by time of making, never a row number."""

import secrets
import threading
import time

_lock = threading.Lock()
_last = 0


def later_than(id: str) -> None:
    """Ids made from now on sort after this one, also when the clock was set back."""
    global _last
    with _lock:
        _last = max(_last, int(id.rpartition("_")[2][:16], 16))


def new_id(prefix: str) -> str:
    """Like `run_18f3a1c2b4d5e6f7a1b2`: the prefix, 16 hex digits of time that only grow, 4 of chance."""
    global _last
    with _lock:
        _last = max(_last + 1, time.time_ns())
        return f"{prefix}_{_last:016x}{secrets.token_hex(2)}"
