"""Nagios and Icinga, which share their words: PROBLEM and RECOVERY of a host or a service, and its state.

Forms: "PROBLEM - web-1 - disk is CRITICAL", "** RECOVERY Service Alert: web-1/HTTP is OK **", ":bomb: HOST: web-1
SERVICE: disk STATE: CRITICAL" (public notification scripts), and attachments with fields for host, service and state.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import fingerprint
from bot.alerts.markup import unformatted
from bot.alerts.message import Message
from bot.alerts.poster import is_called
from bot.alerts.sources import generic
from bot.model import Alert, AlertStatus

_STATES = r"(OK|UP|WARNING|CRITICAL|UNKNOWN|DOWN|UNREACHABLE)"
_KIND = re.compile(
    r"\b(PROBLEM|RECOVERY|ACKNOWLEDGEMENT|FLAPPING(?:START|STOP|DISABLED| START| STOP)|DOWNTIME(?:START|END|REMOVED"
    r"|CANCELLED| START| END| REMOVED)|CUSTOM)\b",
)
_LINED = re.compile(rf"\bHOST: *(\S.{{0,200}}?) +(?:SERVICE: *(\S.{{0,200}}?) +)?STATE: *{_STATES}\b")
_ALERT = re.compile(
    rf"\b(?:Service|Host) (?:Alert|Problem|Recovery)\b\W*([^\s/\n]{{1,200}})(?:/([^\n]{{1,200}}?))? is {_STATES}\b",
    re.I,
)
_DASHED = re.compile(
    rf"^\W*(?:PROBLEM|RECOVERY|ACKNOWLEDGEMENT|\w+) - ([^\n]{{1,200}}?) (?:- ([^\n]{{1,200}}?) )?is {_STATES}\b"
)
_SHAPES = (_LINED, _ALERT, _DASHED)
_OVER = {"OK", "UP"}


def read(message: Message) -> Alert | None:
    own = next((name for name in ("icinga", "nagios") if is_called(message, name)), "")
    words = unformatted(message.words[:4000])
    found = next((each for shape in _SHAPES if (each := shape.search(words))), None)
    kind = _KIND.search(words)
    fields = {title.casefold(): value for title, value in reversed(message.fields)}
    if not own and not (found and (kind or _LINED.search(words))):
        return None
    alert = generic.read(message)
    host = found[1] if found else fields.get("host") or fields.get("hostname") or fields.get("host name") or ""
    service = (found[2] or "") if found else fields.get("service") or fields.get("service description") or ""
    state = found[3].upper() if found else _state(fields)
    name = f"{service} on {host}" if service and host else host or service or alert.name
    known = {"host": host, "service": service, "state": state}
    source = own or ("icinga" if "icinga" in words.casefold() else "nagios")
    status = _status(kind[1] if kind else "", state, alert.status)
    return replace(
        alert,
        source=source,
        name=name,
        status=status,
        labels={**alert.labels, **{key: value for key, value in known.items() if value}},
        severity_hint=state.lower() if state in {"WARNING", "CRITICAL"} else None,
        fingerprint=fingerprint.of_labels(source, name, {"host": host, "service": service})
        if host or service
        else alert.fingerprint,
    )


def _state(fields: dict[str, str]) -> str:
    keys = ("state", "status", "service state", "host state", "servicestate", "hoststate")
    said = next((fields[key] for key in keys if key in fields), "").upper()
    found = re.findall(_STATES, said)
    return found[-1] if found else ""


def _status(kind: str, state: str, otherwise: AlertStatus) -> AlertStatus:
    if (
        kind in {"ACKNOWLEDGEMENT", "CUSTOM"}
        or kind.startswith("DOWNTIME")
        or kind.replace(" ", "")
        in {
            "FLAPPINGSTOP",
            "FLAPPINGDISABLED",
        }
    ):
        return AlertStatus.INFO
    if kind == "RECOVERY" or state in _OVER:
        return AlertStatus.RESOLVED
    return AlertStatus.FIRING if kind or state else otherwise
