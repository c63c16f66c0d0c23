#!/usr/bin/env bash
# Compares one stack with its cluster, read-only. Writes <stack>.md if it has drifted, else <stack>.none.
set -euo pipefail

events="$RUNNER_TEMP/events.json"
mkdir -p "$RUNNER_TEMP/reports"
"${0%/*}/with-events.sh" "$events" refresh --preview-only --non-interactive --color never --stack "$STACK" > /dev/null

code=0
node fleet/bin.js drift --stack "$STACK" --events "$events" --note "$RUNNER_TEMP/reports/$STACK.md" || code=$?
case $code in
  0) touch "$RUNNER_TEMP/reports/$STACK.none" ;;
  2) ;;
  *) exit "$code" ;;
esac
