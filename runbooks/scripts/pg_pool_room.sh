#!/bin/sh
# Whether the server has room for a larger pool: RUNBOOK_SIZE connections for every replica of the deployment, beside what
# others hold now, within nine tenths of what the server takes. Changes nothing; ends with 1 when there is no room.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

replicas=$(kubectl get deployment "$RUNBOOK_DEPLOYMENT" --namespace "$RUNBOOK_NAMESPACE" -o 'jsonpath={.spec.replicas}')
case $replicas in
'' | *[!0-9]*) echo "kubectl names no number of replicas for $RUNBOOK_DEPLOYMENT: $replicas" >&2 && exit 1 ;;
esac
found=$(psql -X -q -A -t -F ' ' -v ON_ERROR_STOP=1 --dbname="$RUNBOOK_DATABASE" <<'SQL'
SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
       count(*) FILTER (WHERE datname IS DISTINCT FROM current_database())
FROM pg_stat_activity WHERE backend_type = 'client backend'
SQL
)
room=${found% *} others=${found#* }
wanted=$((replicas * RUNBOOK_SIZE))
free=$((room * 9 / 10 - others))
echo "$replicas replicas x $RUNBOOK_SIZE = $wanted connections; nine tenths of $room, less $others of other databases, is $free"
if [ "$wanted" -gt "$free" ]; then
  echo "The server would run out instead of the pool. Choose at most $((replicas > 0 ? free / replicas : 0)), or put PgBouncer in between." >&2
  exit 1
fi
