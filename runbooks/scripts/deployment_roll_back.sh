#!/bin/sh
# Rolls RUNBOOK_DEPLOYMENT back to the revision that deployment_pick_revision.sh noted, and notes which one it left, so
# that a later roll-back does not go forward to it again. deployment_remember.sh has noted the revision of now.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
name=deployment/$RUNBOOK_DEPLOYMENT
annotations='{.metadata.annotations.plantao/revision-before} {.metadata.annotations.plantao/revision-target}'
noted=$(kubectl get "$name" "$where" --output="jsonpath=$annotations")
before=${noted% *} target=${noted#* }
if [ -z "$before" ] || [ -z "$target" ]; then
    echo "nothing is noted on $name; choose one: kubectl rollout history $name $where" >&2
    exit 1
fi
kubectl annotate "$name" "$where" --overwrite "plantao/rolled-back-from=$before"
exec kubectl rollout undo "$name" "$where" --to-revision="$target"
