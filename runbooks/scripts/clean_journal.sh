#!/bin/sh
# Cuts the system's journal down to RUNBOOK_JOURNAL_MIB.
set -eu

if ! command -v journalctl >/dev/null; then
  echo "there is no journal here"
  exit 0
fi
exec journalctl --rotate --vacuum-size="${RUNBOOK_JOURNAL_MIB}M"
