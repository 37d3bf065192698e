#!/usr/bin/env python3
"""Cuts a Kubernetes workload off the network without ending it, or shows what still lets traffic through to it. One
program under two names (workload_isolate, workload_exposure).

RUNBOOK_KIND, RUNBOOK_SERVICE, RUNBOOK_NAMESPACE: the deployment, stateful set or daemon set. On another
RUNBOOK_PLATFORM nothing is done, and it says what a person has to do.

The NetworkPolicy isolate-SERVICE selects the pods as the workload itself does and allows them nothing, in or out. It
holds where the cluster's network plugin enforces such policies. Policies add up: what another one allows stays allowed,
and a pod in the host's network is held by none; workload_exposure lists both and then ends with 3, as it does when
nothing isolates the pods. Without pods it fails.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

Labels = dict[str, str]


class Cluster:
    def __init__(self, namespace: str) -> None:
        self.namespace = f"--namespace={namespace}"

    def get(self, *words: str) -> dict[str, Any]:
        asked = subprocess.run(
            ["kubectl", "get", *words, self.namespace, "--output=json"], capture_output=True, text=True, check=False
        )
        if asked.returncode != 0:
            sys.exit(f"kubectl get {words[0]}: {asked.stderr.strip()[:300]}\n{ELSEWHERE}")
        found: dict[str, Any] = json.loads(asked.stdout)
        return found


ELSEWHERE = (
    "Nothing was cut off. Say service=NAME and kind=… as it runs, or cut it off at the load balancer or the firewall."
)


def holds(selector: dict[str, Any], labels: Labels) -> bool:
    """Whether a label selector selects something with these labels. An empty one selects everything."""
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(fits(each, labels) for each in selector.get("matchExpressions") or [])


def fits(expression: dict[str, Any], labels: Labels) -> bool:
    key, operator, values = expression["key"], expression["operator"], expression.get("values") or []
    return {
        "In": key in labels and labels[key] in values,
        "NotIn": labels.get(key) not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }[operator]


def pods_of(cluster: Cluster, selector: dict[str, Any]) -> list[dict[str, Any]]:
    return [pod for pod in cluster.get("pods")["items"] if holds(selector, pod["metadata"].get("labels") or {})]


def exposed(cluster: Cluster, pods: list[dict[str, Any]], own: str) -> list[str]:
    """What still lets traffic through, one line each."""
    said, isolated = [], False
    labels = [pod["metadata"].get("labels") or {} for pod in pods]
    for policy in cluster.get("networkpolicies")["items"]:
        name, spec = policy["metadata"]["name"], policy["spec"]
        ways = [way for way in ("ingress", "egress") if spec.get(way)]
        held = sum(holds(spec.get("podSelector") or {}, each) for each in labels)
        if name == own:
            isolated = held == len(pods) and not ways and set(spec.get("policyTypes", [])) >= {"Ingress", "Egress"}
        elif held and ways:
            said.append(f"OPEN: the policy {name} still allows {' and '.join(ways)} to {held} of {len(pods)} pods")
    if not isolated:
        said.append(f"OPEN: no policy {own} cuts off all {len(pods)} pods")
    said += [
        f"OPEN: {pod['metadata']['name']} is in the host's network, where no policy holds it: cut its machine off"
        for pod in pods
        if pod["spec"].get("hostNetwork")
    ]
    return said


def main() -> int:
    kind, service, namespace, platform = (
        os.environ.get(f"RUNBOOK_{name}", usual)
        for name, usual in (("KIND", "deployment"), ("SERVICE", ""), ("NAMESPACE", ""), ("PLATFORM", "kubernetes"))
    )
    if platform != "kubernetes":
        print(f"{service} runs on {platform}: cut it off by hand, at the firewall or the load balancer; do not end it")
        return 0
    cluster, own = Cluster(namespace), f"isolate-{service}"
    selector = cluster.get(f"{kind}/{service}")["spec"]["selector"]
    pods = pods_of(cluster, selector)
    if not pods:
        sys.exit(f"{kind}/{service} has no pods: somebody scaled it down, or it is another one.\n{ELSEWHERE}")
    if Path(sys.argv[0]).stem == "workload_isolate":
        policy = {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": own, "namespace": namespace},
            "spec": {"podSelector": selector, "policyTypes": ["Ingress", "Egress"]},
        }
        file = Path("isolate.json")
        file.write_text(json.dumps(policy))
        if subprocess.run(["kubectl", "apply", f"--filename={file}"], check=False).returncode != 0:
            sys.exit(
                "kubectl did not take the policy; cut the service off at the load balancer or the firewall instead"
            )
    for pod in pods:
        print(f"{pod['metadata']['name']}, since {pod['status'].get('startTime', 'not started')}")
    open_still = exposed(cluster, pods, own)
    print("\n".join(open_still) if open_still else f"no policy lets anything through to these {len(pods)} pods")
    return 3 if open_still and Path(sys.argv[0]).stem == "workload_exposure" else 0


if __name__ == "__main__":
    sys.exit(main())
