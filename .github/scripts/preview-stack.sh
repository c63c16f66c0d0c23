#!/usr/bin/env bash
# Previews one stack and writes two reports: <stack>.md for the comment, whole/<stack>.md with everything.
set -euo pipefail

mkdir -p "$RUNNER_TEMP/reports/whole"
exec node fleet/bin.js preview --base "$BASE" --stack "$STACK" "$@" \
  --comment "$RUNNER_TEMP/reports/$STACK.md" --report "$RUNNER_TEMP/reports/whole/$STACK.md"
