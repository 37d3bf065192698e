"""The embedded model: what an alert is about, told without any network, and how sure that is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.classify.embedded import WEIGHTS, Embedded, embedded, read, written
from bot.classify.training import train
from bot.classify.training.examples import LABELLED, OURS, examples, rows
from bot.classify.training.learn import learn
from bot.model import Alert, AlertStatus, Category

ROOT = Path(__file__).parent.parent


def alert(name: str, summary: str = "", source: str = "alertmanager", **labels: str) -> Alert:
    return Alert(source, name, AlertStatus.FIRING, summary, labels)


def category(name: str, summary: str = "", source: str = "alertmanager", **labels: str) -> Category:
    return embedded().category(alert(name, summary, source, **labels))[0]


@pytest.mark.parametrize(
    ("name", "summary", "expected"),
    [
        ("HighMemoryUsage", "", Category.MEMORY),
        ("RedisOutOfMemory", "", Category.MEMORY),
        ("HighCPUUsage", "processor at 97 %", Category.CPU),
        ("DiskAlmostFull", "/var is 93 % full", Category.DISK),
        ("ShopDown", "", Category.AVAILABILITY),
        ("KubePodCrashLooping", "", Category.KUBERNETES),
        ("PostgresReplicationLag", "", Category.DATABASE),
        ("KafkaConsumerLag", "", Category.QUEUE),
        ("RedisCacheHitRateLow", "", Category.CACHE),
        ("CertificateExpiresSoon", "", Category.CERTIFICATE),
        ("NightlyBackupFailed", "", Category.BACKUP),
        ("TooManyFailedLogins", "", Category.SECURITY),
        ("HighErrorRate", "5 % of requests fail", Category.ERRORS),
        ("HighLatency", "p99 is 3 s", Category.LATENCY),
        ("DeployFailed", "", Category.DEPLOY),
        ("FileDescriptorsExhausted", "", Category.CAPACITY),
        ("PrometheusScrapeFailing", "", Category.MONITORING),
        ("ModelDriftDetected", "", Category.MODEL),
        ("RackTemperatureHigh", "", Category.OTHER),
        ("BGPSessionDown", "", Category.NETWORK),
    ],
)
def test_what_an_alert_is_about(name: str, summary: str, expected: Category) -> None:
    """The symptom comes before the component; an engine's own conditions are of its kind."""
    assert category(name, summary) is expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("replica lag on orders-db is 25 minutes and growing", Category.DATABASE),
        ("/var is 100% full on db-03", Category.DISK),
        ("packet loss between eu-1a and eu-1b is around 12%", Category.NETWORK),
        ("nightly dump didn't run, last good backup of orders is 3 days old", Category.BACKUP),
        ("prometheus stopped scraping about 20 min ago, graphs are flat", Category.MONITORING),
        ("a fila de pedidos não anda", Category.QUEUE),
        ("o modelo está respondendo besteira", Category.MODEL),
        ("o certificado do site venceu", Category.CERTIFICATE),
        ("disco cheio no servidor de backup", Category.DISK),
    ],
)
def test_people_are_understood_in_english_and_portuguese(said: str, expected: Category) -> None:
    """No name, no labels: their words alone."""
    assert category(said, said, source="human") is expected


@pytest.mark.parametrize(
    ("name", "summary"),
    [
        ("PredictionDriftDetected", "PSI of feature income is 0.34, above 0.2"),
        ("ModelAccuracyBelowThreshold", "accuracy 0.81 on the last 1000 labelled samples"),
        ("FraudModelScoreDistributionShift", "KS statistic 0.3 over the last hour"),
        ("ModelFileMissing", "no model artefact at /models/churn/latest"),
        ("LowConfidencePredictions", "35% of predictions below 0.5 confidence"),
        ("OCR quality degraded", "character error rate 12 % since the last release of the model"),
        ("ConceptDrift", "champion model F1 dropped 9 points"),
        ("ModelStale", "model was last trained 92 days ago"),
        ("ModelNotLoaded", "model_loaded is false in /health"),
        ("YoloDetectionRateDrop", "detections per frame fell by 60 %"),
        ("HallucinationRateHigh", "answers flagged by judge 8%"),
        ("DataDriftWarning", "feature distribution changed"),
        ("EmbeddingModelLoadFailed", "cannot load sentence-transformers weights"),
        ("RecommenderCTRDrop", "model quality: click rate down 30 percent vs baseline"),
        ("No model registered for stage production", "MLflow registry has none"),
    ],
)
def test_alerts_about_models_are_told(name: str, summary: str) -> None:
    """It learnt from none of these, and no labelled alert has this category."""
    assert category(name, summary) is Category.MODEL


def test_a_name_is_read_however_it_is_written() -> None:
    """CamelCase, snake_case and words apart are one."""
    written_so = ["PodCrashLooping", "pod_crash_looping", "Pod crash looping", "pod-crash-looping"]
    assert {category(each) for each in written_so} == {Category.KUBERNETES}


