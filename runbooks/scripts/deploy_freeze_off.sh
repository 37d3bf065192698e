#!/bin/sh
# Ends the freeze of RUNBOOK_TARGET that deploy_freeze_on.sh began. One that is not frozen is no error.
set -eu
case $RUNBOOK_WHERE in
namespace) exec kubectl annotate "namespace/$RUNBOOK_TARGET" plantao/deploy-freeze- ;;
file)
    flag=${FREEZE_DIR:-/var/lib/plantao/freeze}/$RUNBOOK_TARGET
    if [ -e "$flag" ]; then
        echo "ends: $(cat -- "$flag")"
        rm -- "$flag"
    else
        echo "$flag is not there; nothing was frozen"
    fi
    ;;
*)
    echo "$RUNBOOK_WHERE is no place that is known here" >&2
    exit 1
    ;;
esac
