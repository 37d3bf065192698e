#!/bin/sh
# Keeps what the pods of RUNBOOK_DEPLOYMENT say before they go: states, events, and logs of this and the last start.
# A pod that never started has no log; that is told in the file and is no error.
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
file=$folder/$RUNBOOK_DEPLOYMENT-$(date -u +%Y%m%dT%H%M%SZ)-$$.log
form='{{range $key, $value := .spec.selector.matchLabels}}{{$key}}={{$value}},{{end}}'
selector=$(kubectl get "deployment/$RUNBOOK_DEPLOYMENT" "$where" --output="go-template=$form") || exit 1
selector=${selector%,}
{
    kubectl describe "deployment/$RUNBOOK_DEPLOYMENT" "$where"
    kubectl get pods "$where" --selector="$selector" --output=wide
    kubectl get events "$where" --field-selector=type!=Normal --sort-by=.lastTimestamp
    echo "-- the last start --"
    kubectl logs "$where" --selector="$selector" --all-containers --prefix --tail=200 --previous
    echo "-- this start --"
    kubectl logs "$where" --selector="$selector" --all-containers --prefix --tail=200
} >"$file" 2>&1
echo "kept in $file, $(wc -l <"$file") lines"
echo "-- lines that speak of trouble --"
grep -i -E 'error|fatal|panic|exception|traceback|back-off|backoff|failed|refused|not found|OOMKilled' "$file" | tail -n 40 | hide
exit 0
