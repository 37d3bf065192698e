#!/bin/sh
# Ends what pg_stuck.sh shows as stuck: the statement first (pg_cancel_backend), and the session
# (pg_terminate_backend) where that did not help within RUNBOOK_GRACE seconds. A session that has gone on to another
# statement meanwhile is no longer stuck, and is spared. More than RUNBOOK_AT_MOST are not one stuck query: nothing is ended.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

sql() {
  psql -X -q -A -t -v ON_ERROR_STOP=1 --dbname="$RUNBOOK_DATABASE" "$@"
}

stuck=$(sql -v older_than="$RUNBOOK_OLDER_THAN" <<'SQL'
DO $$ BEGIN
  IF NOT pg_has_role('pg_signal_backend', 'MEMBER') OR NOT pg_has_role('pg_read_all_stats', 'MEMBER') THEN
    RAISE EXCEPTION 'role % may not end the sessions of others; a superuser has to: GRANT pg_monitor, pg_signal_backend TO %',
      current_user, current_user;
  END IF;
END $$;
SELECT coalesce(json_agg(json_build_object('pid', a.pid, 'began', a.backend_start, 'query', a.query_start)), '[]')
FROM pg_stat_activity a JOIN pg_roles r ON r.oid = a.usesysid
WHERE a.backend_type = 'client backend' AND a.datname = current_database() AND a.pid <> pg_backend_pid()
  AND a.state <> 'idle'
  AND CASE a.state WHEN 'active' THEN a.query_start ELSE a.state_change END < now() - make_interval(secs => :older_than)
  AND a.application_name NOT IN ('plantao', 'pg_dump', 'pg_restore', 'pg_basebackup', 'vacuumdb', 'reindexdb')
  -- An index that is being built is slow, not stuck, and ending it leaves an invalid one behind.
  AND a.pid NOT IN (SELECT pid FROM pg_stat_progress_create_index UNION SELECT pid FROM pg_stat_progress_vacuum
                    UNION SELECT pid FROM pg_stat_progress_cluster)
  -- Only a superuser may end a superuser's session.
  AND (NOT r.rolsuper OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user));
SQL
)

# Does `$1` to every session that is still at the same statement; prints how many there were.
for_each_left() {
  sql -v stuck="$stuck" <<SQL
SELECT count(*) FILTER (WHERE $1)
FROM pg_stat_activity a
JOIN json_to_recordset(:'stuck') AS s(pid int, began timestamptz, query timestamptz)
  ON a.pid = s.pid AND a.backend_start = s.began AND a.query_start = s.query AND a.state <> 'idle'
SQL
}

# Waits until none is left, at most this many seconds.
wait_until_gone() {
  tries=$(($1 * 5))
  while [ "$tries" -gt 0 ] && [ "$(for_each_left true)" -gt 0 ]; do
    sleep 0.2
    tries=$((tries - 1))
  done
}

found=$(for_each_left true)
if [ "$found" -gt "$RUNBOOK_AT_MOST" ]; then
  echo "$found sessions are older than $RUNBOOK_OLDER_THAN s, more than the $RUNBOOK_AT_MOST that at_most allows: nothing was ended." >&2
  echo "So many at once are usually held up by one. End that one first, or ask again with a higher at_most." >&2
  exit 1
fi
echo "stuck: $found"
[ "$found" -gt 0 ] || exit 0
for_each_left 'pg_cancel_backend(a.pid)' >/dev/null
wait_until_gone "$RUNBOOK_GRACE"
rest=$(for_each_left 'pg_terminate_backend(a.pid)')
echo "ended by pg_cancel_backend: $((found - rest))"
echo "ended by pg_terminate_backend: $rest"
wait_until_gone 5
