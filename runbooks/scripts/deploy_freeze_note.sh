#!/bin/sh
# Notes whether RUNBOOK_TARGET is frozen already, and with what words, for deploy_freeze_back.sh.
set -eu
case $RUNBOOK_WHERE in
namespace)
    before=$(kubectl get "namespace/$RUNBOOK_TARGET" --output='jsonpath={.metadata.annotations.plantao/deploy-freeze}')
    kubectl annotate "namespace/$RUNBOOK_TARGET" --overwrite "plantao/deploy-freeze-before=was:$before"
    ;;
file)
    folder=${FREEZE_DIR:-/var/lib/plantao/freeze}
    if ! [ -d "$folder" ] || ! [ -w "$folder" ]; then
        echo "$folder does not exist or may not be written; make it, give it to the bot's user, and let the pipeline look there, or set FREEZE_DIR" >&2
        exit 1
    fi
    before=
    [ ! -e "$folder/$RUNBOOK_TARGET" ] || before=$(cat -- "$folder/$RUNBOOK_TARGET")
    printf '%s' "$before" >"$folder/.$RUNBOOK_TARGET.before"
    ;;
*)
    echo "$RUNBOOK_WHERE is no place that is known here" >&2
    exit 1
    ;;
esac
echo "$RUNBOOK_TARGET is ${before:+frozen already: }${before:-not frozen}"
