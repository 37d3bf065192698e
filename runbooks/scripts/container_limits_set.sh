#!/bin/sh
# Gives each container of the note that container_limits_note.py wrote what it says of afterwards. None is restarted.
set -eu
note=${NOTES_DIR:-/var/lib/plantao/notes}/container.$RUNBOOK_PROJECT.$RUNBOOK_SERVICE
while read -r id _ _ _ cpus memory swap; do
    set --
    [ "$cpus" = - ] || set -- "$@" "--cpus=$cpus"
    [ "$memory" = - ] || set -- "$@" "--memory=$memory" "--memory-swap=$swap"
    docker update "$@" -- "$id" </dev/null
done <"$note"
