"""How bad a line of a log says that it is, and which service it says that it is from. Pure."""

from __future__ import annotations

import re

from bot.detect.rules import Level

_HEAD = 300  # bytes in which a level that is a word stands
_FIELDS = 8192  # bytes in which one that is a field stands

_LEVELS = {
    **dict.fromkeys(("trace", "debug", "dbug", "finest", "finer", "fine", "verbose"), Level.DEBUG),
    **dict.fromkeys(
        (
            "info",
            "information",
            "informational",
            "notice",
            "note",
            "log",
            "statement",
            "detail",
            "hint",
            "config",
            "ok",
        ),
        Level.INFO,
    ),
    **dict.fromkeys(("warn", "warning", "wrn"), Level.WARNING),
    **dict.fromkeys(("error", "err", "eror", "severe", "erro"), Level.ERROR),
    **dict.fromkeys(("critical", "crit", "alert", "emerg", "emergency", "fatal", "panic", "dpanic"), Level.CRITICAL),
}
_BY_NUMBER = {1: Level.DEBUG, 2: Level.DEBUG, 3: Level.INFO, 4: Level.WARNING, 5: Level.ERROR, 6: Level.CRITICAL}
_BY_LETTER = {b"I": Level.INFO, b"W": Level.WARNING, b"E": Level.ERROR, b"F": Level.CRITICAL}

# "level":"error", "severity": "ERROR", level=error; bunyan and pino write 50
_FIELD = re.compile(
    rb"""(?:"(?:level|severity|lvl|log\.?level|level_?name|@l|s)"\s*:\s*|\b(?:level|lvl|severity|loglevel)=)"?([A-Za-z]+|\d{2})\b""",
    re.IGNORECASE,
)
# "GET / HTTP/1.1" 502 17; "status": 502; status=502
_STATUS = re.compile(
    rb"""(?:(?:HTTP/[\d.]{1,3}|-)" |"status(?:_?code)?"\s*:\s*"?|\bstatus(?:_?code)?=)([1-5])\d\d(?![\d.])""",
    re.IGNORECASE,
)
_WORDS = "|".join(sorted(_LEVELS, key=len, reverse=True))
# A bare word in capitals, or one in brackets: ERROR, [error], [core:error], <warn>
_WORD = re.compile(
    rb"""(?:^|[\s<\[(|"':])(%b)(?=[\]\s:|>,)"';-]|$)|[\[<](?:[\w-]{1,30}:)?((?i:%b))[\]>]"""
    % (_WORDS.upper().encode(), _WORDS.encode())
)
_KLOG = re.compile(rb"([IWEF])[01]\d[0-3]\d \d\d:\d\d:\d\d")  # E1121 14:02:11.123456: Kubernetes, glog
_PRIORITY = re.compile(rb"<(\d{1,3})>")  # syslog's: facility * 8 + severity

_SERVICE_FIELD = re.compile(
    rb"""(?:"(?:service|service[._]name|app|application|syslog_identifier)"\s*:\s*"|\b(?:service|app)="?)([\w.@-]{1,63})["\s,}]""",
    re.IGNORECASE,
)
# Nov 21 14:02:11 api-1 sshd[811]: …, and the same with a date as in ISO 8601
_PROGRAM = re.compile(
    rb"(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) [\w.-]+ "
    rb"([\w.@/-]{1,63})(?:\[\d+\])?: "
)


def level_of(line: bytes) -> Level | None:
    """None when the line says nothing of it."""
    fields = line[:_FIELDS]
    named = line.startswith(b"{") or b"=" in fields  # looked for first, as it is quicker than the patterns
    status = _STATUS.search(fields) if b"HTTP/" in fields or b"tatus" in fields else None
    if named and (field := _FIELD.search(fields)):
        told = field[1].lower().decode("ascii")
        level = _BY_NUMBER.get(int(told) // 10) if told.isdigit() else _LEVELS.get(told)
        if level is not None:
            return max(level, Level.ERROR) if status and status[1] == b"5" else level
    if status:
        return {b"5": Level.ERROR, b"4": Level.WARNING}.get(status[1], Level.INFO)
    if word := _WORD.search(line[:_HEAD]):
        return _LEVELS[(word[1] or word[2]).lower().decode("ascii")]
    if klog := _KLOG.match(line):
        return _BY_LETTER[klog[1]]
    if priority := _PRIORITY.match(line):
        severity = int(priority[1]) % 8
        return (*(Level.CRITICAL,) * 3, Level.ERROR, Level.WARNING, Level.INFO, Level.INFO, Level.DEBUG)[severity]
    return None


def service_of(line: bytes) -> str | None:
    """The service that wrote the line, where the line says so; the kernel is none."""
    found = _SERVICE_FIELD.search(line[:_FIELDS]) or _PROGRAM.match(line)
    name = found[1].decode("ascii", "replace").rpartition("/")[2] if found else ""
    return name if name not in {"", "kernel"} else None
