#!/bin/sh
# Waits until RUNBOOK_CONTAINER runs and, when its image has a health check, is healthy: at most RUNBOOK_WAIT seconds.
# Three looks in a row must agree, since a container that crashes at its start is running for a moment each time.
set -eu
form='{{.State.Status}} {{with .State.Health}}{{.Status}}{{else}}no-health-check{{end}} {{.RestartCount}}'
left=$RUNBOOK_WAIT good=0 last=
while :; do
    now=$(docker inspect --type container --format "$form" -- "$RUNBOOK_CONTAINER")
    [ "$now" = "$last" ] || echo "$now restarts"
    case $now in
    "running healthy "* | "running no-health-check "*) if [ "$now" = "$last" ]; then good=$((good + 1)); else good=1; fi ;;
    *) good=0 ;;
    esac
    last=$now
    [ "$good" -lt 3 ] || exit 0
    if [ "$left" -le 0 ]; then
        echo "not running and healthy within $RUNBOOK_WAIT s; docker logs --tail 50 $RUNBOOK_CONTAINER says why" >&2
        exit 1
    fi
    sleep 1
    left=$((left - 1))
done
