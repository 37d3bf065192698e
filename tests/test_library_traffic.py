"""The runbooks about traffic: blocking, limits and spikes, against a real nginx; Kubernetes' part is recorded."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import RunState, Verdict
from bot.runbooks.format import Runbook
from bot.runbooks.load import load_folder
from bot.runbooks.plan import fill, seal
from tests import real_nginx
from tests.library import RUNBOOKS, Performed, Recorded, perform, recorded
from tests.real_nginx import Nginx

ATTACKER, OTHER = "203.0.113.9", "198.51.100.1"
LIMIT, TIMEOUT = "app-rate-limit", "request-timeouts"


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[Nginx]:
    with real_nginx.running(tmp_path / "nginx") as server:
        yield server


def environ() -> dict[str, str]:
    return {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}


def block(nginx: Nginx, tmp_path: Path, address: str = ATTACKER, **more: str) -> Performed:
    return perform("block-address", nginx.given(address=address, file=str(nginx.deny), **more), environ(), tmp_path)


# -- block-address, unblock-address ---


@pytest.mark.ran("real", "block-address", "unblock-address")
def test_a_blocked_address_gets_403_and_200_again(nginx: Nginx, tmp_path: Path) -> None:
    """The blocked client is refused, the others are served; lifted, it is served too."""
    for _ in range(3):
        assert nginx.get("/", ATTACKER) == 200
    done = block(nginx, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert f"      3  75.0 % {ATTACKER}\n" in done.before["clients"].output  # the fourth request was that of the start
    assert nginx.get("/", ATTACKER) == 403
    assert nginx.get("/", OTHER) == 200

    given = nginx.given(address=ATTACKER, file=str(nginx.deny))
    lifted = perform("unblock-address", given, environ(), tmp_path)
    assert f"deny {ATTACKER};" in lifted.before["blocked"].output
    assert (lifted.state, lifted.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), lifted
    assert nginx.get("/", ATTACKER) == 200
    assert nginx.deny.read_text() == ""


@pytest.mark.ran("real", "block-address")
def test_a_network_and_an_ipv6_address_are_blocked(nginx: Nginx, tmp_path: Path) -> None:
    """203.0.113.0/24 covers all of its addresses; an IPv6 address is refused in any way of writing it."""
    assert block(nginx, tmp_path, "203.0.113.0/24").verdict is Verdict.FIXED
    assert block(nginx, tmp_path, "2001:db8::7").verdict is Verdict.FIXED
    assert nginx.get("/", "203.0.113.200") == 403
    assert nginx.get("/", "2001:db8:0:0:0:0:0:7") == 403
    assert nginx.get("/", "2001:db8::8") == 200


@pytest.mark.ran("real", "block-address")
def test_what_is_blocked_already_stays_as_it_is(nginx: Nginx, tmp_path: Path) -> None:
    """Blocking an address of a denied network changes nothing and is no failure."""
    nginx.deny.write_text("deny 203.0.113.0/24; # since Tuesday\n")
    done = block(nginx, tmp_path)
    assert done.verdict is Verdict.FIXED, done
    assert "203.0.113.0/24 is denied already" in done.steps["deny"].output
    assert nginx.deny.read_text() == "deny 203.0.113.0/24; # since Tuesday\n"


REFUSED = {
    "10.1.2.3": "our own side",
    "127.0.0.1": "our own side",
    "169.254.169.254": "our own side",
    "100.64.0.1": "our own side",
    "fd00::1": "our own side",
    "0.0.0.0/0": "wider than /24",
    "203.0.0.0/16": "wider than /24",
    "2001:db8::/32": "wider than /56",
    "::ffff:8.8.8.8": "stands for 8.8.8.8",
    "203.0.113.9/24": "has host bits set",
    "203.0.113.9/32": "write 203.0.113.9/32 as 203.0.113.9",
    "2001:DB8::7": "write 2001:DB8::7 as 2001:db8::7",
    "999.1.1.1": "is no address",
    "....": "is no address",
}


@pytest.mark.ran("real", "block-address")
def test_an_address_of_our_own_side_changes_nothing(nginx: Nginx, tmp_path: Path) -> None:
    """A load balancer's address is refused, with what to do instead, and there is nothing to take back."""
    done = block(nginx, tmp_path, "10.1.2.3")
    assert done.state is RunState.UNDONE, done
    assert "10.1.2.3 lies in 10.0.0.0/8: our own side" in done.steps["deny"].output
    assert "there is nothing to take back" in done.undone["deny"].output
    assert nginx.deny.read_text() == ""
    assert nginx.get("/") == 200


