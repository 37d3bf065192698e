#!/bin/sh
# Gives RUNBOOK_DEPLOYMENT the number of pods back that deployment_remember.sh noted.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
name=deployment/$RUNBOOK_DEPLOYMENT
before=$(kubectl get "$name" "$where" --output='jsonpath={.metadata.annotations.plantao/replicas-before}')
if [ -z "$before" ]; then
    echo "nothing is noted on $name; scale it by hand: kubectl scale $name $where --replicas=N" >&2
    exit 1
fi
exec kubectl scale "$name" "$where" --replicas="$before"
