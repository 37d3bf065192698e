#!/bin/sh
# Waits until the owner that pod_owner.sh noted has all its pods ready again: at most RUNBOOK_WAIT seconds.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
if ! [ -s pod-owner ]; then
    echo "who owned the pod is lost with the run that noted it; look with kubectl get pods $where" >&2
    exit 1
fi
owner=$(cat pod-owner)
case $owner in
DaemonSet/*) form='{.status.numberReady}/{.status.desiredNumberScheduled}' ;;
*) form='{.status.readyReplicas}/{.spec.replicas}' ;;
esac
left=$RUNBOOK_WAIT last= good=0
while :; do
    now=$(kubectl get "$owner" "$where" --output="jsonpath=$form")
    [ "$now" = "$last" ] || echo "$owner: $now pods ready"
    last=$now
    # Right after the deletion the old figure may still stand there.
    if [ "${now%/*}" = "${now#*/}" ]; then good=$((good + 1)); else good=0; fi
    [ "$good" -lt 3 ] || exit 0
    if [ "$left" -le 0 ]; then
        echo "not all pods of $owner are ready within $RUNBOOK_WAIT s; kubectl describe says why" >&2
        exit 1
    fi
    sleep 2
    left=$((left - 2))
done
