#!/bin/sh
# The trial restore measured: its duration against RUNBOOK_RTO_MINUTES, and the age of its backup, which is what a loss now
# would cost, against RUNBOOK_RPO_MINUTES. Ends with 1 when one of them is exceeded.
set -eu
export PGAPPNAME=plantao PGCONNECT_TIMEOUT=5

note=$(psql -X -q -A -t -v ON_ERROR_STOP=1 -v scratch="${RUNBOOK_DATABASE}_verify" --dbname=postgres <<'SQL'
SELECT substring(shobj_description(oid, 'pg_database') FROM ': (.*)') FROM pg_database WHERE datname = :'scratch'
SQL
)
backup=${note%% *}
seconds=${note#* in }
seconds=${seconds% s}
stamp=${backup%.dump}
stamp=${stamp##*.}
taken=$(date -u -d "$(echo "$stamp" | sed -E 's/^(....)(..)(..)T(..)(..)(..)Z$/\1-\2-\3 \4:\5:\6 UTC/')" +%s)
age=$((($(date +%s) - taken + 59) / 60))
missed=0
echo "recovery time: $seconds s to restore $backup; objective $RUNBOOK_RTO_MINUTES min"
[ "$seconds" -le $((RUNBOOK_RTO_MINUTES * 60)) ] || { missed=1 && echo "The recovery time objective is missed." >&2; }
echo "data loss: what came within $age min, since $stamp; objective $RUNBOOK_RPO_MINUTES min"
[ "$age" -le "$RUNBOOK_RPO_MINUTES" ] || { missed=1 && echo "The recovery point objective is missed." >&2; }
exit "$missed"
