#!/bin/sh
# The folder that would be backed up, the backups of RUNBOOK_NAME in BACKUP_DIR, newest first, and the room there. Changes nothing.
set -eu
cd "${BACKUP_DIR:?set BACKUP_DIR in the environment of the bot to the folder that holds the backups}"

du -sh -- "$RUNBOOK_FOLDER" | { read -r size folder && echo "$folder is $size"; }
now=$(date +%s)
found=0
for file in $(ls -1 -- "$RUNBOOK_NAME".*.tar.gz 2>/dev/null | sort -r | head -n 7); do
  found=$((found + 1))
  age=$(((now - $(stat -c %Y -- "$file")) / 60))
  echo "$file  $(du -h -- "$file" | cut -f 1)  $((age / 60)) h $((age % 60)) min old"
done
[ "$found" -gt 0 ] || echo "no backup of $RUNBOOK_NAME in $BACKUP_DIR"
df -h --output=avail,pcent -- . | tail -n 1 | { read -r free used && echo "$free free in $BACKUP_DIR, $used used"; }
