"""Words that stand for one another between alerts and runbooks. Each line is one meaning; endings do not matter."""

from __future__ import annotations

from bot.classify.vocabulary import stem

_MEANINGS = (
    "down unavailable outage unreachable offline dead stopped absent missing disappeared",
    "slow latency delay lag timeout duration response",
    "error failure exception failed 5xx",
    "memory oom ram heap swap",
    "cpu processor load",
    "disk filesystem volume storage space inode",
    "full filling exhausted saturated almost low space",
    "database postgres mysql sql db",
    "cache redis memcached valkey",
    "queue backlog kafka rabbitmq consumer messages",
    "certificate cert tls ssl",
    "backup snapshot dump restore",
    "login authentication auth password",
    "attack breach intrusion ddos",
    "deploy deployment release rollout",
    "pod container",
    "crashloop restarting crash",
    "model inference prediction",
    "limit quota throttled ratelimit",
    "network packet connectivity",
    "replica replication standby",
    "lock deadlock blocked stuck",
    "query queries statement",
    "notify alert notification",
    "expire expiration expiry",
    "mismatch inconsistent different synced",
    "reboot restart updates",
    "throttled throttling cpu limit",
    "corruption lost loss",
    "recovered back",
    "cost costly spend budget expensive",
    "llm model provider",
    "gpu dcgm cuda nvidia",
    "node host machine server",
)


def _by_word() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for line in _MEANINGS:
        stems = [stem(word) for word in line.split()]
        for one in stems:
            found.setdefault(one, {}).update(dict.fromkeys(other for other in stems if other != one))
    return {word: tuple(others) for word, others in found.items()}


SYNONYMS = _by_word()
