#!/bin/sh
# Gives RUNBOOK_DEPLOYMENT an autoscaler with the bounds that autoscale_note.py noted, or changes the one it has.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
notes='{.metadata.annotations.plantao/autoscaler} {.metadata.annotations.plantao/autoscale-before} {.metadata.annotations.plantao/autoscale-wanted}'
noted=$(kubectl get "deployment/$RUNBOOK_DEPLOYMENT" "$where" --output="jsonpath=$notes")
scaler=${noted%% *} wanted=${noted##* }
case $noted in
?*' none '?*-?*)
    exec kubectl autoscale "deployment/$RUNBOOK_DEPLOYMENT" "$where" --min="${wanted%-*}" --max="${wanted#*-}" --cpu-percent="$RUNBOOK_CPU"
    ;;
?*' '?*-?*' '?*-?*)
    # What it measures stays as it is: it may be more than the processor.
    kubectl patch "hpa/$scaler" "$where" --type=merge \
        --patch="{\"spec\":{\"minReplicas\":${wanted%-*},\"maxReplicas\":${wanted#*-}}}"
    echo "$scaler keeps what it measures"
    ;;
*)
    echo "nothing is noted on deployment/$RUNBOOK_DEPLOYMENT; run the runbook from its start" >&2
    exit 1
    ;;
esac
