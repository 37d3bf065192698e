"""The one place where everything known about an alert is weighed into its classification.

What a person said of the same alert before wins. Then the runbooks' `match` decide the runbook, and the tool's level
the severity, raised by the runbook and the team's policy. Where no `match` decides, the runbooks are ranked by their
text, and only one that fits clearly is taken; the language model may choose among the best few, and say in a sentence
what it reads. Nobody but the tool, the runbook and the team has a say in the severity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache

from bot.classify.embedded import embedded
from bot.classify.language_model import LanguageModel, Opinion
from bot.classify.ranking import SURE, Ranking
from bot.classify.severity import severity_of
from bot.model import NO_RUNBOOK, Alert, Category, Classification, Correction, Reason, Severity
from bot.runbooks.load import Library
from bot.runbooks.match import matching
from bot.runbooks.specificity import Specificity
from bot.team import Policy

RULE, EMBEDDED, PERSON = "rule", "embedded", "person"  # who decided the runbook, besides a model by its name
OFFERED = 3  # runbooks that people and the language model choose from when none is sure enough
_KNOWN = 0.6  # how sure the category has to be for a runbook to be proposed without a rule
_HEARD = 0.5  # confidence from which the language model's choice counts


def classify(
    alert: Alert, library: Library, policy: Sequence[Policy], correction: Correction | None = None
) -> Classification:
    """What the alert is taken for without asking anybody. `correction`: what a person said of it before."""
    category, confidence, why = _category(alert, correction)
    runbook, by, runbook_why, candidates = _runbook(alert, category, confidence, library, correction)
    severity, severity_why = _severity(alert, library, runbook, policy)
    return Classification(
        category=category,
        severity=severity,
        runbook=runbook,
        confidence=confidence,
        by=by,
        why=why,
        severity_why=severity_why,
        runbook_why=runbook_why,
        candidates=candidates,
    )


def classifier(
    library: Callable[[], Library], policy: Sequence[Policy], model: LanguageModel | None = None
) -> Callable[[Alert], Classification]:
    """`classify` for whoever waits for all that can be known: the language model is asked too, where there is one."""

    def known(alert: Alert) -> Classification:
        now = library()
        found = classify(alert, now, policy)
        opinion = model.opinion(alert, offered(found, now)) if model is not None else None
        return heard(found, opinion, now) if opinion is not None else found

    return known


def offered(known: Classification, library: Library) -> list[tuple[str, str]]:
    """What the language model may choose from, ids and titles; nothing where it is decided."""
    if known.runbook is not None:
        return []
    return [(id, library.runbooks[id].title) for id, _ in known.candidates if id in library.runbooks]


def heard(known: Classification, opinion: Opinion, library: Library) -> Classification:
    """The same with what the language model says: its words as its own, and its choice where nobody else made one."""
    known = replace(known, summary=opinion.summary, summary_by=opinion.by, summary_category=opinion.category)
    choices = dict(offered(known, library))
    if opinion.runbook not in choices or opinion.confidence < _HEARD:
        return known
    return replace(
        known, runbook=opinion.runbook, by=opinion.by, runbook_why=Reason("why_model", {"model": opinion.by})
    )


def _category(alert: Alert, correction: Correction | None) -> tuple[Category, float, Reason]:
    if correction is not None and correction.category is not None:
        return correction.category, 1.0, Reason("why_corrected")
    model = embedded()
    category, confidence = model.category(alert)
    words = ", ".join(f'"{word}"' for word in model.why(alert, category))
    sure = f"{confidence:.0%}"
    return category, confidence, Reason("why_words", {"words": words, "sure": sure})


def _runbook(
    alert: Alert, category: Category, confidence: float, library: Library, correction: Correction | None
) -> tuple[str | None, str, Reason | None, tuple[tuple[str, float], ...]]:
    """Its id, who decided, why, and the best few to choose from where nobody did."""
    if correction is not None and correction.runbook in library.runbooks:
        return correction.runbook, PERSON, Reason("why_chosen_before"), ()
    none_fits = correction is not None and correction.runbook == NO_RUNBOOK
    matches = matching(library, alert, category)
    if matches and not none_fits:
        # A match by nothing but the category is as good as whoever told the category.
        guessed = PERSON if correction is not None and correction.category is not None else EMBEDDED
        by = RULE if matches[0].specificity > Specificity.CATEGORY else guessed
        return matches[0].runbook, by, matches[0].why, ()
    ranked = ranking(library).rank(alert, category)
    if ranked and ranked[0][1] >= SURE and confidence >= _KNOWN and not none_fits:
        id, score = ranked[0]
        return id, EMBEDDED, Reason("why_text_fits", {"score": f"{score:.2f}"}), ()
    by = PERSON if none_fits else EMBEDDED
    return None, by, None, tuple((id, score) for id, score in ranked if library.runbooks[id].steps)[:OFFERED]


@lru_cache(maxsize=2)
def ranking(library: Library) -> Ranking:
    """Made once for a library as it stands."""
    return Ranking(library.runbooks.values())


def _severity(alert: Alert, library: Library, runbook: str | None, policy: Sequence[Policy]) -> tuple[Severity, Reason]:
    severity = severity_of(alert.severity_hint)
    why = Reason("why_level", {"level": alert.severity_hint}) if alert.severity_hint else Reason("why_no_level")
    raising = [(library.runbooks[runbook].severity, Reason("why_runbook", {"runbook": runbook}))] if runbook else []
    raising += [(rule.severity, Reason("why_policy")) for rule in policy if _holds(rule.match.labels, alert)]
    for wanted, reason in raising:
        if wanted is not None and wanted < severity:
            severity, why = wanted, reason
    return severity, why


def _holds(wanted: Mapping[str, str], alert: Alert) -> bool:
    labels = {"alertname": alert.name, **alert.labels}
    return all(fnmatchcase(labels.get(key, ""), value) for key, value in wanted.items())
