#!/bin/sh
# Gives each container of the note that container_limits_note.py wrote what it says of before. One that fails does not
# keep the others from it.
set -eu
note=${NOTES_DIR:-/var/lib/plantao/notes}/container.$RUNBOOK_PROJECT.$RUNBOOK_SERVICE
failed=0
while read -r id cpus memory swap _; do
    set --
    [ "$cpus" = - ] || set -- "$@" "--cpus=$cpus"
    [ "$memory" = - ] || set -- "$@" "--memory=$memory" "--memory-swap=$swap"
    docker update "$@" -- "$id" </dev/null || failed=1
done <"$note"
if [ "$failed" -ne 0 ]; then
    echo "not every container has its old limits back; $note says which they were (id, cores, memory, memory and swap)" >&2
    exit 1
fi
