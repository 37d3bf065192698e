#!/bin/sh
# Takes back what autoscale_set.sh did: the old bounds, or no autoscaler where there was none.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
notes='{.metadata.annotations.plantao/autoscaler} {.metadata.annotations.plantao/autoscale-before}'
noted=$(kubectl get "deployment/$RUNBOOK_DEPLOYMENT" "$where" --output="jsonpath=$notes")
scaler=${noted% *} before=${noted#* }
case $noted in
?*' none') exec kubectl delete "hpa/$scaler" "$where" --ignore-not-found ;;
?*' '?*-?*)
    exec kubectl patch "hpa/$scaler" "$where" --type=merge \
        --patch="{\"spec\":{\"minReplicas\":${before%-*},\"maxReplicas\":${before#*-}}}"
    ;;
*)
    echo "nothing is noted on deployment/$RUNBOOK_DEPLOYMENT; look with kubectl get hpa $where and mend it by hand" >&2
    exit 1
    ;;
esac
