"""When to leave a broken model alone. Pure: `now` is passed in, in seconds of any clock that never goes back."""

from __future__ import annotations

FAILURES = 4  # in a row, then it is left alone
PAUSE = 30.0  # seconds at first, doubled with every trial that fails
LONGEST_PAUSE = 600.0


class Breaker:
    """Closed: everyone may ask. Open: nobody, for a pause. Then one trial decides. A busy model is not a broken one."""

    def __init__(self) -> None:
        self._failures = 0
        self._pause = 0.0
        self._until: float | None = None  # open until then; None when closed
        self._trial = False

    def allows(self, now: float) -> bool:
        """May somebody ask? Who is told so has to report how it went: `succeeded`, `failed` or `gave_nothing`."""
        if self._until is None:
            return True
        if now < self._until or self._trial:
            return False
        self._trial = True
        return True

    def succeeded(self) -> None:
        self._failures, self._pause, self._until, self._trial = 0, 0.0, None, False

    def failed(self, now: float) -> None:
        """Those that were under way when it opened count no further: the pause grows by trials alone."""
        self._failures += 1
        if self._trial or (self._until is None and self._failures >= FAILURES):
            self._pause = min(LONGEST_PAUSE, self._pause * 2 or PAUSE)
            self._until, self._trial = now + self._pause, False

    def gave_nothing(self) -> None:
        """It was busy: that says neither that it works nor that it does not, and the next one may try."""
        self._trial = False

    def rests_for(self, now: float) -> float:
        """Seconds until the next trial; 0 when there is none to wait for."""
        return max(0.0, (self._until or now) - now)
