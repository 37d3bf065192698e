#!/bin/sh
# Builds all indexes of a table anew, without keeping anyone from it; only when RUNBOOK_REINDEX says concurrently.
# What an interrupted build left behind (…_ccnew, …_ccold) is dropped first: such an index costs at every write and helps none.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

if [ "$RUNBOOK_REINDEX" != concurrently ]; then
  echo "left alone, since reindex is $RUNBOOK_REINDEX"
  exit 0
fi
psql -X -q -v ON_ERROR_STOP=1 -v schema="$RUNBOOK_SCHEMA" -v table="$RUNBOOK_TABLE" --dbname="$RUNBOOK_DATABASE" <<'SQL'
SET lock_timeout = '2min';
SELECT format('DROP INDEX CONCURRENTLY %s', indexrelid::regclass)
FROM pg_index
WHERE indrelid = format('%I.%I', :'schema', :'table')::regclass AND NOT indisvalid
  AND indexrelid::regclass::text ~ '_cc(new|old)[0-9]*"?$'
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.relid = indrelid)
\gexec
\timing on
REINDEX TABLE CONCURRENTLY :"schema".:"table";
-- That passes over invalid ones; named alone, they are built.
SELECT format('REINDEX INDEX CONCURRENTLY %s', indexrelid::regclass)
FROM pg_index WHERE indrelid = format('%I.%I', :'schema', :'table')::regclass AND NOT indisvalid
\gexec
SQL
