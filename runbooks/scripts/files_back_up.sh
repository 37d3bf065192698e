#!/bin/sh
# Packs RUNBOOK_FOLDER into BACKUP_DIR as NAME.TIME.tar.gz with a checksum beside it, then removes the backups of that name
# that are older than RUNBOOK_KEEP_DAYS, except the newest RUNBOOK_KEEP_LEAST. It has its name only when it is whole.
set -eu
umask 077
cd "${BACKUP_DIR:?set BACKUP_DIR in the environment of the bot to the folder that holds the backups}"

name="$RUNBOOK_NAME.$(date -u +%Y%m%dT%H%M%SZ)"
trap 'rm -f -- "$name.part" "$name.part.gz"' EXIT
trap 'exit 1' HUP INT TERM
# Packed in a step of its own: a tar that gives up would leave its gzip behind, which writes on.
tar --create --file="$name.part" --directory="$RUNBOOK_FOLDER" --one-file-system -- .
gzip -- "$name.part"
contents=$(tar --list --gzip --file="$name.part.gz")
files=$(echo "$contents" | grep -c -v '/$') || true
sync -- "$name.part.gz"
mv -- "$name.part.gz" "$name.tar.gz"
sha256sum -- "$name.tar.gz" >"$name.sha256"
sync -- "$name.sha256" .
echo "$name.tar.gz: $files files, $(stat -c %s -- "$name.tar.gz") bytes, sha256 $(cut -c 1-16 "$name.sha256")…"

oldest=$(date -u -d "$RUNBOOK_KEEP_DAYS days ago" +%Y%m%dT%H%M%SZ)
for file in $(ls -1 -- "$RUNBOOK_NAME".*.tar.gz | sort -r | tail -n "+$((RUNBOOK_KEEP_LEAST + 1))"); do
  old=${file%.tar.gz}
  if [ "$(printf '%s\n%s\n' "${old##*.}" "$oldest" | sort | head -n 1)" != "$oldest" ]; then
    rm -f -- "$old.tar.gz" "$old.sha256"
    echo "removed $old.tar.gz"
  fi
done
