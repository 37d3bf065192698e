"""The language model, asked about an alert that stands on its card already: nobody waits for it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import structlog

from bot.classify.language_model import LanguageModel, Opinion
from bot.classify.weigh import heard, offered
from bot.context import Context
from bot.proposing import Proposing

log = structlog.get_logger()

_MOST_WAITING = 20  # alerts; what comes on top of them goes without


class SecondOpinions:
    def __init__(self, context: Context, proposing: Proposing, model: LanguageModel | None) -> None:
        """Without a model nobody is asked."""
        self._context = context
        self._store = context.store
        self._proposing = proposing
        self._model = model
        self._pool = ThreadPoolExecutor(2, "opinion")
        self._places = threading.Semaphore(_MOST_WAITING)

    def ask(self, alert_id: str) -> None:
        """Soon, on a thread of its own; the card is edited when the model answers."""
        if self._model is not None and self._places.acquire(blocking=False):
            self._pool.submit(self._ask, self._model, alert_id)

    def _ask(self, model: LanguageModel, alert_id: str) -> None:
        """The edge of the thread: the card stands without an opinion as well."""
        try:
            stored = self._store.alerts.find_alert(alert_id)
            storm = self._store.storms.storm_now() is not None
            if stored is None or stored.resolved is not None or stored.storm is not None or storm:
                return
            library = self._context.shelf.library()
            opinion = model.opinion(stored.alert, offered(stored.classification, library))
            if opinion is not None:
                self._hear(alert_id, opinion)
        except Exception:
            log.exception("no second opinion", alert=alert_id)
        finally:
            self._places.release()

    def _hear(self, alert_id: str, opinion: Opinion) -> None:
        with self._store.atomic():
            now = self._context.now()
            stored = self._store.alerts.find_alert(alert_id)
            if stored is None or stored.storm is not None:
                return
            fresh = heard(stored.classification, opinion, self._context.shelf.library())
            self._store.alerts.classify_again(alert_id, fresh)
            self._store.timeline.append(now, opinion.by, "opinion", alert_id, {"runbook": opinion.runbook})
            chosen = fresh.runbook is not None and stored.classification.runbook is None and stored.resolved is None
            if chosen and self._store.proposals.latest_proposal(alert_id) is None:
                self._proposing.propose_for_alert(alert_id, now)
        self._context.show(alert_id)
        self._proposing.start_checks(alert_id)

    def stop(self) -> None:
        """Whoever is being asked is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._model is not None:
            self._model.give_up()
        self._pool.shutdown(wait=True)