def test_labels_help_where_the_words_do_not() -> None:
    """A cluster in a bad state is a matter of what it is a cluster of."""
    chances = {job: embedded().chances(alert("ClusterDegraded", job=job)) for job in ("elasticsearch", "rabbitmq")}
    assert chances["elasticsearch"][Category.DATABASE] > chances["rabbitmq"][Category.DATABASE]
    assert chances["rabbitmq"][Category.QUEUE] > chances["elasticsearch"][Category.QUEUE]


def test_chances_are_chances() -> None:
    """One for each category, together 1, and the most likely is the answer."""
    shop = alert("ShopDown")
    chances = embedded().chances(shop)
    assert set(chances) == set(Category)
    assert sum(chances.values()) == pytest.approx(1)
    assert embedded().category(shop) == (Category.AVAILABILITY, max(chances.values()))


def test_plain_words_make_it_surer_than_strange_ones() -> None:
    """Nothing known is said with little confidence, so that people are asked."""
    assert embedded().category(alert("DiskAlmostFull"))[1] > 0.9
    assert embedded().category(alert("Qzx"))[1] < 0.5
    assert embedded().category(alert(""))[1] < 0.5


def test_it_says_which_words_it_went_by() -> None:
    """As the alert has them, not as they were compared."""
    failed = alert("BackupFailed", "The nightly backup of orders was not written")
    assert embedded().why(failed, Category.BACKUP)[0] == "backup"
    assert embedded().why(alert("", ""), Category.OTHER) == ()


@settings(max_examples=150, deadline=None)
@given(name=st.text(max_size=400), summary=st.text(max_size=3000), value=st.text(max_size=200))
def test_no_text_makes_it_fail(name: str, summary: str, value: str) -> None:
    """Whatever a stranger posts gets a category."""
    hostile = alert(name, summary, job=value, service=value)
    found, chance = embedded().category(hostile)
    assert found in Category
    assert 0 < chance <= 1
    assert len(embedded().why(hostile, found)) <= 3


@pytest.mark.parametrize("piece", ["a", "A", "Ab", "disk ", "://", "_", "ﬃ", "é", "a\n", "9%", "AAAs "])
def test_five_megabytes_are_cut(piece: str) -> None:
    """What comes after the beginning changes nothing, and is not read."""
    long = piece * (5_000_000 // len(piece))
    short = piece * (10_000 // len(piece))
    assert embedded().chances(alert(long, long, job=long)) == embedded().chances(alert(short, short, job=short))


def test_the_weights_are_made_of_this_data_and_this_code() -> None:
    """Otherwise: `make train`, then `make eval`."""
    assert embedded().made_of == train.digest()


def test_the_page_has_the_numbers_of_these_weights() -> None:
    """Otherwise: `make eval`."""
    assert f"Weights `{embedded().made_of[:12]}`" in (ROOT / "docs" / "classification.md").read_text()


def test_the_weights_are_small() -> None:
    """Under 1 MB in the repository."""
    assert WEIGHTS.stat().st_size < 1_000_000


def test_what_is_learnt_is_what_is_shown() -> None:
    """Learning gives the same weights each time, and they survive the file."""
    shown = examples(rows()[::12])
    model = learn(shown, temperature=0.8, made_of="here")
    about, names, weights = model.parts()
    assert learn(shown, temperature=0.8, made_of="here").parts() == model.parts()
    right = sum(model.category(row.alert)[0] is row.category for row in rows()[::12])
    assert right / len(rows()[::12]) > 0.9
    assert (about["temperature"], about["made_of"]) == (0.8, "here")
    assert len(weights) == len(names) * len(Category)


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    """And says what to do."""
    about, names, weights = embedded().parts()
    path = tmp_path / "weights.bin"
    path.write_bytes(written(about, names, weights))
    assert isinstance(read(path), Embedded)
    path.write_bytes(written({**about, "format": 99}, names, weights))
    with pytest.raises(ValueError, match="make train"):
        read(path)
    path.write_bytes(written(about, names, weights[:-1]))
    with pytest.raises(ValueError, match="cut short"):
        read(path)


@pytest.mark.parametrize("path", [LABELLED, OURS], ids=lambda path: path.name)
def test_the_labelled_rows_are_whole(path: Path) -> None:
    """Each has an id of its own, a category that exists, and names or text to learn from."""
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in found}) == len(found)
    assert {row["category"] for row in found} <= set(Category)
    assert all(row["name"] or row["summary"] for row in found)
    assert all(row["category"] not in row["also_ok"] for row in found)


def test_it_needs_nothing_but_python() -> None:
    """The files that decide import only the standard library and the product's values."""
    for name in ("embedded", "features", "concepts", "vocabulary", "synonyms"):
        source = (ROOT / "bot" / "classify" / f"{name}.py").read_text()
        imported = {
            line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))
        }
        assert imported <= {"bot", *sys.stdlib_module_names}
