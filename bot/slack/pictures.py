"""Draws pictures one after the other, on a thread of its own: one takes longer than Slack waits for an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

log = structlog.get_logger()


class Pictures:
    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "pictures")  # what draws keeps its settings for the whole process
        self._lock = threading.Lock()
        self._waiting: set[str] = set()

    def soon(self, whose: str, draw: Callable[[], None]) -> bool:
        """Has it drawn and put where it belongs, by `draw`. False: one is being drawn for `whose` already."""
        with self._lock:
            if whose in self._waiting:
                return False
            self._waiting.add(whose)
        self._pool.submit(self._draw, whose, draw)
        return True

    def stop(self) -> None:
        """Returns when the picture at hand is drawn. Others are lost: whoever wants one has it drawn again."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _draw(self, whose: str, draw: Callable[[], None]) -> None:
        try:
            draw()
        except Exception:  # the edge of the thread: the next one may be drawn
            log.exception("picture not drawn", whose=whose)
        finally:
            with self._lock:
                self._waiting.discard(whose)
