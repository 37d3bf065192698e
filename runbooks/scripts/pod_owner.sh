#!/bin/sh
# Finds what made RUNBOOK_POD and would make it again, and notes it. A pod that nobody would make again is not replaced.
set -eu
where="--namespace=$RUNBOOK_NAMESPACE"
form='{{range .metadata.ownerReferences}}{{if .controller}}{{.kind}} {{.name}}{{end}}{{end}}'
owner=$(kubectl get "pod/$RUNBOOK_POD" "$where" --output="go-template=$form")
case $owner in
"ReplicaSet "* | "StatefulSet "* | "DaemonSet "* | "ReplicationController "*) ;;
"")
    echo "$RUNBOOK_POD has no controller: deleted, it would not come back" >&2
    exit 1
    ;;
*)
    echo "$RUNBOOK_POD belongs to $owner, which does not simply make it again; look at that first" >&2
    exit 1
    ;;
esac
echo "${owner% *}/${owner#* }" >pod-owner
echo "$RUNBOOK_POD belongs to $owner"
