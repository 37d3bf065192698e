"""The category of an alert, by its words: the first rule that speaks decides. Symptom before component."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.model import Alert, Category

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True)
class Rule:
    category: Category
    pattern: re.Pattern[str]


def _rule(category: Category, words: str) -> Rule:
    return Rule(category, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))


# In order: what comes first wins. Saturation of the machine keeps its category whatever the component.
RULES = (
    _rule(Category.CERTIFICATE, r"certificates?|cert|tls|ssl|acme|x509"),
    _rule(Category.BACKUP, r"backups?|snapshots?|restores?|wal archiv\w*|dump"),
    _rule(Category.MODEL, r"drift|model (?:quality|not loaded|missing|degraded|accuracy)|accuracy|inference quality"),
    _rule(
        Category.SECURITY,
        r"breach\w*|intrusion|brute force|failed logins?|unauthori[sz]ed|policy (?:denied|violation)|audit|attack|ddos|"
        r"abuse",
    ),
    _rule(Category.MEMORY, r"memory|oom\w*|out of memory|swap|heap|rss"),
    _rule(Category.CPU, r"cpu|load average|throttl\w*"),
    _rule(Category.DISK, r"disks?|filesystems?|inodes?|storage|volumes?|no space left|raid|ceph|smart"),
    _rule(
        Category.KUBERNETES,
        r"kube\w*|pods?|deployments? replicas|daemonsets?|statefulsets?|hpa|nomad|crash ?loop\w*|node not ready",
    ),
    _rule(
        Category.MONITORING,
        r"scrape|prometheus|exporter|alertmanager (?:failed|config)|rule evaluation|telemetry|ingest\w*|watchdog",
    ),
    _rule(Category.NETWORK, r"network|packets?|dns|interface|bandwidth|connection reset|conntrack"),
    _rule(
        Category.AVAILABILITY,
        r"down|unreachable|not respond\w*|offline|absent|missing|restarted|outage|unavailable|crashed|no answer|"
        r"instance",
    ),
    _rule(Category.CACHE, r"redis|memcached|varnish|squid|cache"),
    _rule(Category.QUEUE, r"queues?|kafka|rabbit\w*|consumers?|lag|backlog|dead letters?|sqs|jobs?"),
    _rule(
        Category.DATABASE,
        r"database|db|postgres\w*|mysql|mongo\w*|replica\w*|quer(?:y|ies)|deadlocks?|locks?|quorum|shards?|etcd|elasticsearch",
    ),
    _rule(Category.LATENCY, r"latency|slow\w*|p9[59]|response time|duration|timed? ?outs?"),
    _rule(
        Category.CAPACITY,
        r"quota|rate limit\w*|file descriptors?|threads?|workers?|sessions?|saturat\w*|exhausted|limit",
    ),
    _rule(Category.DEPLOY, r"deploy\w*|build|pipeline|rollout|release|sync|config reload|version|workflow"),
    _rule(Category.ERRORS, r"errors?|fail\w*|exceptions?|5\d\ds?|panics?"),
)


def category_of(alert: Alert) -> tuple[Category, str]:
    """The category and why, in words. The name speaks before the summary."""
    for where, text in (("name", _CAMEL.sub(" ", alert.name).replace("_", " ")), ("text", alert.summary)):
        for rule in RULES:
            found = rule.pattern.search(text)
            if found:
                return rule.category, f'"{found[0]}" in its {where}'
    return Category.OTHER, "nothing in its words says more"
