#!/bin/sh
# Keeps the last RUNBOOK_LINES lines of RUNBOOK_SERVICE in EVIDENCE_DIR, those from before its last restart too, and
# prints the lines that speak of trouble with the lines around them, and the end.
set -eu
umask 077
folder=${EVIDENCE_DIR:-$HOME/plantao-evidence}
mkdir -p "$folder"
file=$folder/$RUNBOOK_SERVICE-$(date -u +%Y%m%dT%H%M%SZ)-$$.log

# What is printed goes to a channel, so keys, passwords, cards and addresses are cut out; the file has all of it.
hide() {
    sed -E \
        -e 's#://[^/@[:space:]]+@#://…@#g' \
        -e 's/\<(bearer|basic) +[^[:space:]"]+/\1 …/Ig' \
        -e 's/((password|passwd|pwd|secret|token|api[_-]?key|cookie)["'\'']?[[:space:]]*[:=][[:space:]]*)["'\'']?[^[:space:],;"'\'']+/\1…/Ig' \
        -e 's/[[:alnum:]._%+-]+@[[:alnum:].-]+\.[[:alpha:]]{2,}/…/g' \
        -e 's/([0-9][ -]?){12,18}[0-9]/…/g'
}

before() {
    echo "-- before the last restart --"
    "$@" || echo "(nothing is left from before it)"
}

source_of_logs() {
    case $RUNBOOK_PLATFORM in
    systemd)
        before journalctl --boot=-1 --unit="$RUNBOOK_SERVICE" --lines="$RUNBOOK_LINES" --no-pager
        echo "-- this boot --"
        journalctl --boot=0 --unit="$RUNBOOK_SERVICE" --lines="$RUNBOOK_LINES" --no-pager
        ;;
    docker) docker logs --timestamps --tail "$RUNBOOK_LINES" -- "$RUNBOOK_SERVICE" ;;
    compose)
        docker compose --project-name "$RUNBOOK_PROJECT" logs --no-color --timestamps --tail "$RUNBOOK_LINES" \
            -- "$RUNBOOK_SERVICE"
        ;;
    kubernetes)
        set -- logs "deployment/$RUNBOOK_SERVICE" --namespace="$RUNBOOK_NAMESPACE" --all-containers \
            --tail="$RUNBOOK_LINES"
        before kubectl "$@" --previous
        echo "-- now --"
        kubectl "$@" --timestamps
        ;;
    process) tail -n "$RUNBOOK_LINES" -- "${SERVICES_DIR:-/etc/plantao/services}/$RUNBOOK_SERVICE/log" ;;
    *)
        echo "$RUNBOOK_PLATFORM is no platform that is known here"
        return 1
        ;;
    esac
}

if ! source_of_logs >"$file" 2>&1; then
    tail -n 5 -- "$file" | hide >&2
    echo "the log of $RUNBOOK_SERVICE cannot be read" >&2
    exit 1
fi
echo "kept in $file, $(wc -l <"$file") lines"
echo "-- lines that speak of trouble --"
trouble='error|critical|fatal|panic|exception|traceback|out of memory|refused|EADDRINUSE'
if grep -q -i -E "$trouble" "$file"; then
    grep -n -i -E -B 2 -A 2 "$trouble" "$file" | tail -n 60 | hide
else
    echo "(none)"
fi
echo "-- the end --"
tail -n 20 -- "$file" | hide
