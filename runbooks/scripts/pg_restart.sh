#!/bin/sh
# Starts the database server, or starts it again when it runs, through the platform that runs it. Orderly: it is asked to
# end and given a minute, since a database that is killed has to read its log again before it answers.
set -eu

case $RUNBOOK_PLATFORM in
systemd) exec systemctl restart -- "$RUNBOOK_SERVICE" ;;
docker) exec docker restart --time 60 -- "$RUNBOOK_SERVICE" ;;
compose) exec docker compose --project-name "$RUNBOOK_PROJECT" restart --timeout 60 -- "$RUNBOOK_SERVICE" ;;
kubernetes) exec kubectl rollout restart "statefulset/$RUNBOOK_SERVICE" "--namespace=$RUNBOOK_NAMESPACE" ;;
esac
