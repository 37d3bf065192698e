#!/bin/sh
# Refuses to go on when RUNBOOK_REPLICAS would be fewer pods than RUNBOOK_DEPLOYMENT has, or when an autoscaler would
# take the change back within a minute.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
name=deployment/$RUNBOOK_DEPLOYMENT
now=$(kubectl get "$name" "$where" --output='jsonpath={.spec.replicas}')
echo "$name has $now pods"
if [ "$RUNBOOK_REPLICAS" -lt "$now" ]; then
    echo "$RUNBOOK_REPLICAS would be fewer; edit the parameter" >&2
    exit 1
fi
form='{{range .items}}{{.spec.scaleTargetRef.kind}}/{{.spec.scaleTargetRef.name}} {{.metadata.name}} {{.spec.maxReplicas}}{{"\n"}}{{end}}'
scalers=$(kubectl get hpa "$where" --output="go-template=$form")
if printf '%s\n' "$scalers" | grep "^Deployment/$RUNBOOK_DEPLOYMENT "; then
    echo "an autoscaler holds its number of pods (target, name, most)" >&2
    echo "use the runbook autoscale-deployment and raise its limits" >&2
    exit 1
fi
