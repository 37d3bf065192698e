#!/bin/sh
# The pods of RUNBOOK_DEPLOYMENT, found by its own selector, and what they use. Changes nothing.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
form='{{range $key, $value := .spec.selector.matchLabels}}{{$key}}={{$value}},{{end}}'
selector=$(kubectl get "deployment/$RUNBOOK_DEPLOYMENT" "$where" --output="go-template=$form")
if [ -z "$selector" ]; then
    echo "$RUNBOOK_DEPLOYMENT selects its pods in a way that is not known here; look with kubectl get pods" >&2
    exit 1
fi
kubectl get pods "$where" --selector="${selector%,}" --output=wide
kubectl top pods "$where" --selector="${selector%,}" --containers || echo "(no figures of use: there is no metrics server)"
