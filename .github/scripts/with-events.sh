#!/usr/bin/env bash
# Runs pulumi and keeps its events: with-events.sh <file> <a command of pulumi and its arguments>
set -euo pipefail

# One JSON event per line; only the owner can read the file. Debug events contain secrets, so they reach no disk.
umask 077
events=$1
shift
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
mkfifo "$folder/pipe"
# Held open until pulumi ends, so that the reader does not hang if pulumi never opens it.
exec 3<> "$folder/pipe"
rm -f "$events"
grep --line-buffered --invert-match '"severity":"debug"' < "$folder/pipe" > "$events" 3>&- &

code=0
# This enables the engine's debugging flags, which include the event log.
PULUMI_DEBUG_COMMANDS=true pulumi "$@" --event-log "$folder/pipe" 3>&- || code=$?
exec 3>&-
wait $! || [ $? -eq 1 ] # No event was kept.
exit "$code"
