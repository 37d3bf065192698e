"""Which runbooks are offered for an alert that no rule names: by their text, the best first."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.classify.ranking import SURE, Ranking
from bot.model import Alert, AlertStatus, Category
from bot.runbooks.format import Runbook
from bot.runbooks.load import load_folder

RUNBOOKS = Path(__file__).parent.parent / "runbooks"


def alert(name: str, summary: str = "", **labels: str) -> Alert:
    return Alert("alertmanager", name, AlertStatus.FIRING, summary, labels)


def page(id: str, title: str, doc: str = "## Meaning", **more: object) -> Runbook:
    return Runbook.model_validate({"runbook": 1, "id": id, "title": title, "doc": doc, **more})


PAGES = [
    page("kubepodcrashlooping", "KubePodCrashLooping", "A pod restarts over and over."),
    page("kubenodenotready", "KubeNodeNotReady", "The node is not in the Ready state; pods are moved."),
    page("etcdnoleader", "etcdNoLeader", "The cluster has no leader and cannot be written to."),
    page("disk-full", "The disk is full", "A filesystem is almost full. Remove old logs, enlarge the volume."),
    page("renew", "Renew a certificate", "It expires soon; browsers will refuse."),
    page("slow", "Answers are slow", "Requests take long: the latency at the 95th percentile is above a second."),
]


@cache
def shipped() -> Ranking:
    """The library without its `match`: only texts speak."""
    library = load_folder(RUNBOOKS, compare=False)
    return Ranking(runbook.model_copy(update={"match": ()}) for runbook in library.runbooks.values())


@pytest.mark.parametrize(
    ("name", "summary", "expected"),
    [
        ("KubePodCrashLooping", "", "kubepodcrashlooping"),
        ("Kubernetes pod crash looping", "Pod checkout is crash looping", "kubepodcrashlooping"),
        ("kube_pod_crash_looping", "", "kubepodcrashlooping"),
        ("NodeReady", "Node worker-3 has been unready for long", "kubenodenotready"),
        ("etcd has no leader", "", "etcdnoleader"),
        ("HostOutOfDiskSpace", "Disk is almost full", "disk-full"),
        ("SSLCertExpiresSoon", "", "renew"),
        ("HighRequestLatency", "p95 above 2 s", "slow"),
    ],
)
def test_the_page_about_it_comes_first(name: str, summary: str, expected: str) -> None:
    """By its words, however the name is written and whatever tool wrote it."""
    assert Ranking(PAGES).rank(alert(name, summary))[0][0] == expected


def test_the_page_of_that_name_is_sure_enough_to_be_proposed() -> None:
    """A page called as the alert leaves no doubt; words in common with several do."""
    ranking = Ranking(PAGES)
    assert ranking.rank(alert("KubePodCrashLooping", "Pod checkout is crash looping"))[0][1] >= SURE
    assert ranking.rank(alert("KubeSchedulerMissing", "the scheduler of the cluster"))[0][1] < SURE


def test_what_no_page_is_about_is_not_sure() -> None:
    """One word in common is no reason to run something."""
    assert Ranking(PAGES).rank(alert("WarpCoreBreach", "the dilithium is full of antimatter"))[0][1] < 0.5
    assert Ranking(PAGES).rank(alert("Qzx")) == []


def test_scores_fall_from_the_first_to_the_last() -> None:
    """They are between 0 and 1, and only the first can be above a half of the way to sure."""
    found = shipped().rank(alert("HighMemoryUsage", "memory at 95 %"), Category.MEMORY)
    scores = [score for _, score in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert len({id for id, _ in found}) == len(found)


@pytest.mark.parametrize(
    ("name", "summary", "expected"),
    [
        ("DiskSpaceCritical", "the filesystem is nearly full", "disk-full"),
        ("TLSCertExpiry", "certificate expires in 5 days", "certificate-expiry"),
        ("SlowDatabaseQueries", "queries take 9 s", "slow-queries"),
        ("PaymentsFailing", "card payments end in errors", "payment-errors"),
        ("BruteForceAttempt", "hundreds of failed logins", "failed-logins"),
        ("PredictionDrift", "the model's inputs have drifted", "model-drift"),
    ],
)
def test_the_shipped_runbooks_are_found_by_their_text_alone(name: str, summary: str, expected: str) -> None:
    """In the first three, which the card offers as buttons."""
    assert expected in [id for id, _ in shipped().rank(alert(name, summary))[:3]]


def test_the_words_of_match_count() -> None:
    """What leads to a runbook by rule says what it is about, also where the rule does not hold."""
    plain = page("a", "Look at it")
    told = page("b", "Look at it", match=[{"alert": ["WarpCoreBreach"]}, {"text": ["antimatter leaks"]}])
    ranking = Ranking([plain, told])
    assert [id for id, _ in ranking.rank(alert("WarpCoreUnstable"))] == ["b"]
    assert [id for id, _ in ranking.rank(alert("x", "antimatter everywhere"))] == ["b"]


def test_the_category_helps_where_words_are_few() -> None:
    """It is one more word."""
    ranking = Ranking([page("a", "Memory is short"), page("b", "The network is slow")])
    assert [id for id, _ in ranking.rank(alert("Trouble"), Category.MEMORY)] == ["a"]
    assert ranking.rank(alert("Trouble")) == []


def test_equal_ones_stand_by_id() -> None:
    """The same alert always gets the same order."""
    twins = [page("b", "Restart it"), page("a", "Restart it")]
    assert [id for id, _ in Ranking(twins).rank(alert("restart"))] == ["a", "b"]


def test_no_runbooks_give_no_ranking() -> None:
    """A team that starts has none."""
    assert Ranking([]).rank(alert("ShopDown")) == []


@settings(max_examples=100, deadline=None)
@given(name=st.text(max_size=400), summary=st.text(max_size=2000), value=st.text(max_size=100))
def test_no_text_makes_it_fail(name: str, summary: str, value: str) -> None:
    """Whatever a stranger posts gets an order."""
    found = shipped().rank(alert(name, summary, job=value))
    assert all(0 < score <= 1 for _, score in found)


@pytest.mark.parametrize("piece", ["a", "disk ", "Ab", "://", "é", "_"])
def test_five_megabytes_are_cut(piece: str) -> None:
    """What comes after the beginning is not read."""
    long = piece * (5_000_000 // len(piece))
    short = piece * (10_000 // len(piece))
    ranking = Ranking(PAGES)
    assert ranking.rank(alert(long, long, job=long)) == ranking.rank(alert(short, short, job=short))
