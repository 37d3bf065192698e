"""The runbooks about security: logins, a breach, keys, the law's deadlines and access. Kubernetes' part is recorded."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bot.model import RunState, Verdict
from tests.library import RUNBOOKS, Performed, Recorded, perform, recorded
from tests.services import free_port

PATIENCE = 15.0
ENVIRON = {"PATH": os.environ["PATH"]}


# -- failed-logins ---

GUESSER, FORGETFUL = "203.0.113.9", "2001:db8::5"


def auth_log(folder: Path, *more: str) -> Path:
    log = folder / "auth.log"
    names = ["root", "admin", "oracle", "test"]
    lines = [
        f"2026-11-21T03:00:{at:02}.1+00:00 web sshd[{at}]: Failed password for invalid user {names[at % 4]}"
        f" from {GUESSER} port 40{at} ssh2"
        for at in range(25)
    ]
    lines += [f'{{"level": "warn", "msg": "login failed", "ip": "{FORGETFUL}", "username": "maria"}}'] * 3
    lines += ["2026-11-21T03:01:00.1+00:00 web sshd[9]: Accepted publickey for deploy from 198.51.100.4 port 22 ssh2"]
    log.write_text("\n".join([*lines, *more, ""]))
    return log


@pytest.mark.ran("real", "failed-logins")
def test_failed_logins_are_counted_by_address_and_account(tmp_path: Path) -> None:
    """The address that tried four names 25 times is suspicious, the person who mistyped three times is not."""
    done = perform("failed-logins", {"platform": "file", "log": str(auth_log(tmp_path))}, ENVIRON, tmp_path)
    assert done.before["failures"].output.splitlines() == [
        "28 failed logins from 2 addresses",
        f"      25  {GUESSER:<39} SUSPICIOUS  4 accounts",
        f"       3  {FORGETFUL:<39} account maria",
        "  account root: 7 times, from 1 addresses",
        "  account admin: 6 times, from 1 addresses",
        "  account oracle: 6 times, from 1 addresses",
        "1 with more than 20 failures",
    ]
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert [channel for channel, _ in done.posted] == ["security"]


@pytest.mark.ran("real", "failed-logins")
def test_a_guess_that_got_in_leads_to_the_breach(tmp_path: Path) -> None:
    """An address that failed and then succeeded is named as a breach, and answering so stops the run."""
    line = f"2026-11-21T03:02:00.1+00:00 web sshd[9]: Accepted password for test from {GUESSER} port 22 ssh2"
    given = {"platform": "file", "log": str(auth_log(tmp_path, line))}
    done = perform("failed-logins", given, ENVIRON, tmp_path, answers={"nobody-in": False})
    assert "ALSO 1 SUCCESSFUL" in done.before["failures"].output
    assert f"{GUESSER} failed and then got in: treat it as a breach" in done.before["failures"].output
    assert (done.state, done.why) == (RunState.FAILED, "step nobody-in: answered with no")


@pytest.mark.ran("recorded", "failed-logins")
def test_the_journal_is_read_for_a_unit(tmp_path: Path) -> None:
    """On systemd the last minutes of the unit's journal are counted."""
    said = f"2026-11-21T03:00:00+0000 web sshd[1]: Failed password for root from {GUESSER} port 22 ssh2\n"
    journal = recorded(tmp_path, "journalctl", {"": (0, said)})
    done = perform("failed-logins", {"service": "ssh", "minutes": "5"}, {"PATH": journal.path}, tmp_path)
    assert done.before["failures"].output.startswith("1 failed logins from 1 addresses\n")
    asked = ["--no-pager", "--output=short-iso", "--since=-5min", "--unit=ssh"]
    assert journal.calls("journalctl") == [asked, asked]


# -- suspected-breach, end-isolation ---


