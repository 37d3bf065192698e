#!/bin/sh
# Gives RUNBOOK_DEPLOYMENT the revision back that canary_remember.sh noted, and waits for it. When it does not run the new
# version any more, somebody has rolled it back already, and it is left alone.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
name=deployment/$RUNBOOK_DEPLOYMENT
image=$(kubectl get "$name" "$where" --output="jsonpath={.spec.template.spec.containers[?(@.name==\"$RUNBOOK_CONTAINER\")].image}")
if [ "$image" != "$RUNBOOK_IMAGE:$RUNBOOK_VERSION" ]; then
    echo "$name runs $image and not $RUNBOOK_IMAGE:$RUNBOOK_VERSION; it is left as it is"
    exit 0
fi
before=$(kubectl get "$name" "$where" --output='jsonpath={.metadata.annotations.plantao/canary-before}')
if [ -z "$before" ]; then
    echo "nothing is noted on $name; choose one: kubectl rollout history $name $where" >&2
    exit 1
fi
kubectl rollout undo "$name" "$where" --to-revision="$before"
exec kubectl rollout status "$name" "$where" --timeout=4m
