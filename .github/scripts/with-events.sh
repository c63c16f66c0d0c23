#!/usr/bin/env bash
# Runs pulumi and keeps its events: with-events.sh <file> <a command of pulumi and its arguments>
set -euo pipefail

# One as JSON a line, for the owner alone. Debug events say what providers answered, secrets too: no disk sees them.
umask 077
events=$1
shift
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
mkfifo "$folder/pipe"
# Held open until pulumi ends: a pulumi that never opens it leaves nobody waiting.
exec 3<> "$folder/pipe"
rm -f "$events"
grep --line-buffered --invert-match '"severity":"debug"' < "$folder/pipe" > "$events" 3>&- &

code=0
# The event log is among the engine's debugging flags.
PULUMI_DEBUG_COMMANDS=true pulumi "$@" --event-log "$folder/pipe" 3>&- || code=$?
exec 3>&-
wait $! || [ $? -eq 1 ] # No event was kept.
exit "$code"
