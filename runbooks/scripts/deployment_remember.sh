#!/bin/sh
# Notes on RUNBOOK_DEPLOYMENT how it is now, its revision and its number of pods, so that an undo finds the way back,
# also after a crash. An annotation of the deployment itself starts no rollout.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
name=deployment/$RUNBOOK_DEPLOYMENT
form='{.metadata.annotations.deployment\.kubernetes\.io/revision} {.spec.replicas}'
now=$(kubectl get "$name" "$where" --output="jsonpath=$form")
revision=${now% *} replicas=${now#* }
if [ -z "$revision" ] || [ -z "$replicas" ]; then
    echo "$name does not tell its revision and its number of pods: $now" >&2
    exit 1
fi
kubectl annotate "$name" "$where" --overwrite "plantao/revision-before=$revision" "plantao/replicas-before=$replicas"
echo "$name is at revision $revision with $replicas pods"
