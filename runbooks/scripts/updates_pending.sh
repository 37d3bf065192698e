#!/bin/sh
# What updates the machine waits for, how many of them are for security, and whether it waits for a restart. Read-only.
set -eu
plan=$(apt-get --simulate --quiet --quiet upgrade)
pending=$(printf '%s\n' "$plan" | grep '^Inst ' || true)
if [ -z "$pending" ]; then
    echo "no package has an update, as of the last apt-get update"
else
    echo "$(printf '%s\n' "$pending" | wc -l) packages, $(printf '%s\n' "$pending" | grep -c -i security || true) for security"
    printf '%s\n' "$pending" | sed -e 's/^Inst //' | head -n 40
fi
if [ -e /run/reboot-required ]; then echo "the machine waits for a restart"; fi
df --output=target,pcent,avail -h / /var /boot 2>/dev/null || df -h /
