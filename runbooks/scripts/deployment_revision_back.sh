#!/bin/sh
# Gives RUNBOOK_DEPLOYMENT the revision back that deployment_remember.sh noted, and waits until it has rolled out.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
name=deployment/$RUNBOOK_DEPLOYMENT
before=$(kubectl get "$name" "$where" --output='jsonpath={.metadata.annotations.plantao/revision-before}')
if [ -z "$before" ]; then
    echo "nothing is noted on $name; choose one: kubectl rollout history $name $where" >&2
    exit 1
fi
# Without the number it would be one release further back whenever the step before had changed nothing.
kubectl rollout undo "$name" "$where" --to-revision="$before"
exec kubectl rollout status "$name" "$where" --timeout=4m