def breach(tmp_path: Path, environ: dict[str, str], platform: str, **answers: bool) -> Performed:
    logs = tmp_path / "logs"
    (logs / "old").mkdir(parents=True)
    (logs / "access.log").write_text("GET /export\n")
    (logs / "old" / "access.log.1").write_text("GET /\n")
    given = {"service": "shop", "namespace": "web", "platform": platform, "logs": str(logs)}
    return perform("suspected-breach", given | {"evidence": f"{tmp_path}/kept"}, environ, tmp_path, answers=answers)


@pytest.mark.ran("real", "suspected-breach")
def test_evidence_is_kept_with_its_sums(tmp_path: Path) -> None:
    """Every log is copied, listed with its SHA-256 and closed for writing; the list's own sum is printed."""
    done = breach(tmp_path, ENVIRON, "file")
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    kept = (tmp_path / "kept" / "latest").resolve()
    files = {str(file.relative_to(kept)) for file in kept.rglob("*") if file.is_file()}
    assert files == {"SHA256SUMS", "machine.txt", "logs/access.log", "logs/old/access.log.1"}
    assert (kept / "logs" / "access.log").read_text() == "GET /export\n"
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept.rglob("*")} == {0o400, 0o500}
    printed = hashlib.sha256((kept / "SHA256SUMS").read_bytes()).hexdigest()
    assert f"sha256 of its list: {printed}" in done.steps["evidence"].output
    assert "cut it off by hand" in done.steps["isolate"].output
    assert len(done.asked) == 5
    assert (tmp_path / "logs" / "access.log").read_text() == "GET /export\n"


@pytest.mark.ran("real", "suspected-breach")
def test_changed_evidence_is_not_fixed(tmp_path: Path) -> None:
    """When a kept file is not what it was, the verdict is NOT FIXED and the file is named."""
    spoil = tmp_path / "bin" / "sha256sum"
    spoil.parent.mkdir()
    # Someone writes to the evidence just before it is checked.
    spoil.write_text(
        f"""#!/bin/sh
chmod u+w {tmp_path}/kept/latest/logs/access.log
echo nothing >{tmp_path}/kept/latest/logs/access.log
exec /usr/bin/sha256sum "$@"
"""
    )
    spoil.chmod(0o755)
    done = breach(tmp_path, {"PATH": f"{spoil.parent}:{os.environ['PATH']}"}, "file")
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert "logs/access.log: FAILED" in done.verified["unchanged"].output


@pytest.mark.ran("real", "suspected-breach")
def test_evidence_that_cannot_be_kept_stops_the_run(tmp_path: Path) -> None:
    """A folder inside the logs would copy itself: refused, nothing is made, and nobody is asked to go on."""
    logs = tmp_path / "logs"
    logs.mkdir()
    given = {"service": "shop", "platform": "file", "logs": str(logs), "evidence": f"{logs}/kept"}
    done = perform("suspected-breach", given, ENVIRON, tmp_path)
    assert done.why.startswith("step evidence")
    assert "would be copied into itself" in done.steps["evidence"].output
    assert done.asked == []
    assert list(logs.iterdir()) == []


SELECTOR = {
    "matchLabels": {"app.kubernetes.io/name": "shop"},
    "matchExpressions": [{"key": "track", "operator": "In", "values": ["stable", "canary"]}],
}


def pod(name: str, *, host: bool = False, **labels: str) -> dict[str, object]:
    return {
        "metadata": {"name": name, "labels": {"app.kubernetes.io/name": "shop", **labels}},
        "spec": {"hostNetwork": True} if host else {},
        "status": {"startTime": "2026-11-20T08:00:00Z"},
    }


SHOP_PODS = [pod("shop-1", track="stable"), pod("shop-2", track="canary")]


def policy(name: str, selects: dict[str, object], **spec: object) -> dict[str, object]:
    return {"metadata": {"name": name}, "spec": {"podSelector": selects, **spec}}


ISOLATED = policy("isolate-shop", dict(SELECTOR), policyTypes=["Ingress", "Egress"])


