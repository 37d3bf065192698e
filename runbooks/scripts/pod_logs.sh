#!/bin/sh
# Keeps what RUNBOOK_POD says before it goes: its description with events, and the logs of this and the last start.
set -u
umask 077
where="--namespace=$RUNBOOK_NAMESPACE"
folder=${EVIDENCE_DIR:-$HOME/plantao-evidence}
# What is printed goes to a channel, so keys, passwords, cards and addresses are cut out; the file has all of it.
hide() {
    sed -E \
        -e 's#://[^/@[:space:]]+@#://…@#g' \
        -e 's/\<(bearer|basic) +[^[:space:]"]+/\1 …/Ig' \
        -e 's/((password|passwd|pwd|secret|token|api[_-]?key|cookie)["'\'']?[[:space:]]*[:=][[:space:]]*)["'\'']?[^[:space:],;"'\'']+/\1…/Ig' \
        -e 's/[[:alnum:]._%+-]+@[[:alnum:].-]+\.[[:alpha:]]{2,}/…/g' \
        -e 's/([0-9][ -]?){12,18}[0-9]/…/g'
}
mkdir -p "$folder" || exit 1
file=$folder/$RUNBOOK_POD-$(date -u +%Y%m%dT%H%M%SZ)-$$.log
{
    kubectl describe "pod/$RUNBOOK_POD" "$where"
    echo "-- the last start --"
    kubectl logs "pod/$RUNBOOK_POD" "$where" --all-containers --tail=500 --previous || echo "(it did not start before)"
    echo "-- this start --"
    kubectl logs "pod/$RUNBOOK_POD" "$where" --all-containers --tail=500 || echo "(it has said nothing)"
} >"$file" 2>&1
echo "kept in $file, $(wc -l <"$file") lines"
tail -n 20 "$file" | hide
