#!/bin/sh
# Takes pg_swap_in.sh back: DATABASE_before is the live database again, and what was swapped in is kept as
# DATABASE_rejected, since somebody may have written to it. When nothing was swapped, the live one takes connections again, and
# no more is done.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

sql() {
  psql -X -q -A -t -v ON_ERROR_STOP=1 -v live="$RUNBOOK_DATABASE" -v before="${RUNBOOK_DATABASE}_before" \
    -v copy="${RUNBOOK_DATABASE}_restored" -v rejected="${RUNBOOK_DATABASE}_rejected" --dbname=postgres
}

swapped=$(sql <<'SQL'
SELECT count(*) FROM pg_database l, pg_database b
WHERE l.datname = :'live' AND shobj_description(l.oid, 'pg_database') LIKE 'restored by Plantão%' AND b.datname = :'before'
  -- While the copy has its own name it was not swapped in, and a _before that is there is an earlier run's.
  AND NOT EXISTS (SELECT FROM pg_database WHERE datname = :'copy')
SQL
)
reopen() {
  sql <<'SQL'
SELECT format('ALTER DATABASE %I WITH ALLOW_CONNECTIONS true', datname)
FROM pg_database WHERE datname IN (:'live', :'before', :'rejected') AND NOT datallowconn \gexec
SQL
}
if [ "$swapped" -eq 0 ]; then
  # A swap that was killed before the names changed has left the live one closed to everybody.
  reopen
  echo "nothing was swapped"
  exit 0
fi
trap reopen EXIT
trap 'exit 1' HUP INT TERM
sql <<'SQL'
SELECT format('ALTER DATABASE %I WITH ALLOW_CONNECTIONS false', datname)
FROM pg_database WHERE datname IN (:'live', :'before') \gexec
SELECT count(pg_terminate_backend(pid)) || ' connections ended' FROM pg_stat_activity WHERE datname IN (:'live', :'before');
BEGIN;
ALTER DATABASE :"live" RENAME TO :"rejected";
ALTER DATABASE :"before" RENAME TO :"live";
COMMIT;
SQL
echo "${RUNBOOK_DATABASE}_before is $RUNBOOK_DATABASE again; what was swapped in is kept as ${RUNBOOK_DATABASE}_rejected"
