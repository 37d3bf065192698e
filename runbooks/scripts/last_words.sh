#!/bin/sh
# The last lines that a pod (RUNBOOK_POD), the pods of a deployment (RUNBOOK_DEPLOYMENT), a container (RUNBOOK_CONTAINER),
# a service of Compose (RUNBOOK_PROJECT, RUNBOOK_SERVICE) or a unit of systemd (RUNBOOK_SERVICE) wrote. Reads only.
set -eu

# What is printed goes to a channel before anyone approved, so keys, passwords, cards and addresses are cut out.
hide() {
    sed -E \
        -e 's#://[^/@[:space:]]+@#://…@#g' \
        -e 's/\<(bearer|basic) +[^[:space:]"]+/\1 …/Ig' \
        -e 's/((password|passwd|pwd|secret|token|api[_-]?key|cookie)["'\'']?[[:space:]]*[:=][[:space:]]*)["'\'']?[^[:space:],;"'\'']+/\1…/Ig' \
        -e 's/[[:alnum:]._%+-]+@[[:alnum:].-]+\.[[:alpha:]]{2,}/…/g' \
        -e 's/([0-9][ -]?){12,18}[0-9]/…/g'
}

if [ -n "${RUNBOOK_POD:-}" ]; then
    set -- kubectl logs "pod/$RUNBOOK_POD" "--namespace=$RUNBOOK_NAMESPACE" --all-containers --tail=20
elif [ -n "${RUNBOOK_DEPLOYMENT:-}" ]; then
    set -- kubectl logs "deployment/$RUNBOOK_DEPLOYMENT" "--namespace=$RUNBOOK_NAMESPACE" --all-containers --tail=20
elif [ -n "${RUNBOOK_CONTAINER:-}" ]; then
    set -- docker logs --tail 20 -- "$RUNBOOK_CONTAINER"
elif [ -n "${RUNBOOK_PROJECT:-}" ]; then
    set -- docker compose "--project-name=$RUNBOOK_PROJECT" logs --no-color --tail=20 -- "$RUNBOOK_SERVICE"
else
    set -- journalctl --unit "$RUNBOOK_SERVICE" --lines 20 --no-pager --output cat
fi
code=0
said=$("$@" 2>&1) || code=$?
printf '%s\n' "$said" | hide
exit "$code"