def cluster(tmp_path: Path, pods: list[dict[str, object]], *policies: dict[str, object]) -> Recorded:
    """A kubectl that knows one deployment, these pods and these policies; what is applied goes to applied.json."""
    kubectl = recorded(
        tmp_path,
        "kubectl",
        {
            "get deployment/shop --namespace=web --output=json": (0, json.dumps({"spec": {"selector": SELECTOR}})),
            "get pods --namespace=web --output=json": (0, json.dumps({"items": pods})),
            "get networkpolicies --namespace=web --output=json": (0, json.dumps({"items": policies})),
            "--namespace web get deployment/shop --output=json": (0, json.dumps({"spec": {"selector": SELECTOR}})),
            "--namespace web get pods": (0, "pod/shop-1\npod/shop-2\n"),
            "--namespace web logs shop-1": (0, "what the first said\n"),
            "--namespace web logs shop-2 --all-containers --prefix --timestamps --since=24h --previous": (1, ""),
            "--namespace web logs shop-2": (0, "what the second said\n"),
        },
    )
    (kubectl.folder / "kubectl").rename(kubectl.folder / "real")
    (kubectl.folder / "kubectl").write_text(
        f"""#!/bin/sh
test "$1" != apply || cat isolate.json >{tmp_path}/applied.json
exec {kubectl.folder}/real "$@"
"""
    )
    (kubectl.folder / "kubectl").chmod(0o755)
    return kubectl


@pytest.mark.ran("recorded", "suspected-breach")
def test_a_workload_is_cut_off_and_not_ended(tmp_path: Path) -> None:
    """A policy allows nothing to the very pods that the workload selects, whatever their labels are called; the log of
    each pod is kept; no pod is deleted or scaled."""
    kubectl = cluster(tmp_path, [*SHOP_PODS, pod("shop-tool", track="test")], ISOLATED)
    done = breach(tmp_path, {"PATH": kubectl.path}, "kubernetes")
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert json.loads((tmp_path / "applied.json").read_text()) == {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "isolate-shop", "namespace": "web"},
        "spec": {"podSelector": SELECTOR, "policyTypes": ["Ingress", "Egress"]},
    }
    said = done.steps["isolate"].output.splitlines()
    assert said == [
        "shop-1, since 2026-11-20T08:00:00Z",
        "shop-2, since 2026-11-20T08:00:00Z",
        "no policy lets anything through to these 2 pods",
    ]
    kept = tmp_path / "kept" / "latest" / "pods"
    assert {str(file.relative_to(kept)): file.read_text() for file in kept.rglob("*.log")} == {
        "shop-1/now.log": "what the first said\n",
        "shop-1/before-restart.log": "what the first said\n",
        "shop-2/now.log": "what the second said\n",
    }
    selects = "--selector=app.kubernetes.io/name=shop,track in (stable,canary)"
    assert ["--namespace", "web", "get", "pods", selects, "--output=name"] in kubectl.calls("kubectl")
    changing = [call for call in kubectl.calls("kubectl") if not {"get", "logs"} & set(call)]
    assert changing == [["apply", "--filename=isolate.json"]]


@pytest.mark.ran("recorded", "suspected-breach")
def test_what_another_policy_allows_is_not_called_isolated(tmp_path: Path) -> None:
    """Policies add up, and none holds in the host's network: both are listed, asked about, and end the run not well."""
    others = [
        policy("shop-web", {"matchLabels": {"track": "stable"}}, ingress=[{}], policyTypes=["Ingress"]),
        policy("allow-dns", {}, egress=[{"ports": [{"port": 53}]}], policyTypes=["Egress"]),
        policy("deny-all", {}, policyTypes=["Ingress"]),
        policy("of-others", {"matchLabels": {"app.kubernetes.io/name": "mail"}}, ingress=[{}]),
    ]
    pods = [SHOP_PODS[0], pod("shop-2", host=True, track="canary")]
    kubectl = cluster(tmp_path, pods, ISOLATED, *others)
    done = breach(tmp_path, {"PATH": kubectl.path}, "kubernetes")
    still_open = [
        "OPEN: the policy shop-web still allows ingress to 1 of 2 pods",
        "OPEN: the policy allow-dns still allows egress to 2 of 2 pods",
        "OPEN: shop-2 is in the host's network, where no policy holds it: cut its machine off",
    ]
    for output in (done.before["exposure"], done.steps["isolate"], done.steps["still"]):
        assert [line for line in output.output.splitlines() if line.startswith("OPEN")] == still_open
    assert "is every line marked OPEN in the output of isolate dealt with" in done.asked[0]
    assert (done.state, done.verdict) == (RunState.FAILED, None), done
    assert done.why.startswith("step still")


