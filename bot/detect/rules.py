"""What counts as trouble in a log. The table at the end is meant to be read, and changed.

A line is looked at when one of a rule's `words` stands in it; it counts when the `pattern` fits and, where there is
one, `beside` fits somewhere in the same line. A rule speaks up when `count` such lines came `within` so many seconds,
or among `lines` lines where the log has no times, and were at least `share` of all lines meanwhile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How bad a line says that it is."""

    DEBUG = 0
    INFO = 1
    WARNING = 2
    ERROR = 3
    CRITICAL = 4


@dataclass(frozen=True, eq=False)
class Rule:
    name: str  # of the alert; the shipped runbooks know it
    what: str  # "failed logins": what is counted
    hint: str  # how severe, in the words of monitoring tools
    words: tuple[bytes, ...]  # in lower case
    pattern: re.Pattern[bytes]
    beside: re.Pattern[bytes] | None = None
    at_least: Level | None = None  # lines that say they are less do not count; None: whatever the line says
    by_level: bool = False  # a line that says that it is `at_least` so bad counts, whatever else it says
    count: int = 1
    within: float = 300.0
    lines: int = 1000
    share: float = 0.0
    general: bool = False  # it counts a line whatever else that counts for, and keeps still where others have said it
    elsewhere: bool = False  # the trouble is not in the service that wrote the line


def _pattern(text: str) -> re.Pattern[bytes]:
    """Searched in lines in lower case. Blanks that count are written `\\ `."""
    return re.compile(text.encode(), re.VERBOSE)


_DATABASES = _pattern(
    r"postgres|psql|psycopg|\bpg_|mysql|maria|mongo|sqlserver|oracle|jdbc|sqlalchemy|sequelize|database"
    r"|banco\ de\ dados|\bdb\b|\bdb[-_.]|[-_.]db\b|:(?:5432|3306|27017|1433|1521)\b"
)
_REFUSED = (
    r"connection\ refused|econnrefused|connect\w*\b.{0,80}\brefused|refused\ (?:the\ )?connection|refused\ to\ connect"
    r"|conex\S{1,3}o\ recusada"
)

