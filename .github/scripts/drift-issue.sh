#!/usr/bin/env bash
# One open issue as long as a stack has drifted. Where it could not be looked at, its issue stays as it is.
set -euo pipefail

if [ -f "$RUNNER_TEMP/reports/$STACK.none" ]; then
  exec node fleet/main.ts issue --marker "drift $STACK" --close
elif [ -f "$RUNNER_TEMP/reports/$STACK.md" ]; then
  exec node fleet/main.ts issue --marker "drift $STACK" --title "$STACK has drifted" --note "$RUNNER_TEMP/reports/$STACK.md" --run "$RUN"
fi
echo "It is not known whether $STACK has drifted: see the job that looked."
