#!/bin/sh
# Says how many containers RUNBOOK_SERVICE has, and refuses to go on when that is not RUNBOOK_NOW, to which an undo
# would go back, or when RUNBOOK_COUNT would be fewer.
set -eu
ids=$(docker compose --project-directory="$RUNBOOK_DIRECTORY" ps --quiet -- "$RUNBOOK_SERVICE")
# shellcheck disable=SC2086  # one word for each id
set -- $ids
now=$#
echo "$RUNBOOK_SERVICE has $now containers"
if [ "$now" -ne "$RUNBOOK_NOW" ]; then
    echo "the parameter now says $RUNBOOK_NOW; edit it, so that an undo goes back to the right number" >&2
    exit 1
fi
if [ "$RUNBOOK_COUNT" -lt "$now" ]; then
    echo "$RUNBOOK_COUNT would be fewer; edit the parameter count" >&2
    exit 1
fi
