"""Which of the library's runbooks an alert leads to first: the right one, and never one for another product."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from bot.classify.weigh import RULE, classify
from bot.model import Alert, AlertStatus
from bot.runbooks.load import Library, load_folder

RUNBOOKS = Path(__file__).parent.parent / "runbooks"


@cache
def library() -> Library:
    return load_folder(RUNBOOKS, compare=False)


def alert(name: str, summary: str = "", **labels: str) -> Alert:
    return Alert("alertmanager", name, AlertStatus.FIRING, summary, labels)


def first(found: Alert) -> str | None:
    """By what the runbooks' `match` say; a proposal by likeness of words is another matter, and says so."""
    known = classify(found, library(), ())
    return known.runbook if known.by == RULE else None


@pytest.mark.parametrize("name", ["SiteDown", "TotalOutage", "CompleteOutage", "SystemDown"])
def test_a_site_that_is_down_is_looked_at_before_a_replica_is_promoted(name: str) -> None:
    """Whoever is called at night gets the runbook that asks what is down."""
    assert first(alert(name, summary="complete outage")) == "system-down"


@pytest.mark.parametrize("name", ["RegionDown", "DatacenterDown"])
def test_a_region_that_is_gone_leads_to_the_other_site(name: str) -> None:
    """These words leave no doubt."""
    assert first(alert(name)) == "recover-from-total-outage"


@pytest.mark.parametrize(
    ("found", "runbook"),
    [
        (alert("KubeAPIDown", "KubeAPI has disappeared from Prometheus target discovery."), None),
        (alert("KubeClientCertificateExpiration", "Client certificate is about to expire."), None),
        (alert("KubeletClientCertificateExpiration", "Kubelet client certificate is about to expire."), None),
        (alert("KubeletServerCertificateRenewalErrors", "Kubelet has failed to renew its certificate."), None),
        (alert("MySQLDatabaseDown", "MySQL instance is down"), None),
        (alert("MongoDatabaseDown", "MongoDB does not answer"), None),
        (alert("MySQLConnectionPoolExhausted", "connection pool exhausted", job="mysql"), None),
        (alert("MongoDBTooManyConnections", "Too many connections to the database"), None),
        (alert("MySQLSlowQueries", "MySQL server has slow queries."), None),
        (alert("MongoLongRunningQuery", "a stuck query"), None),
        (alert("CouchDB Mango queries failed due to invalid index"), None),
        (alert("etcdDatabaseCorruption", "etcd database corruption detected"), None),
        (alert("ElasticsearchDataCorruption", "data corruption in a shard"), None),
        (alert("etcdDatabaseQuotaLowSpace", "etcd cluster database is running full."), None),
        (alert("MSSQLHighNumberOfDeadlocks", "There are deadlocks occurring in the database."), None),
        (alert("ClockDrift", "clock drift of 300 ms"), None),
        (alert("TerraformDriftDetected", "Terraform: drift detected in network"), None),
        (alert("RabbitMQDeadLetterQueue", "the dead letter queue has 40 messages"), None),
        (alert("Jenkins run failure total"), None),
        (alert("Ceph OSD down (>= 10%)"), None),
        (alert("SNMPInterfaceDown", "Network interface is down on SNMP device."), None),
        (alert("OpenStackCinderHighBackupMemoryUsage"), None),
        (alert("ApacheMesosHighMemoryUsage"), None),
        (alert("CouchbaseHighCPUUsage"), None),
    ],
    ids=lambda found: getattr(found, "name", ""),
)
def test_another_products_alert_leads_to_no_runbook(found: Alert, runbook: None) -> None:
    """No proposal is better than one that works on the wrong system."""
    assert first(found) is runbook


@pytest.mark.parametrize(
    ("found", "runbook"),
    [
        (alert("DatabaseNotResponding", "no answer for a minute"), "database-down"),
        (alert("DatabaseDown"), "database-down"),
        (alert("PostgresqlSlowQueries"), "slow-queries"),
        (alert("Postgresql bloat table high (> 80%)"), "database-maintenance"),
        (alert("DatabaseCorruption", "invalid page in block 7"), "recover-from-database-loss"),
        (alert("SSLCertExpiresSoon"), "certificate-expiry"),
        (alert("BlackboxSslCertificateWillExpireSoon"), "certificate-expiry"),
        (alert("DriftDetected", "population stability index 0.3"), "model-drift"),
        (alert("GatewayTimeouts", "504 on /report"), "request-timeouts"),
        (alert("Disk /var on web-1 is 94 % full"), "disk-full"),
        (alert("APIDown", service="api"), "api-down"),
        (alert("api_down", service="api"), "api-down"),
        (alert("HighMemoryUsage", service="api"), "clear-memory"),
        (alert("HighCPUUsage", service="report"), "high-cpu"),
        (alert("RetryQueueGrowing"), "process-retry-queue"),
        (alert("GPUMemoryHigh", service="model"), "clear-gpu-memory"),
        (alert("GpuMemoryUtilizationHigh", service="model"), "clear-gpu-memory"),
        (alert("GPUTemperatureHigh", instance="gpu-1"), "gpu-diagnosis"),
        (alert("KubePersistentVolumeFillingUp", persistentvolumeclaim="data-0"), "enlarge-volume"),
        (alert("KubePersistentVolumeErrors"), "disk-full"),
        (alert("ContainerOOMKilled", container_label_com_docker_compose_service="api"), "scale-up-container"),
        (alert("ContainerOOMKilled", deployment="api", namespace="shop"), "scale-up-deployment"),
        (alert("ConfigurationError", deployment="api"), "correct-setting"),
        (alert("Report", "please turn new users away"), "partial-maintenance"),
    ],
    ids=lambda found: getattr(found, "name", ""),
)
def test_what_was_meant_is_still_found(found: Alert, runbook: str) -> None:
    """Narrow, and not too narrow."""
    assert first(found) == runbook


@pytest.mark.parametrize("words", ["pod checkout-504 restarted", "order 25048 is stuck", "port 1504 is open"])
def test_a_number_in_a_text_is_no_status_code(words: str) -> None:
    """504 stands in names of pods and of orders too."""
    assert first(alert("Report", words)) != "request-timeouts"


@pytest.mark.parametrize(
    ("name", "runbook"),
    [
        ("APIDown", "restart-deployment"),
        ("HighMemoryUsage", "restart-deployment"),
        ("ServiceUnhealthy", "restart-deployment"),
        ("ServiceDown", "restart-deployment"),
        ("HighCPUUsage", "scale-out-deployment"),
    ],
)
@pytest.mark.parametrize("label", [{"pod": "api-7d9-x2"}, {"deployment": "api"}], ids=["pod", "deployment"])
def test_what_runs_in_a_pod_is_not_restarted_on_the_bots_own_machine(
    name: str, runbook: str, label: dict[str, str]
) -> None:
    """The alert says where it runs; systemd of this machine has no part in it."""
    found = alert(name, service="api", namespace="shop", **label)
    assert first(found) == runbook
    assert "platform" not in library().runbooks[runbook].params
