"""The words by which tools say how something stands, whatever the tool. Pure.

A *state* says whether trouble is there ("DOWN", "Recovered") or that it is only a note ("completed", "acknowledged");
a *level* says how bad it is ("critical", "P2").
"""

from __future__ import annotations

import re

from bot.model import AlertStatus


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TROUBLE = _words(
    """
    firing fire fired alerting alarm alarming in-alarm triggered retriggered re-triggered down problem failed
    failing failure fail error errored errors breached breach violated violation violating open opened reopened
    re-opened active activated ongoing unhealthy degraded outage offline unreachable unavailable unresponsive
    dead timeout nodata no-data insufficient_data unknown unstable broken regressed regression escalated
    investigating identified missing missed late overdue stalled stuck crashed crashloopbackoff notready
    not-ready unsynced outofsync aborted expiredexpiring exceeded disparado falha falhou erro fora caiu
    """
)
_OVER = _words(
    """
    resolved resolve recovered recovery recover ok okay up healthy normal clear cleared closed close fixed
    online restored operational green ended inactive deactivated reachable available passing mitigated solved
    resolvido recuperado normalizado fechado
    """
)
_NOTE = _words(
    """
    info information informational notice notification debug acknowledged acknowledge acknowledgement ack acked
    assigned snoozed muted unmuted silenced suppressed paused resumed success successful successfully succeeded
    succeed completed complete finished done passed started starting begun running in-progress pending queued
    scheduled deployed deploying released synced updated update created-by skipped cancelled canceled test
    testing maintenance downtime monitoring planned approved merged building digest summary report reminder note
    commented ready live applied planning added removed
    """
)
_LEVEL = _words(
    """
    critical crit warning warn emergency emerg fatal disaster severe high major alert panic page error average
    urgent p0 p1 p2 p3 sev0 sev1 sev2 sev3 sev-0 sev-1 sev-2 sev-3 s1 s2 s3 medium moderate minor red orange
    yellow amber alerta crítico critico
    """
)
_MINOR = _words(
    """
    low p4 p5 sev4 sev5 sev-4 s4 info informational notice debug trivial baixa
    """
)
_UNKNOWN_YET = {"insufficient_data"}  # a change to it says that nothing was measured, and not that something is wrong
_PHRASES = {
    "no data": AlertStatus.FIRING,
    "not ok": AlertStatus.FIRING,
    "not healthy": AlertStatus.FIRING,
    "not resolved": AlertStatus.FIRING,
    "in alarm": AlertStatus.FIRING,
    "still": AlertStatus.FIRING,
    "out of sync": AlertStatus.FIRING,
    "timed out": AlertStatus.FIRING,
    "insufficient data": AlertStatus.FIRING,
    "major outage": AlertStatus.FIRING,
    "partial outage": AlertStatus.FIRING,
    "back to normal": AlertStatus.RESOLVED,
    "back up": AlertStatus.RESOLVED,
    "back online": AlertStatus.RESOLVED,
    "all clear": AlertStatus.RESOLVED,
    "no longer": AlertStatus.RESOLVED,
    "in progress": AlertStatus.INFO,
    "flapping start": AlertStatus.FIRING,
    "flapping stop": AlertStatus.INFO,
}
_ARROW = re.compile(r"\s*(?:-+>|=+>|→|➜|➔|⇒|➡️?|⟶|»|:arrow_right:)\s*")
_TO = re.compile(
    r"\b(?:from|was|were)\s+\W?[\w-]{2,20}\W?,?\s+(?:to|is|is now|and is now|now)\s+\W?([A-Za-z][\w-]{1,20})",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:chang\w{1,3}|transition\w{0,3}|went|gone|mov\w{1,3}|switch\w{1,3}|return\w{0,3}|set|now)\s+(?:state\s+"
    r"|status\s+)?(?:in)?to:?\s+\W?"
    r"([A-Za-z][\w-]{1,20})",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[^\W_]+(?:[_-][^\W_]+)*")
_COUNTED = re.compile(r"^(firing|resolved)\s*:\s*\d+", re.IGNORECASE)


def state_of(value: str) -> AlertStatus | None:
    """What a field or a bracket says: "Current State: OK", "[FIRING:2]", "CRITICAL → OK". None when it says nothing."""
    text = _CAMEL.sub(" ", _ARROW.split(value.strip()[:200])[-1].strip()).casefold()
    if found := _COUNTED.match(text):
        return AlertStatus.FIRING if found[1] == "firing" else AlertStatus.RESOLVED
    text = re.sub(r":[\w+-]+:", " ", text)
    for phrase, status in _PHRASES.items():
        if text.startswith(phrase):
            return status
    words = _WORD.findall(text)
    if not words or len(words) > 8:
        return None
    for word in words[:3]:
        if (found_status := _status(word)) is not None:
            return found_status
    return AlertStatus.FIRING if words[0] in _LEVEL else None


def apart(text: str) -> str:
    """Words that are written as one, taken apart: "NodeNotReady"."""
    return _CAMEL.sub(" ", text)


def is_state(word: str) -> bool:
    return _status(word.casefold()) is not None


def is_level(word: str) -> bool:
    return word.casefold() in _LEVEL or word.casefold() in _MINOR


def is_low(word: str) -> bool:
    return word.casefold() in _MINOR


def transition(text: str) -> AlertStatus | None:
    """Where "WARNING -> OK", "was CRITICAL, is now OK" or "changed to DOWN" ends."""
    parts = _ARROW.split(text[:500])
    if len(parts) > 1:
        before, after = _WORD.findall(parts[-2].casefold()), _WORD.findall(parts[-1].casefold())
        if before and after and (_known(before[-1]) or _known(before[0])) and (found := _reached(after[0])):
            return found
    for pattern in (_TO, _CHANGED):
        ends = [status for each in pattern.finditer(text[:500]) if (status := _reached(each[1].casefold()))]
        if ends:
            return ends[-1]
    return None


def _known(word: str) -> bool:
    return _status(word) is not None or word in _LEVEL


def _reached(word: str) -> AlertStatus | None:
    if word in _UNKNOWN_YET:
        return AlertStatus.INFO
    return _status(word) or (AlertStatus.FIRING if word in _LEVEL else state_of(word.replace("_", " ")))


def _status(word: str) -> AlertStatus | None:
    if word in _TROUBLE:
        return AlertStatus.FIRING
    if word in _OVER:
        return AlertStatus.RESOLVED
    return AlertStatus.INFO if word in _NOTE else None
