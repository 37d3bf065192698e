#!/bin/sh
# Notes on RUNBOOK_DEPLOYMENT the revision that it has before everybody gets the new version, for canary_back.sh. The note
# is the canary's own: a roll-back that runs meanwhile writes others.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
name=deployment/$RUNBOOK_DEPLOYMENT
revision=$(kubectl get "$name" "$where" --output='jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision}')
if [ -z "$revision" ]; then
    echo "$name does not tell its revision; look at it: kubectl get $name $where" >&2
    exit 1
fi
kubectl annotate "$name" "$where" --overwrite "plantao/canary-before=$revision"
echo "$name is at revision $revision"
