#!/bin/sh
# Begins a new file of the write-ahead log, and waits until the one before is archived: at most RUNBOOK_WAIT seconds.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5
ask() { psql -X -q -A -t -v ON_ERROR_STOP=1 -v file="${file:-}" --dbname="$RUNBOOK_DATABASE"; }

# It ends within the file that is complete now, or, when nothing was written, at the beginning of the next.
file=$(echo "SELECT pg_walfile_name(pg_switch_wal() - 1)" | ask)
echo "the log up to now is in $file"
left=$RUNBOOK_WAIT
# A file that waits for the archive has a mark, which goes only when archive_command has taken it.
until [ "$(echo "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name = :'file' || '.ready'" | ask)" = 0 ]; do
  if [ "$left" -le 0 ]; then
    echo "$file did not arrive in the archive within $RUNBOOK_WAIT s:" >&2
    echo "SELECT coalesce('the last try failed, with ' || last_failed_wal, 'nothing was tried') FROM pg_stat_archiver" | ask >&2
    exit 1
  fi
  sleep 1
  left=$((left - 1))
done
echo "$file is in the archive"
