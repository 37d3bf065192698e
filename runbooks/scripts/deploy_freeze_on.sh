#!/bin/sh
# Freezes deployments of RUNBOOK_TARGET: an annotation of a Kubernetes namespace, or a file in FREEZE_DIR that the
# pipeline looks for. What it says is who may not deploy, and why.
set -eu
case $RUNBOOK_WHERE in
namespace)
    exec kubectl annotate "namespace/$RUNBOOK_TARGET" --overwrite "plantao/deploy-freeze=$RUNBOOK_REASON"
    ;;
file)
    folder=${FREEZE_DIR:-/var/lib/plantao/freeze}
    if ! [ -d "$folder" ]; then
        echo "$folder does not exist; make it and let the pipeline look there, or set FREEZE_DIR" >&2
        exit 1
    fi
    printf '%s since %s UTC\n' "$RUNBOOK_REASON" "$(date -u '+%Y-%m-%d %H:%M:%S')" >"$folder/$RUNBOOK_TARGET"
    echo "$folder/$RUNBOOK_TARGET is written"
    ;;
*)
    echo "$RUNBOOK_WHERE is no place that is known here" >&2
    exit 1
    ;;
esac
