#!/bin/sh
# How full the file system is, in bytes and in inodes, and where its largest folders are. Changes nothing.
set -eu

df -h --output=target,size,used,avail,pcent -- "$RUNBOOK_MOUNTPOINT"
df --output=itotal,iused,ipcent -- "$RUNBOOK_MOUNTPOINT"
# What has not been counted after some seconds is not worth waiting for: this is evidence, and people wait for it.
timeout 7 du -xh --max-depth=2 -- "$RUNBOOK_MOUNTPOINT" 2>/dev/null | sort -hr | head -n 10 || true
