#!/bin/sh
# Chooses what RUNBOOK_DEPLOYMENT is rolled back to and notes it on the deployment: RUNBOOK_REVISION, or for 0 the newest
# one below that of now. Refuses a revision that was rolled back from before: that is the version that did the harm.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
name=deployment/$RUNBOOK_DEPLOYMENT
annotations='{.metadata.annotations.deployment\.kubernetes\.io/revision} {.metadata.annotations.plantao/rolled-back-from}'
noted=$(kubectl get "$name" "$where" --output="jsonpath=$annotations")
now=${noted% *} left=${noted#* }
case $now in
'' | *[!0-9]*)
    echo "$name does not tell its revision: $now" >&2
    exit 1
    ;;
esac
history=$(kubectl rollout history "$name" "$where")
target=${RUNBOOK_REVISION:-0}
if [ "$target" -eq 0 ]; then
    target=$(printf '%s\n' "$history" | awk -v now="$now" '$1 ~ /^[0-9]+$/ && $1 + 0 < now + 0 && $1 + 0 > best { best = $1 + 0 } END { print best + 0 }')
    if [ "$target" -eq 0 ]; then
        echo "$name has no revision before $now; set the image that is known to be good (set-image)" >&2
        exit 1
    fi
    if [ "$target" = "$left" ]; then
        echo "$name was rolled back from revision $left already, and $left is the one before $now." >&2
        echo "Nothing is changed. If $now is bad too, use roll-back-deployment and say which revision:" >&2
        printf '%s\n' "$history" >&2
        exit 1
    fi
elif [ "$target" -eq "$now" ]; then
    echo "$name is at revision $now already; choose another one" >&2
    exit 1
elif ! printf '%s\n' "$history" | grep -q "^$target[^0-9]"; then
    echo "$name has no revision $target:" >&2
    printf '%s\n' "$history" >&2
    exit 1
fi
kubectl annotate "$name" "$where" --overwrite "plantao/revision-target=$target"
echo "$name goes from revision $now to $target"