# The narrower ones first: a line counts for the first that it fits, and besides for the two general ones at the end.
RULES = (
    Rule(
        name="OutOfMemory",
        what="out of memory",
        hint="critical",
        words=(b"memory", b"oom"),
        # Not the switches of a JVM, such as -XX:+HeapDumpOnOutOfMemoryError.
        pattern=_pattern(
            r"\bout\ of\ memory\b | (?<!on)outofmemory(?:error|exception)? | \boom[-_ ]?kill(?:ed|er\ invoked)"
            r"| invoked\ oom-killer | cannot\ allocate\ memory | \bmemoryerror\b | allowed\ memory\ size\ of"
            r"| mem\S{1,3}ria\ insuficiente | memory\ exhausted"
        ),
    ),
    Rule(
        name="DiskFull",
        what="no space left on a disk",
        hint="critical",
        words=(b"no space left",),
        pattern=_pattern(r"\bno\ space\ left\b"),
        at_least=Level.WARNING,
    ),
    Rule(
        name="PaymentProcessingErrors",
        what="payment errors",
        hint="critical",
        words=(b"payment", b"charge", b"pagamento"),
        pattern=_pattern(r"payments?\b | \bcharg(?:e[sd]?|ing)\b | pagamento"),
        beside=_pattern(
            r"fail | erro | declin | reject | refus | recus | exception | denied | falh | negad | unavailable"
            r"| time[d]?[ -]?out | could\ not | unable | \"\ 5\d\d\b | \bstatus\W{1,3}5\d\d\b"
        ),
        at_least=Level.WARNING,
        count=3,
    ),
    Rule(
        name="MultipleFailedLogins",
        what="failed logins",
        hint="high",
        words=(b"password", b"login", b"authenticat", b"credential", b"invalid user", b"senha"),
        pattern=_pattern(
            r"failed\ (?:password|publickey|log-?in|log\ in|logon|sign-?in|authentication|auth\b)"
            r"| (?:log-?in|logon|sign-?in|authentication|password)(?:\ attempt)?s?(?:\ (?:has|was))?"
            r"\ (?:failed|failures?|incorrect|denied|rejected)"
            r"| (?:invalid|incorrect|wrong|bad)\ (?:user(?:name)?|password|credentials?|log-?in)\b"
            r"| too\ many\ authentication\ failures | senha\ (?:incorreta|inv) | falha\ (?:de|no)\ (?:login|autentica)"
            r'| "post\ [^"\s]*(?:login|sign-?in|logon|/auth|session|/token)[^"]*"\ 40[13]\b'
        ),
        count=5,
    ),
    Rule(
        name="SlowDatabaseQueries",
        what="slow queries",
        hint="warning",
        words=(b"slow", b"query_time", b"duration: ", b"statement timeout", b"query took", b"consulta lenta"),
        pattern=_pattern(
            r"\bslow[ _-]?(?:database[ _-])?(?:quer(?:y|ies)|sql|statement)\b(?![ _-]*(?:log|threshold|limit|time)\b)"
            r"| ^\#\ query_time:\ *(?:[1-9]|0\.[5-9]) | \bduration:\ [1-9]\d{3,}(?:\.\d+)?\ ms"
            r"| statement\ due\ to\ statement\ timeout | \bquery\ took\ (?:[1-9]\d{3,}\ ?ms|[1-9]\d*(?:\.\d+)?\ ?s)"
            r"| consulta\ lenta"
        ),
        count=3,
    ),
    Rule(
        name="DatabaseConnectionErrors",
        what="database connections that failed",
        hint="critical",
        words=(
            b"refused",
            b"recusada",
            b"o connect",
            b"t connect",
            b"too many c",
            b"connection slots",
            b"connection fail",
        ),
        pattern=_pattern(
            rf"{_REFUSED} | (?:could\ not|cannot|can't|unable\ to|failed\ to)\ connect | connection\ (?:failed|failure)"
            r"| too\ many\ (?:connections|clients) | remaining\ connection\ slots"
        ),
        beside=_DATABASES,
        at_least=Level.WARNING,
        count=3,
        elsewhere=True,
    ),
    Rule(
        name="DependencyUnreachable",
        what="refused connections",
        hint="high",
        words=(b"refused", b"recusada"),
        pattern=_pattern(_REFUSED),
        at_least=Level.WARNING,
        count=3,
        elsewhere=True,
    ),
    Rule(
        name="RequestTimeouts",
        what="timeouts",
        hint="warning",
        words=(b"timed", b"timeout", b"time-out", b"deadline exceeded", b'" 504 ', b"tempo esgotado"),
        # Not a setting that is told: timeout=30s.
        pattern=_pattern(
            r"\btimed[ -]?out\b | \betimedout\b | time-?out(?:error|exception)\b | \bdeadline\ exceeded\b"
            r"| \b(?:read|write|connect|connection|request|response|gateway|upstream|socket|query|lock\ wait|i/o|net"
            r"|operation|handshake|client|server)[ -]?time-?out\b(?!\W{0,3}(?:\d|=|is\ |set|of\ ))"
            r"| \btime-?out\ (?:exceeded|expired|waiting|while|after|awaiting|reached|reading|connecting|error)"
            r"| \btime-?out\ of\ \S+\ exceeded | tempo\ esgotado"
            r'| http/[\d.]{1,3}"\ 504\b'
        ),
        at_least=Level.WARNING,
        count=3,
        share=0.002,
    ),
    Rule(
        name="CriticalLogDetected",
        what="critical messages",
        hint="critical",
        words=(b"fatal", b"crit", b"panic", b"emerg", b"segfault", b"core dumped", b'"level":60'),
        pattern=_pattern(
            r"\bpanic:\  | kernel\ panic | \bsegfault\ at\b | \bcore\ dumped\b | ^(?:php\ )?fatal\ error:"
        ),
        at_least=Level.CRITICAL,
        by_level=True,
        general=True,
    ),
    Rule(
        name="HighErrorRate",
        what="errors",
        hint="high",
        words=(
            *(b"erro", b"fatal", b"crit", b"panic", b"emerg", b"severe", b"exception", b"traceback"),
            *(b'" 50', b'status":5', b'status": 5', b"status=5", b'"level":50', b'"level":60'),
        ),
        pattern=_pattern(
            r"^traceback\ \(most\ recent | ^(?:[\w.$]+\.)?\w*(?:error|exception)(?::|$) | \bexception\ in\ thread\b"
            r"| \b(?:unhandled|uncaught)\ \w*\ ?(?:error|exception|rejection)"
            r"| \b(?:error|erro)\b:\ ?(?!\s*(?:0|none|null|nil|false)\b)"
        ),
        at_least=Level.ERROR,
        by_level=True,
        general=True,
        count=10,
        within=60.0,
        lines=200,
        share=0.02,
    ),
)
