#!/bin/sh
# Takes back what autoscale_set.sh did: the old bounds, or no autoscaler where there was none.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
name=$RUNBOOK_DEPLOYMENT
before=$(kubectl get "deployment/$name" "$where" --output='jsonpath={.metadata.annotations.plantao/autoscale-before}')
case $before in
none) exec kubectl delete "hpa/$name" "$where" --ignore-not-found ;;
*-*)
    least=${before%-*}
    exec kubectl patch "hpa/$name" "$where" --type=merge \
        --patch="{\"spec\":{\"minReplicas\":${least:-1},\"maxReplicas\":${before#*-}}}"
    ;;
*)
    echo "nothing is noted on deployment/$name; look with kubectl get hpa $where and mend it by hand" >&2
    exit 1
    ;;
esac
