#!/bin/sh
# Gives RUNBOOK_CONTAINER of RUNBOOK_DEPLOYMENT these requests and limits; `same` leaves one as it is.
set -eu
set -- kubectl set resources "deployment/$RUNBOOK_DEPLOYMENT" "--namespace=$RUNBOOK_NAMESPACE" "--containers=$RUNBOOK_CONTAINER"
pairs() {
    [ "$1" = same ] || printf 'cpu=%s,' "$1"
    [ "$2" = same ] || printf 'memory=%s,' "$2"
}
requests=$(pairs "$RUNBOOK_CPU_REQUEST" "$RUNBOOK_MEMORY_REQUEST")
limits=$(pairs "$RUNBOOK_CPU_LIMIT" "$RUNBOOK_MEMORY_LIMIT")
[ -z "$requests" ] || set -- "$@" "--requests=${requests%,}"
[ -z "$limits" ] || set -- "$@" "--limits=${limits%,}"
exec "$@"
