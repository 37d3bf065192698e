#!/bin/sh
# Waits until every container of the Compose service RUNBOOK_SERVICE runs and is healthy where it has a health check:
# at most RUNBOOK_WAIT seconds, three looks in a row. RUNBOOK_COUNT, when it is given, is how many there have to be.
set -eu
form='{{.Name}} {{.State.Status}} {{with .State.Health}}{{.Status}}{{else}}no-health-check{{end}} {{.RestartCount}}'
if [ -n "${RUNBOOK_DIRECTORY:-}" ]; then
    place=--project-directory=$RUNBOOK_DIRECTORY
else
    place=--project-name=$RUNBOOK_PROJECT
fi
left=$RUNBOOK_WAIT good=0 last=
while :; do
    ids=$(docker compose "$place" ps --all --quiet -- "$RUNBOOK_SERVICE")
    # shellcheck disable=SC2086  # one argument for each id
    now=$([ -z "$ids" ] || docker inspect --type container --format "$form" -- $ids)
    count=$(printf '%s' "$now" | grep -c . || true)
    [ "$now" = "$last" ] || echo "${now:-no container}"
    if [ "$count" -lt "${RUNBOOK_COUNT:-1}" ] || printf '%s\n' "$now" | grep -q -v -E ' running (healthy|no-health-check) '
    then
        good=0
    elif [ "$now" = "$last" ]; then
        good=$((good + 1))
    else
        good=1 # also after a restart that happened between two looks
    fi
    last=$now
    [ "$good" -lt 3 ] || exit 0
    if [ "$left" -le 0 ]; then
        echo "not all running and healthy within $RUNBOOK_WAIT s; docker compose logs says why" >&2
        exit 1
    fi
    sleep 1
    left=$((left - 1))
done
