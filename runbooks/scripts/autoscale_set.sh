#!/bin/sh
# Gives RUNBOOK_DEPLOYMENT an autoscaler with these bounds, or changes the one it has. What was there is noted on the
# deployment first, for the way back.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
name=$RUNBOOK_DEPLOYMENT
if [ "$RUNBOOK_MIN" -gt "$RUNBOOK_MAX" ]; then
    echo "min $RUNBOOK_MIN is above max $RUNBOOK_MAX" >&2
    exit 1
fi
before=$(kubectl get "hpa/$name" "$where" --ignore-not-found --output='jsonpath={.spec.minReplicas}-{.spec.maxReplicas}')
kubectl annotate "deployment/$name" "$where" --overwrite "plantao/autoscale-before=${before:-none}"
if [ -z "$before" ]; then
    kubectl autoscale "deployment/$name" "$where" --min="$RUNBOOK_MIN" --max="$RUNBOOK_MAX" --cpu-percent="$RUNBOOK_CPU"
else
    # What it measures stays as it is: it may be more than the processor.
    kubectl patch "hpa/$name" "$where" --type=merge \
        --patch="{\"spec\":{\"minReplicas\":$RUNBOOK_MIN,\"maxReplicas\":$RUNBOOK_MAX}}"
    echo "it had $before; its metrics were left as they are"
fi
