"""Category from words, severity from the tool's own level and nothing else."""

import pytest

from bot.classify.embedded import embedded
from bot.classify.severity import severity_of
from bot.model import Alert, AlertStatus, Category, Severity


@pytest.mark.parametrize(
    ("name", "summary", "category"),
    [
        ("HighMemoryUsage", "", Category.MEMORY),
        ("RedisOutOfMemory", "", Category.MEMORY),  # the symptom comes before the component
        ("ShopDown", "", Category.AVAILABILITY),
        ("KubePodCrashLooping", "", Category.KUBERNETES),
        ("PostgresReplicationLag", "", Category.DATABASE),
        ("CertificateExpiresSoon", "", Category.CERTIFICATE),
        ("checkout is throwing 502s", "", Category.ERRORS),
        ("DiskWillFillSoon", "the disk is full", Category.DISK),
    ],
)
def test_category(name, summary, category):
    assert embedded().category(Alert("x", name, AlertStatus.FIRING, summary))[0] is category


def test_it_says_why():
    alert = Alert("x", "HighMemoryUsage", AlertStatus.FIRING, "")
    assert "memory" in embedded().why(alert, Category.MEMORY)


@pytest.mark.parametrize(
    ("hint", "severity"),
    [
        ("critical", Severity.P1),
        ("danger", Severity.P1),
        ("Warning", Severity.P2),
        ("info", Severity.P3),
        (None, Severity.P2),
        ("banana", Severity.P2),
    ],
)
def test_severity_is_the_tools_own_level(hint, severity):
    """No tool's level is P0: only a runbook or the team's policy raises it there."""
    assert severity_of(hint) is severity