def deny(folder: Path, address: str, *before: str) -> subprocess.CompletedProcess[str]:
    """The script alone, started with what stands before it."""
    given = {"ADDRESS": address, "FILE": f"{folder}/deny.conf", "CONFIG": f"{folder}/nginx.conf"}
    given |= {"INSIDE": "no", "WIDEST_V4": "24", "WIDEST_V6": "56"}
    seen = environ() | {f"RUNBOOK_{name}": value for name, value in given.items()}
    argv = [*before, str(RUNBOOKS / "scripts" / "nginx_deny.py")]
    return subprocess.run(argv, env=seen, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("address", "why"), REFUSED.items())
def test_an_address_that_must_not_be_blocked_is_refused(tmp_path: Path, address: str, why: str) -> None:
    """Our own networks, wide networks and what is no address are refused with the reason, and nothing is written."""
    done = deny(tmp_path, address)
    assert done.returncode == 1
    assert why in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.ran("real", "block-address")
def test_our_own_networks_may_be_blocked_when_someone_says_so(nginx: Nginx, tmp_path: Path) -> None:
    """With inside=yes a machine of our own that went wild is blocked."""
    done = block(nginx, tmp_path, "10.1.2.3", inside="yes")
    assert done.verdict is Verdict.FIXED, done
    assert nginx.get("/", "10.1.2.3") == 403