@pytest.mark.ran("recorded", "suspected-breach")
def test_a_policy_that_the_cluster_lost_is_seen(tmp_path: Path) -> None:
    """It was applied, and is not there at the end, or selects other pods: OPEN, and not isolated."""
    kubectl = cluster(tmp_path, SHOP_PODS, policy("isolate-shop", {"matchLabels": {"app": "shop"}}))
    done = breach(tmp_path, {"PATH": kubectl.path}, "kubernetes")
    assert "OPEN: no policy isolate-shop cuts off all 2 pods" in done.steps["still"].output
    assert done.state is RunState.FAILED


@pytest.mark.ran("recorded", "suspected-breach")
def test_a_workload_without_pods_is_not_called_isolated(tmp_path: Path) -> None:
    """A policy that selects nothing isolates nobody: none is made, and the run stops with what to do."""
    kubectl = cluster(tmp_path, [pod("mail-1", track="none")])
    done = breach(tmp_path, {"PATH": kubectl.path}, "kubernetes")
    assert done.why.startswith("step isolate")
    assert "deployment/shop has no pods" in done.steps["isolate"].output
    assert "at the load balancer or the firewall" in done.steps["isolate"].output
    assert not (tmp_path / "applied.json").exists()


@pytest.mark.ran("recorded", "suspected-breach")
def test_a_workload_that_cannot_be_cut_off_stops_the_run(tmp_path: Path) -> None:
    """When the policy is refused, the run stops there and says where else to cut."""
    kubectl = cluster(tmp_path, SHOP_PODS)
    answers = json.loads((kubectl.folder / "kubectl.answers").read_text())
    (kubectl.folder / "kubectl.answers").write_text(json.dumps(answers | {"apply": (1, "forbidden\n")}))
    done = breach(tmp_path, {"PATH": kubectl.path}, "kubernetes")
    assert done.why.startswith("step isolate")
    assert "load balancer or the firewall" in done.steps["isolate"].output
    assert done.undone == {}


def test_isolating_and_looking_is_one_program() -> None:
    """What is applied and what is looked at cannot drift apart: the same bytes under two names."""
    scripts = RUNBOOKS / "scripts"
    assert (scripts / "workload_isolate.py").read_bytes() == (scripts / "workload_exposure.py").read_bytes()


