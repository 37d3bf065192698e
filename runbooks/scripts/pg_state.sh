#!/bin/sh
# What the database server's platform says of it: its state and its last words. Changes nothing. Ends with 3 when it does
# not run.
set -eu

case $RUNBOOK_PLATFORM in
systemd)
  state=$(systemctl is-active -- "$RUNBOOK_SERVICE") || true
  echo "$RUNBOOK_SERVICE is $state"
  journalctl --unit "$RUNBOOK_SERVICE" --lines 8 --no-pager --output cat 2>&1 || true
  [ "$state" = active ] || exit 3
  ;;
docker)
  form='{{.State.Status}}, exit code {{.State.ExitCode}}, out of memory: {{.State.OOMKilled}}'
  state=$(docker inspect --type container --format "$form" -- "$RUNBOOK_SERVICE")
  echo "$RUNBOOK_SERVICE is $state"
  docker logs --tail 8 -- "$RUNBOOK_SERVICE" 2>&1 || true
  case $state in running*) ;; *) exit 3 ;; esac
  ;;
compose)
  state=$(docker compose --project-name "$RUNBOOK_PROJECT" ps --all --format '{{.State}}' -- "$RUNBOOK_SERVICE")
  echo "$RUNBOOK_SERVICE is ${state:-not there}"
  docker compose --project-name "$RUNBOOK_PROJECT" logs --tail 8 --no-log-prefix -- "$RUNBOOK_SERVICE" 2>&1 || true
  [ "$state" = running ] || exit 3
  ;;
kubernetes)
  ready=$(kubectl get "statefulset/$RUNBOOK_SERVICE" "--namespace=$RUNBOOK_NAMESPACE" '--output=jsonpath={.status.readyReplicas}')
  echo "$RUNBOOK_SERVICE has ${ready:-0} pods ready"
  kubectl logs "statefulset/$RUNBOOK_SERVICE" "--namespace=$RUNBOOK_NAMESPACE" --tail=8 2>&1 || true
  [ "${ready:-0}" -gt 0 ] || exit 3
  ;;
esac