def test_this_very_machine_is_not_blocked(tmp_path: Path) -> None:
    """An address of this machine is refused even when it looks like one from outside."""
    own = ["unshare", "--net", "sh", "-c", 'ip address add 203.0.113.77/32 dev lo && ip link set lo up && exec "$0"']
    if subprocess.run([*own, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to make a network of its own, in which this machine has such an address")
    done = deny(tmp_path, "203.0.113.77", *own)
    assert (done.returncode, done.stderr) == (1, "203.0.113.77 has 203.0.113.77, an address of this very machine\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.ran("real", "block-address")
def test_a_configuration_that_is_broken_takes_the_block_back(nginx: Nginx, tmp_path: Path) -> None:
    """When nginx -t fails, the list is as it was, nginx goes on, and the failed undo is loud."""
    nginx.deny.write_text("deny 198.51.100.66;\n")
    nginx.config.write_text(nginx.config.read_text().replace("events {}", "events { nonsense; }"))
    done = block(nginx, tmp_path)
    assert "nonsense" in done.before["config"].output
    assert done.why.startswith("the undo of step deny")  # the configuration is wrong still
    assert "goes on with what it has loaded" in done.undone["deny"].output
    assert nginx.deny.read_text() == "deny 198.51.100.66;\n"
    assert nginx.get("/", ATTACKER) == 200


@pytest.mark.ran("real", "block-address")
def test_a_list_that_nginx_does_not_include_is_not_fixed(nginx: Nginx, tmp_path: Path) -> None:
    """A line in a file that nobody reads blocks nobody: NOT FIXED, in words."""
    nginx.config.write_text(nginx.config.read_text().replace(f"include {nginx.deny};", ""))
    done = block(nginx, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert "is the list included?" in done.verified["denied"].output


@pytest.mark.ran("real", "block-address")
def test_another_file_is_not_written_to(nginx: Nginx, tmp_path: Path) -> None:
    """Neither a file that holds more than a list, nor one outside nginx's folder, is touched."""
    before = nginx.config.read_text()
    done = perform("block-address", nginx.given(address=ATTACKER, file=str(nginx.config)), environ(), tmp_path)
    assert "holds more than allow and deny" in done.steps["deny"].output
    assert nginx.config.read_text() == before
    away = tmp_path / "deny.conf"
    done = perform("block-address", nginx.given(address=ATTACKER, file=str(away)), environ(), tmp_path)
    assert "outside the folder" in done.steps["deny"].output
    assert not away.exists()


@pytest.mark.ran("real", "unblock-address")
def test_an_address_that_is_not_on_the_list_is_told(nginx: Nginx, tmp_path: Path) -> None:
    """Lifting what is not blocked fails and names what is."""
    nginx.deny.write_text("deny 203.0.113.0/24;\n")
    done = perform("unblock-address", nginx.given(address=ATTACKER, file=str(nginx.deny)), environ(), tmp_path)
    assert done.state is RunState.UNDONE
    assert "there are, among others: deny 203.0.113.0/24;" in done.steps["allow"].output
    assert nginx.deny.read_text() == "deny 203.0.113.0/24;\n"


@pytest.mark.ran("real", "unblock-address")
def test_an_address_that_a_network_still_blocks_is_not_fixed(nginx: Nginx, tmp_path: Path) -> None:
    """The line went, and a wider one still refuses the client: NOT FIXED."""
    nginx.deny.write_text(f"deny {ATTACKER};\ndeny 203.0.113.0/24;\n")
    done = perform("unblock-address", nginx.given(address=ATTACKER, file=str(nginx.deny)), environ(), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert done.verified["free"].output == "203.0.113.0/24\n"
    assert nginx.get("/", ATTACKER) == 403


# -- client-rate-limits, denial-of-service ---


@pytest.mark.ran("real", "client-rate-limits")
def test_a_limited_client_is_served_again(nginx: Nginx, tmp_path: Path) -> None:
    """At one login a minute the second gets 429; with the limit raised the same client gets 200, again and again."""
    assert [nginx.get("/login", OTHER) for _ in range(3)] == [200, 429, 429]
    given = nginx.given(zone="login", rate="2000", file=str(nginx.limits))
    done = perform("client-rate-limits", given, environ(), tmp_path)
    assert "2 of them answered 401, 403 or 429" in done.before["clients"].output
    assert "rate=1r/m" in done.before["limits"].output
    assert done.steps["rate"].output == "login: 1r/m → 2000r/s\n"
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert nginx.get("/login", OTHER) == 200
    assert nginx.limits.read_text().startswith("# 1 a minute, to be seen at once\n")


@pytest.mark.ran("real", "client-rate-limits")
def test_a_limit_that_cannot_be_found_changes_nothing(nginx: Nginx, tmp_path: Path) -> None:
    """A zone that the file does not have is named, and the file stays as it is."""
    before = nginx.limits.read_text()
    done = perform(
        "client-rate-limits", nginx.given(zone="uploads", rate="5", file=str(nginx.limits)), environ(), tmp_path
    )
    assert done.state is RunState.UNDONE
    assert "has 0 lines limit_req_zone with zone=uploads" in done.steps["rate"].output
    assert nginx.limits.read_text() == before


@pytest.mark.ran("real", "client-rate-limits")
def test_a_limit_is_taken_back_when_nginx_cannot_load_it(nginx: Nginx, tmp_path: Path) -> None:
    """A rate in a broken configuration is put back as it was."""
    nginx.upstream.write_text("upstream shop {\n")
    before = nginx.limits.read_text()
    done = perform(
        "client-rate-limits", nginx.given(zone="login", rate="5", file=str(nginx.limits)), environ(), tmp_path
    )
    assert not done.steps["test"].ok
    assert "undo" in done.why
    assert nginx.limits.read_text() == before


@pytest.mark.ran("real", "denial-of-service")
def test_an_attack_is_limited_and_everyone_is_told(nginx: Nginx, tmp_path: Path) -> None:
    """The limit falls to ten a minute, security and the incident channel hear of it, and people are asked the rest."""
    nginx.limits.write_text("limit_req_zone $binary_remote_addr zone=login:1m rate=1000r/s;\n")
    given = nginx.given(zone="login", file=str(nginx.limits))
    done = perform("denial-of-service", given, environ(), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert [channel for channel, _ in done.posted] == ["security", "incidents"]
    assert "limited to 10r/m" in done.posted[0][1]
    assert len(done.asked) == 3
    assert nginx.get("/login", ATTACKER) == 200
    assert nginx.get("/login", ATTACKER) == 429


@pytest.mark.ran("real", "denial-of-service")
def test_an_attack_that_goes_on_stops_the_run(nginx: Nginx, tmp_path: Path) -> None:
    """When the requests do not fall the run fails there; the limit stays, for taking it back would make it worse."""
    given = nginx.given(zone="login", rate="2", file=str(nginx.limits))
    done = perform("denial-of-service", given, environ(), tmp_path, answers={"better": False})
    assert (done.state, done.why) == (RunState.FAILED, "step better: answered with no")
    assert done.undone == {}
    assert "rate=2r/m" in nginx.limits.read_text()


@pytest.mark.ran("real", "denial-of-service", "block-address")
def test_an_address_is_blocked_while_the_attack_is_asked_about(nginx: Nginx, tmp_path: Path) -> None:
    """The question sends people to block-address: that works meanwhile, and waits for no lock of its."""
    runbooks = load_folder(RUNBOOKS, compare=False).runbooks
    flood = nginx.given(zone="login", rate="2", file=str(nginx.limits))
    one = nginx.given(address=ATTACKER, file=str(nginx.deny))
    plans = [
        seal(runbooks[id], fill(runbooks[id], None, given), RUNBOOKS, for_alert=True)
        for id, given in (("denial-of-service", flood), ("block-address", one))
    ]
    assert plans[0].lock != plans[1].lock
    assert perform("denial-of-service", flood, environ(), tmp_path, answers={"sources": False}).undone == {}
    assert block(nginx, tmp_path).verdict is Verdict.FIXED
    assert nginx.get("/", ATTACKER) == 403


def test_no_question_waits_for_a_runbook_that_waits_for_it() -> None:
    """A runbook that a question names can be run while the question stands: it has another lock."""
    runbooks = load_folder(RUNBOOKS, compare=False).runbooks
    deadlocks = [
        f"{each.id} asks for {other.id}, and both hold {each.lock}"
        for each in runbooks.values()
        for step in each.steps
        for other in runbooks.values()
        if step.ask and other is not each and re.search(rf"(?<![\w-]){other.id}(?![\w-])", step.ask)
        if each.lock and usual_lock(each) == usual_lock(other)
    ]
    assert deadlocks == []


def usual_lock(runbook: Runbook) -> str:
    """Its lock with the parameters' defaults; one without a default stays a name in braces."""
    defaults = {name: spec.default for name, spec in runbook.params.items() if spec.default is not None}
    return re.sub(r"\{(\w+)\}", lambda found: str(defaults.get(found[1], found[0])), runbook.lock or "")


# -- Kubernetes ---

ANSWERS = {
    "get deployment/shop --namespace=web --output=jsonpath={.metadata.annotations.deployment": (0, "7 3"),
    "get deployment/shop --namespace=web --output=jsonpath={.metadata.annotations.plantao/revision-before}": (0, "7"),
    "get deployment/shop --namespace=web --output=jsonpath={.metadata.annotations.plantao/replicas-before}": (0, "3"),
    "get deployment/shop --namespace=web --output=jsonpath={.spec.replicas}": (0, "3"),
}
NOTED = ["annotate", "deployment/shop", "--namespace=web", "--overwrite", "plantao/revision-before=7",
         "plantao/replicas-before=3"]  # fmt: skip


def changes(kubectl: Recorded) -> list[list[str]]:
    """The calls that change something, in order."""
    reading = ("get", "logs", "top", "wait", "describe")
    return [call for call in kubectl.calls("kubectl") if call[0] not in reading and "--list" not in call]


@pytest.mark.ran("recorded", "traffic-spike")
def test_lawful_traffic_gets_more_pods(nginx: Nginx, tmp_path: Path) -> None:
    """Once a person says that it is lawful, the number of pods is noted, raised and waited for, and people are told."""
    kubectl = recorded(tmp_path, "kubectl", ANSWERS)
    given = {"deployment": "shop", "namespace": "web", "replicas": "30", "log": str(nginx.log)}
    done = perform("traffic-spike", given, {"PATH": kubectl.path}, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert changes(kubectl) == [
        NOTED,
        ["scale", "deployment/shop", "--namespace=web", "--replicas=30"],
        ["rollout", "status", "deployment/shop", "--namespace=web", "--timeout=5m"],
    ]
    assert done.posted[0][1].startswith("Traffic is far above normal and looks lawful. shop now has 30 pods.")
    assert kubectl.calls("kubectl")[-1] == [
        "wait", "deployment/shop", "--namespace=web", "--for=jsonpath={.status.readyReplicas}=30", "--timeout=5s",
    ]  # fmt: skip


@pytest.mark.ran("recorded", "traffic-spike")
def test_unlawful_traffic_scales_nothing(nginx: Nginx, tmp_path: Path) -> None:
    """Answered with no, nothing is changed."""
    kubectl = recorded(tmp_path, "kubectl", ANSWERS)
    given = {"deployment": "shop", "namespace": "web", "replicas": "30", "log": str(nginx.log)}
    done = perform("traffic-spike", given, {"PATH": kubectl.path}, tmp_path, answers={"lawful": False})
    assert done.state is RunState.FAILED
    assert changes(kubectl) == []


@pytest.mark.ran("recorded", "traffic-spike")
def test_fewer_pods_in_a_spike_are_refused(nginx: Nginx, tmp_path: Path) -> None:
    """A number below the present one is a mistake, and stops the run before it scales."""
    kubectl = recorded(tmp_path, "kubectl", ANSWERS)
    given = {"deployment": "shop", "namespace": "web", "replicas": "2", "log": str(nginx.log)}
    done = perform("traffic-spike", given, {"PATH": kubectl.path}, tmp_path)
    assert done.why.startswith("step grow")
    assert changes(kubectl) == []


@pytest.mark.parametrize(
    ("runbook", "given", "setting"),
    [
        pytest.param(LIMIT, {"limit": "200"}, "RATE_LIMIT_PER_MINUTE=200", marks=pytest.mark.ran("recorded", LIMIT)),
        pytest.param(TIMEOUT, {"seconds": "30"}, "REQUEST_TIMEOUT=30", marks=pytest.mark.ran("recorded", TIMEOUT)),
    ],
)
def test_a_setting_is_changed_and_checked(tmp_path: Path, runbook: str, given: dict[str, str], setting: str) -> None:
    """The variable is set on the deployment, rolled out, and read back."""
    settings = {"set env deployment/shop --namespace=web --list": (0, f"# shop\nOTHER=1\n{setting}\n")}
    kubectl = recorded(tmp_path, "kubectl", ANSWERS | settings)
    done = perform(runbook, {"deployment": "shop", "namespace": "web"} | given, {"PATH": kubectl.path}, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert changes(kubectl) == [
        NOTED,
        ["set", "env", "deployment/shop", "--namespace=web", setting],
        ["rollout", "status", "deployment/shop", "--namespace=web", "--timeout=5m"],
    ]


@pytest.mark.parametrize(
    ("runbook", "value"),
    [
        pytest.param(LIMIT, "limit", marks=pytest.mark.ran("recorded", LIMIT)),
        pytest.param(TIMEOUT, "seconds", marks=pytest.mark.ran("recorded", TIMEOUT)),
    ],
)
def test_pods_that_do_not_become_ready_get_the_old_setting(tmp_path: Path, runbook: str, value: str) -> None:
    """When the rollout fails, exactly the revision that was noted comes back."""
    kubectl = recorded(tmp_path, "kubectl", ANSWERS | {"rollout status": (1, "exceeded its progress deadline")})
    given = {"deployment": "shop", "namespace": "web", value: "60"}
    done = perform(runbook, given, {"PATH": kubectl.path}, tmp_path)
    assert list(done.undone) == ["set"]
    assert ["rollout", "undo", "deployment/shop", "--namespace=web", "--to-revision=7"] in kubectl.calls("kubectl")


@pytest.mark.parametrize(
    ("runbook", "variable", "said"),
    [
        pytest.param(LIMIT, "RATE", "shop: RATE is 60\n", marks=pytest.mark.ran("recorded", LIMIT)),
        pytest.param(TIMEOUT, "RATE", "shop: RATE is 60\n", marks=pytest.mark.ran("recorded", TIMEOUT)),
        pytest.param(
            LIMIT,
            "DATABASE_URL",
            "shop: DATABASE_URL is set, and is no number; its value is not shown\n",
            marks=pytest.mark.ran("recorded", LIMIT),
        ),
        pytest.param(
            LIMIT,
            "KEY",
            "shop: KEY from secret shop, key api\n",
            marks=pytest.mark.ran("recorded", LIMIT),
        ),
    ],
)
def test_the_evidence_shows_one_setting_and_no_secret(tmp_path: Path, runbook: str, variable: str, said: str) -> None:
    """An environment holds passwords: only the named variable is shown, and of that nothing but a number."""
    settings = "# deployments/shop, container shop\nDATABASE_URL=postgres://shop:hunter-two@db/shop\nRATE=60\n"
    settings += "# KEY from secret shop, key api\n"
    kubectl = recorded(tmp_path, "kubectl", ANSWERS | {"set env deployment/shop --namespace=web --list": (0, settings)})
    value = {LIMIT: "limit", TIMEOUT: "seconds"}[runbook]
    given = {"deployment": "shop", "namespace": "web", "variable": variable, value: "60"}
    done = perform(runbook, given, {"PATH": kubectl.path}, tmp_path)
    assert done.before["now"].output == said
    assert "hunter-two" not in str(done)


@pytest.mark.ran("recorded", "app-rate-limit")
def test_a_setting_that_did_not_arrive_is_not_fixed(tmp_path: Path) -> None:
    """A deployment that does not show the new value is NOT FIXED, whatever the rollout said."""
    kubectl = recorded(tmp_path, "kubectl", ANSWERS | {"set env deployment/shop --namespace=web --list": (0, "A=1\n")})
    given = {"deployment": "shop", "namespace": "web", "limit": "200"}
    done = perform("app-rate-limit", given, {"PATH": kubectl.path}, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done


def test_scripts_for_nginx_are_there() -> None:
    """Each change to nginx has its way back in the same folder."""
    names = {file.name for file in (RUNBOOKS / "scripts").glob("nginx_*.py")}
    assert names == {
        "nginx_allow.py",
        "nginx_deny.py",
        "nginx_rate.py",
        "nginx_reload.py",
        "nginx_restore.py",
        "nginx_route.py",
        "nginx_take_out.py",
    }
