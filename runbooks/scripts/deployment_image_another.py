#!/usr/bin/env python3
"""Whether RUNBOOK_IMAGE is another version of what RUNBOOK_CONTAINER of RUNBOOK_DEPLOYMENT runs. Changes nothing.

Ends with 1 when there is no such container, when it is the image that runs, and when it is one of another repository
and RUNBOOK_REPOSITORY is not `other`.
"""

import json
import os
import subprocess
import sys

deployment, container, image = (os.environ[f"RUNBOOK_{name}"] for name in ("DEPLOYMENT", "CONTAINER", "IMAGE"))


def repository(image: str) -> str:
    """Without tag and digest. A colon before the last slash is a port."""
    name = image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


argv = ("kubectl", "get", f"deployment/{deployment}", f"--namespace={os.environ['RUNBOOK_NAMESPACE']}", "--output=json")
try:
    found = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout
except subprocess.CalledProcessError as wrong:
    sys.exit(f"kubectl ended with {wrong.returncode}; its own words are above")
except OSError as wrong:
    sys.exit(f"kubectl cannot be run here: {wrong.strerror}")
runs = {each["name"]: each["image"] for each in json.loads(found)["spec"]["template"]["spec"]["containers"]}
if container not in runs:
    sys.exit(f"{deployment} has no container {container}; it has {', '.join(runs)}")
if runs[container] == image:
    sys.exit(f"{image} runs already, so it is not what is good; choose another one")
if repository(image) != repository(runs[container]) and os.environ["RUNBOOK_REPOSITORY"] != "other":
    sys.exit(
        f"{repository(image)} is another program than {repository(runs[container])}, which runs. "
        "If it is meant, set `repository` to other"
    )
print(f"{container}: {runs[container]} → {image}")
