#!/bin/sh
# Builds an index on the columns RUNBOOK_COLUMNS (a,b,c) without keeping writers from the table. Its name is made of the
# table's and theirs. One that is there already is left as it is.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

index=$(printf 'idx_%s_%s' "$RUNBOOK_TABLE" "$RUNBOOK_COLUMNS" | tr ',' '_' | cut -c 1-63)
psql -X -q -v ON_ERROR_STOP=1 -v schema="$RUNBOOK_SCHEMA" -v table="$RUNBOOK_TABLE" -v columns="$RUNBOOK_COLUMNS" \
  -v index="$index" --dbname="$RUNBOOK_DATABASE" <<'SQL'
SET lock_timeout = '2min';
SELECT to_regclass(format('%I.%I', :'schema', :'index')) IS NOT NULL AS there \gset
\if :there
\echo there is an index of that name already: :index
\else
SELECT format('CREATE INDEX CONCURRENTLY %I ON %I.%I (%s)', :'index', :'schema', :'table', string_agg(quote_ident(name), ', '))
FROM unnest(string_to_array(:'columns', ',')) AS name
\gexec
-- Whoever takes this step back drops only what it made.
SELECT format('COMMENT ON INDEX %I.%I IS %L', :'schema', :'index', 'made by the runbook create-index') \gexec
SELECT format('ANALYZE %I.%I', :'schema', :'table') \gexec
\echo built :index
\endif
SQL
