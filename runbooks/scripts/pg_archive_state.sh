#!/bin/sh
# Whether the server archives its write-ahead log, and how far it is. Changes nothing; ends with 1 when it does not archive.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5
ask() { psql -X -q -A -t -v ON_ERROR_STOP=1 --dbname="$RUNBOOK_DATABASE"; }

ask <<'SQL'
SELECT 'archived so far: ' || archived_count || ', the last one ' || coalesce(last_archived_wal || ' at ' || last_archived_time::timestamptz(0), 'never')
FROM pg_stat_archiver
UNION ALL
SELECT 'failed so far: ' || failed_count || coalesce(', the last one ' || last_failed_wal || ' at ' || last_failed_time::timestamptz(0), '')
FROM pg_stat_archiver
UNION ALL
SELECT count(*) || ' files wait for the archive' FROM pg_ls_archive_statusdir() WHERE name ~ '[.]ready$'
UNION ALL
SELECT 'THE LAST TRY FAILED; the server''s log has the words of archive_command' FROM pg_stat_archiver
WHERE last_failed_time > coalesce(last_archived_time, '-infinity')
SQL
mode=$(echo "SELECT CASE WHEN pg_is_in_recovery() THEN 'replica' ELSE current_setting('archive_mode') END" | ask)
case $mode in
on | always) ;;
replica)
  echo "this server is a replica: ask its primary" >&2
  exit 1
  ;;
*)
  echo "archiving is off, so there are no increments; the runbook's text says how it is turned on" >&2
  exit 1
  ;;
esac
