#!/bin/sh
# What data-retention would delete: how many rows of the table are older than RUNBOOK_DAYS days by the column, how old the
# oldest is, and which other tables lose rows with them. Changes nothing.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

psql -X -q -v ON_ERROR_STOP=1 -v schema="$RUNBOOK_SCHEMA" -v table="$RUNBOOK_TABLE" -v column="$RUNBOOK_COLUMN" \
  -v days="$RUNBOOK_DAYS" -v at_most="$RUNBOOK_AT_MOST" -P pager=off -P footer=off --dbname="$RUNBOOK_DATABASE" <<'SQL'
SET statement_timeout = '9s';
SELECT format('%I.%I', :'schema', :'table')::regclass::oid AS oid \gset
SELECT count(*) = 1 AS fits FROM pg_attribute
WHERE attrelid = :oid AND attname = :'column' AND NOT attisdropped AND atttypid::regtype::text ~ '^(date|timestamp)' \gset
\if :fits
\else
DO $$ BEGIN RAISE EXCEPTION 'the table has no such column of type date or timestamp'; END $$;
\endif
SELECT CASE WHEN old > :at_most THEN 'more than ' || :at_most ELSE old::text END AS "rows to delete",
       greatest(c.reltuples, 0)::bigint AS "of about", oldest, newest
FROM (SELECT count(*) AS old FROM (
        SELECT FROM :"schema".:"table" WHERE :"column" < now() - make_interval(days => :days) LIMIT :at_most + 1) few) counted,
     (SELECT min(:"column")::date AS oldest, max(:"column")::date AS newest FROM :"schema".:"table") times,
     pg_class c WHERE c.oid = :oid;
SELECT conrelid::regclass AS "refers to it",
       CASE confdeltype WHEN 'c' THEN 'its rows go too' WHEN 'n' THEN 'set to NULL' WHEN 'd' THEN 'set to its default'
                        ELSE 'keeps rows from being deleted' END AS "on delete"
FROM pg_constraint WHERE contype = 'f' AND confrelid = :oid;
SQL
