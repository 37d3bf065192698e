#!/bin/sh
# Deletes the rows that are older than RUNBOOK_DAYS days by the column, RUNBOOK_BATCH at a time, each batch in a transaction
# of its own, RUNBOOK_AT_MOST in all. The limit is fixed when it begins. Rows that somebody holds locked are passed over.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

sql() {
  psql -X -q -A -t -v ON_ERROR_STOP=1 -v schema="$RUNBOOK_SCHEMA" -v table="$RUNBOOK_TABLE" -v column="$RUNBOOK_COLUMN" \
    -v days="$RUNBOOK_DAYS" "$@" --dbname="$RUNBOOK_DATABASE"
}

before=$(sql <<'SQL'
SELECT now() - make_interval(days => :days)
SQL
)
total=0
while [ "$total" -lt "$RUNBOOK_AT_MOST" ]; do
  batch=$((RUNBOOK_AT_MOST - total))
  [ "$batch" -lt "$RUNBOOK_BATCH" ] || batch=$RUNBOOK_BATCH
  deleted=$(sql -v before="$before" -v batch="$batch" <<'SQL'
SET lock_timeout = '10s';
-- The age stands twice: in a partitioned table a ctid alone names a row in each partition.
WITH gone AS (
  DELETE FROM :"schema".:"table" t
  WHERE t.ctid = ANY (ARRAY (
    SELECT ctid FROM :"schema".:"table" WHERE :"column" < :'before'::timestamptz LIMIT :batch FOR UPDATE SKIP LOCKED
  )) AND t.:"column" < :'before'::timestamptz
  RETURNING 1
)
SELECT count(*) FROM gone;
SQL
  )
  [ "$deleted" -gt 0 ] || break
  total=$((total + deleted))
done
echo "$total rows before $before deleted"
if [ "$total" -ge "$RUNBOOK_AT_MOST" ]; then
  echo "That is as many as at_most allows; older rows may be left."
fi