@pytest.mark.ran("recorded", "end-isolation")
def test_the_isolation_ends_with_securitys_word(tmp_path: Path) -> None:
    """Once security has said so, the policy goes, the pods are ready, and security hears of it."""
    kubectl = recorded(tmp_path, "kubectl")
    done = perform("end-isolation", {"service": "shop", "namespace": "web"}, {"PATH": kubectl.path}, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    changing = [call for call in kubectl.calls("kubectl") if call[0] not in ("get", "rollout")]
    assert changing == [["delete", "networkpolicy/isolate-shop", "--namespace=web"]]
    assert done.posted[0][0] == "security"


@pytest.mark.ran("recorded", "end-isolation")
def test_without_securitys_word_it_stays_isolated(tmp_path: Path) -> None:
    """Answered with no, nothing is deleted."""
    kubectl = recorded(tmp_path, "kubectl")
    given = {"service": "shop", "namespace": "web"}
    done = perform("end-isolation", given, {"PATH": kubectl.path}, tmp_path, answers={"word": False})
    assert done.state is RunState.FAILED
    assert {call[0] for call in kubectl.calls("kubectl")} == {"get"}


@pytest.mark.ran("recorded", "end-isolation")
def test_a_policy_that_is_still_there_is_not_fixed(tmp_path: Path) -> None:
    """What is said to be deleted and is still listed is NOT FIXED."""
    left = {"get networkpolicy": (0, "networkpolicy.networking.k8s.io/isolate-shop\n")}
    kubectl = recorded(tmp_path, "kubectl", left)
    done = perform("end-isolation", {"service": "shop", "namespace": "web"}, {"PATH": kubectl.path}, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done


# -- rotate-key ---

OLD, NEW = "old-key-1234567890", "new-key-0987654321"

# It reads its key when it starts and at each HUP, and is healthy when the provider accepts it.
CONSUMER = """\
import http.client, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
file, port, provider = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
key = ""
def read(*_):
    global key
    key = file.read_text().partition("API_KEY=")[2].split()[0]
class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        far = http.client.HTTPConnection("127.0.0.1", provider, timeout=5)
        far.request("GET", "/v1/me", headers={"Authorization": f"Bearer {key}"})
        self.send_response(200 if far.getresponse().status == 200 else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()
        far.close()
    def log_message(self, *_): pass
read()
signal.signal(signal.SIGHUP, read)
HTTPServer(("127.0.0.1", port), Answers).serve_forever()
"""


class Provider(HTTPServer):
    """Someone else's API: it accepts the keys in `keys`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _ProviderAnswers)
        self.keys = {NEW}


class _ProviderAnswers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        known = any(self.headers["Authorization"] == f"Bearer {key}" for key in self.server.keys)
        self.send_response(200 if known else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Consumer:
    """A small service with its key in an environment file, laid out as the platform `process` has it."""

    def __init__(self, folder: Path, provider: Provider) -> None:
        self.key = folder / "shop.env"
        self.key.write_text(f"PORT=1\nAPI_KEY={OLD}\nDEBUG=0\n")
        self.key.chmod(0o600)
        self.port = free_port()
        home = folder / "services" / "shop"
        home.mkdir(parents=True)
        argv = [sys.executable, "-c", CONSUMER, str(self.key), str(self.port), str(provider.server_port)]
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
        (home / "pid").write_text(f"{self.process.pid}\n")
        self.environ = {**ENVIRON, "SERVICES_DIR": str(folder / "services"), "NEW_API_KEY": NEW}
        self.given = {
            "api": f"http://127.0.0.1:{provider.server_port}/v1/me",
            "file": str(self.key),
            "name": "API_KEY",
            "service": "shop",
            "platform": "process",
            "port": str(self.port),
        }

    @property
    def health(self) -> int:
        deadline = time.monotonic() + PATIENCE
        while True:
            far = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                far.request("GET", "/health")
                return far.getresponse().status
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.02)
            finally:
                far.close()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def consumer(tmp_path: Path, provider: Provider) -> Iterator[Consumer]:
    running = Consumer(tmp_path, provider)
    assert running.health in {200, 503}  # from now on it takes signals
    yield running
    running.stop()


@pytest.mark.ran("real", "rotate-key")
def test_a_new_key_is_tried_stored_and_used(consumer: Consumer, tmp_path: Path) -> None:
    """The consumer works again, the file keeps its other lines and its rights, and no copy of the old key is left."""
    assert consumer.health == 503
    done = perform("rotate-key", consumer.given, consumer.environ, tmp_path)
    assert not done.before["health"].ok
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert consumer.health == 200
    assert consumer.key.read_text() == f"PORT=1\nAPI_KEY={NEW}\nDEBUG=0\n"
    assert stat.S_IMODE(consumer.key.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.glob(".*")] == []
    assert NEW not in str(done)
    assert OLD not in str(done)


@pytest.mark.ran("real", "rotate-key")
def test_a_key_that_the_provider_refuses_changes_nothing(
    consumer: Consumer, provider: Provider, tmp_path: Path
) -> None:
    """The new key is tried first; refused, the old one stays and the consumer is left alone."""
    provider.keys = {OLD}
    done = perform("rotate-key", consumer.given, consumer.environ, tmp_path)
    assert done.why.startswith("step accepted")
    assert "does not accept the new key (401)" in done.steps["accepted"].output
    assert list(done.steps) == ["accepted"]
    assert f"API_KEY={OLD}" in consumer.key.read_text()
    assert consumer.health == 200


@pytest.mark.ran("real", "rotate-key")
def test_the_old_keys_copy_stays_until_it_is_revoked(consumer: Consumer, tmp_path: Path) -> None:
    """When the old key is not revoked, its copy stays beside the file, as closed as the file."""
    done = perform("rotate-key", consumer.given, consumer.environ, tmp_path, answers={"revoked": False})
    assert (done.state, done.why) == (RunState.FAILED, "step revoked: answered with no")
    copy = tmp_path / ".shop.env.before"
    assert f"API_KEY={OLD}" in copy.read_text()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


@pytest.mark.ran("real", "rotate-key")
def test_without_a_new_key_nothing_starts(consumer: Consumer, tmp_path: Path) -> None:
    """No NEW_API_KEY in the bot's environment: the run says so, and no step begins."""
    environ = {name: value for name, value in consumer.environ.items() if name != "NEW_API_KEY"}
    done = perform("rotate-key", consumer.given, environ, tmp_path)
    assert (done.state, done.why) == (RunState.FAILED, "NEW_API_KEY is not set where the bot runs")
    assert done.steps == {}


@pytest.mark.ran("recorded", "rotate-key")
def test_a_key_in_a_cluster_is_never_an_argument(consumer: Consumer, tmp_path: Path) -> None:
    """On Kubernetes the secret is patched from a file that is gone afterwards, and the pods are replaced."""
    kubectl = recorded(tmp_path, "kubectl")
    (kubectl.folder / "real").write_text((kubectl.folder / "kubectl").read_text())
    (kubectl.folder / "real").chmod(0o755)
    (kubectl.folder / "kubectl").write_text(
        f"""#!/bin/sh
if test "$3" = patch; then cat patch.json >{tmp_path}/patch.json; stat --format %a patch.json >{tmp_path}/rights; fi
exec {kubectl.folder}/real "$@"
"""
    )
    # The consumer works with the new key as soon as its pods are replaced.
    consumer.key.write_text(f"API_KEY={NEW}\n")
    os.kill(consumer.process.pid, signal.SIGHUP)
    given = consumer.given | {"store": "kubernetes", "file": "provider-credentials", "name": "api-key"}
    environ = consumer.environ | {"PATH": kubectl.path}
    done = perform("rotate-key", given | {"platform": "kubernetes", "namespace": "web"}, environ, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert kubectl.calls("kubectl") == [
        [
            "--namespace",
            "web",
            "patch",
            "secret",
            "--type=merge",
            "--patch-file=patch.json",
            "--",
            "provider-credentials",
        ],
        ["--namespace", "web", "rollout", "restart", "deployment/shop"],
        ["--namespace", "web", "rollout", "status", "--timeout=100s", "deployment/shop"],
    ]
    assert json.loads((tmp_path / "patch.json").read_text()) == {"stringData": {"api-key": NEW}}
    assert (tmp_path / "rights").read_text() == "600\n"
    assert NEW not in str(done)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter and write to."""
    with tempfile.TemporaryDirectory(prefix="plantao-keys-") as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_a_key_file_keeps_its_owner_or_is_left_alone(open_folder: Path) -> None:
    """The bot, which is not root here, may write to the folder and not give files away: the file stays with its owner,
    old key and all, and no copy of either key is left."""
    file = open_folder / "shop.env"
    file.write_text(f"API_KEY={OLD}\n")
    file.chmod(0o644)
    scripts = {name: open_folder / name for name in ("secret_put.py", "secret_restore.py")}
    for name, copy in scripts.items():
        copy.write_text((RUNBOOKS / "scripts" / name).read_text())
    environ = {"PATH": "/usr/bin:/bin", "RUNBOOK_KEY": NEW, "RUNBOOK_STORE": "file", "RUNBOOK_FILE": str(file),
               "RUNBOOK_NAME": "API_KEY"}  # fmt: skip
    said = [
        subprocess.run(
            ["/usr/bin/python3", copy],
            env=environ,
            user=65534,
            group=65534,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
        for copy in scripts.values()
    ]
    assert (said[0].returncode, "Nothing was changed" in said[0].stderr) == (1, True), said[0]
    assert (said[1].returncode, "there is nothing to take back" in said[1].stdout) == (0, True), said[1]
    assert (file.stat().st_uid, file.read_text()) == (0, f"API_KEY={OLD}\n")
    assert [each.name for each in open_folder.glob(".*")] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_a_key_file_of_another_user_stays_theirs(tmp_path: Path) -> None:
    """As root the new key, and the old one when it is put back, belong to whoever had the file, and stay closed."""
    file = tmp_path / "shop.env"
    file.write_text(f"API_KEY={OLD}\n")
    file.chmod(0o600)
    os.chown(file, 65534, 65534)
    environ = {"PATH": os.environ["PATH"], "RUNBOOK_KEY": NEW, "RUNBOOK_STORE": "file", "RUNBOOK_FILE": str(file),
               "RUNBOOK_NAME": "API_KEY"}  # fmt: skip
    for script, key in (("secret_put.py", NEW), ("secret_restore.py", OLD)):
        subprocess.run([RUNBOOKS / "scripts" / script], env=environ, check=True, capture_output=True)
        status = file.stat()
        assert (file.read_text(), status.st_uid, status.st_gid) == (f"API_KEY={key}\n", 65534, 65534)
        assert stat.S_IMODE(status.st_mode) == 0o600


def test_a_key_never_goes_over_the_network_in_the_clear() -> None:
    """The script that tries the key refuses a plain address of another machine."""
    environ = ENVIRON | {"RUNBOOK_KEY": NEW, "RUNBOOK_API": "http://api.example.com/v1", "RUNBOOK_HEADER": "X-API-Key"}
    argv = [str(RUNBOOKS / "scripts" / "key_try.py")]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        "the key would go over the network in the clear; give an https address\n",
    )


# -- notify-legal ---


@pytest.mark.ran("real", "notify-legal")
def test_the_laws_deadlines_are_noted(tmp_path: Path) -> None:
    """Known on a Friday afternoon: 72 hours end on Monday, three working days on Wednesday night."""
    register = tmp_path / "register.jsonl"
    given = {"incident": "INC-7", "known": "2026-11-20T15:30", "register": str(register)}
    done = perform("notify-legal", given, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert "GDPR  by 2026-11-23 15:30 UTC" in done.steps["deadlines"].output
    assert "LGPD  by 2026-11-25 23:59 UTC" in done.steps["deadlines"].output
    noted = json.loads(register.read_text())
    assert (noted["incident"], noted["known"]) == ("INC-7", "2026-11-20T15:30:00+00:00")
    assert [channel for channel, _ in done.posted] == ["legal"]
    assert len(done.asked) == 3


@pytest.mark.ran("real", "notify-legal")
def test_a_deadline_that_is_over_is_said_so(tmp_path: Path) -> None:
    """Too late is no reason to stop: it says to notify now and to say why it is late."""
    given = {"incident": "INC-1", "known": "2020-01-01T00:00", "register": f"{tmp_path}/register.jsonl"}
    done = perform("notify-legal", given, ENVIRON, tmp_path)
    assert done.steps["deadlines"].output.count("IS OVER: notify now") == 2
    assert done.state is RunState.SUCCEEDED


@pytest.mark.ran("real", "notify-legal")
def test_a_time_to_come_or_no_time_notes_nothing(tmp_path: Path) -> None:
    """A time that has not come, or does not exist, is refused, and the register stays empty."""
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M}"
    for known, why in ((tomorrow, "has not come yet"), ("2026-02-31T10:00", "is no time")):
        given = {"incident": "INC-1", "known": known, "register": f"{tmp_path}/register.jsonl"}
        done = perform("notify-legal", given, ENVIRON, tmp_path)
        assert done.why.startswith("step deadlines")
        assert why in done.steps["deadlines"].output
    assert not (tmp_path / "register.jsonl").exists()


# -- access-review ---


def machine(folder: Path, *accounts: str, ssh: str) -> dict[str, str]:
    """A copy of what a machine has below /etc."""
    (folder / "etc" / "ssh" / "sshd_config.d").mkdir(parents=True)
    (folder / "etc" / "passwd").write_text("\n".join(["root:x:0:0:root:/root:/bin/bash", *accounts, ""]))
    (folder / "etc" / "group").write_text("root:x:0:\nsudo:x:27:ana\ndocker:x:99:\n")
    (folder / "etc" / "sudoers").write_text("# none\nroot ALL=(ALL:ALL) ALL\ndeploy ALL=(ALL) NOPASSWD: ALL\n")
    (folder / "etc" / "ssh" / "sshd_config").write_text("PasswordAuthentication yes\nPermitRootLogin no\n")
    (folder / "etc" / "ssh" / "sshd_config.d" / "ours.conf").write_text(ssh)
    return {"root": str(folder)}


@pytest.mark.ran("real", "access-review")
def test_who_has_access_is_listed(tmp_path: Path) -> None:
    """Accounts with a shell, their keys, sudo and how ssh lets people in; what is plainly wrong is marked."""
    accounts = ["ana:x:1000:1000:Ana:/home/ana:/bin/bash", "www-data:x:33:33::/var/www:/usr/sbin/nologin"]
    given = machine(tmp_path / "copy", *accounts, ssh="PasswordAuthentication no\n")
    keys = tmp_path / "copy" / "home" / "ana" / ".ssh" / "authorized_keys"
    keys.parent.mkdir(parents=True)
    keys.write_text("ssh-ed25519 AAAA ana@laptop\n")
    done = perform("access-review", given, ENVIRON, tmp_path)
    assert done.before["machine"].output.splitlines() == [
        "accounts with a shell (2 of 3)",
        "  root  uid 0  /bin/bash",
        "  ana  uid 1000  /bin/bash  1 keys: ana@laptop",
        "group sudo: ana",
        "sudo: root ALL=(ALL:ALL) ALL",
        "sudo: deploy ALL=(ALL) NOPASSWD: ALL  WITHOUT A PASSWORD",
        "ssh passwordauthentication no",
        "ssh permitrootlogin no",
        "ssh allowusers everyone",
        "ssh authenticationmethods any",
    ]
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert len(done.asked) == 4


@pytest.mark.ran("real", "access-review")
def test_a_second_root_and_passwords_over_ssh_are_not_fixed(tmp_path: Path) -> None:
    """As long as somebody else has root's rights, or ssh takes passwords, the verdict is NOT FIXED."""
    given = machine(tmp_path / "copy", "backdoor:x:0:0::/root:/bin/sh", ssh="")
    done = perform("access-review", given, ENVIRON, tmp_path)
    assert "backdoor HAS THE RIGHTS OF ROOT" in done.before["machine"].output
    assert "ssh passwordauthentication yes  SHOULD BE no" in done.before["machine"].output
    assert done.verdict is Verdict.NOT_FIXED, done
    assert {id: outcome.ok for id, outcome in done.verified.items()} == {"root": False, "passwords": False}
