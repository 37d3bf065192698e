#!/usr/bin/env python3
"""Cuts a Kubernetes workload off the network, without ending it: what is in its memory stays for the investigation.

RUNBOOK_NAMESPACE, RUNBOOK_SERVICE: the pods with the label app=SERVICE. A NetworkPolicy named isolate-SERVICE allows
them nothing, in or out. It works where the cluster's network plugin enforces such policies. On another RUNBOOK_PLATFORM
it does nothing, and says what a person has to do.
"""

import json
import os
import subprocess
import sys
from pathlib import Path


def main() -> None:
    app, namespace, platform = (
        os.environ.get(f"RUNBOOK_{name}", "kubernetes") for name in ("SERVICE", "NAMESPACE", "PLATFORM")
    )
    if platform != "kubernetes":
        print(f"{app} runs on {platform}: cut it off by hand, at the firewall or the load balancer; do not end it")
        return
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"isolate-{app}", "namespace": namespace},
        "spec": {"podSelector": {"matchLabels": {"app": app}}, "policyTypes": ["Ingress", "Egress"]},
    }
    file = Path("isolate.json")
    file.write_text(json.dumps(policy))
    if subprocess.run(["kubectl", "apply", f"--filename={file}"], check=False).returncode != 0:
        sys.exit("kubectl did not take the policy; cut the service off at the load balancer or the firewall instead")


if __name__ == "__main__":
    main()
