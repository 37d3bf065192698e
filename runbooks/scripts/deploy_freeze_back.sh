#!/bin/sh
# Gives RUNBOOK_TARGET the freeze back, or none, that deploy_freeze_note.sh noted: an undo ends nobody else's freeze.
set -eu
case $RUNBOOK_WHERE in
namespace)
    name=namespace/$RUNBOOK_TARGET
    noted=$(kubectl get "$name" --output='jsonpath={.metadata.annotations.plantao/deploy-freeze-before}')
    case $noted in
    was:) exec kubectl annotate "$name" plantao/deploy-freeze- plantao/deploy-freeze-before- ;;
    was:*) exec kubectl annotate "$name" --overwrite "plantao/deploy-freeze=${noted#was:}" plantao/deploy-freeze-before- ;;
    esac
    echo "nothing is noted on $name; look at its annotation plantao/deploy-freeze and mend it by hand" >&2
    exit 1
    ;;
file)
    flag=${FREEZE_DIR:-/var/lib/plantao/freeze}/$RUNBOOK_TARGET
    note=${FREEZE_DIR:-/var/lib/plantao/freeze}/.$RUNBOOK_TARGET.before
    if ! [ -e "$note" ]; then
        echo "$note is not there, so it is not known how it was; look at $flag and mend it by hand" >&2
        exit 1
    fi
    if [ -s "$note" ]; then
        cat -- "$note" >"$flag"
        echo >>"$flag"
    else
        rm -f -- "$flag"
    fi
    rm -- "$note"
    ;;
*)
    echo "$RUNBOOK_WHERE is no place that is known here" >&2
    exit 1
    ;;
esac
