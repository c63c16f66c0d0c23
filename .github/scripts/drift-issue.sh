#!/usr/bin/env bash
# Keeps one issue open while a stack has drifted. If the stack could not be checked, its issue does not change.
set -euo pipefail

if [ -f "$RUNNER_TEMP/reports/$STACK.none" ]; then
  exec node fleet/bin.js issue --marker "drift $STACK" --close
elif [ -f "$RUNNER_TEMP/reports/$STACK.md" ]; then
  exec node fleet/bin.js issue --marker "drift $STACK" --title "$STACK has drifted" --note "$RUNNER_TEMP/reports/$STACK.md" --run "$RUN"
fi
echo "It is not known whether $STACK has drifted: see the job that looked."
