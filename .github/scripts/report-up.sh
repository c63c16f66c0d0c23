#!/usr/bin/env bash
# Reports what an up did on the page of the run and in a file, even if the up failed.
set -euo pipefail

mkdir -p "$RUNNER_TEMP/reports"
report="$RUNNER_TEMP/reports/$STACK.md"
node fleet/bin.js report --last-up --stack "$STACK" --events "$RUNNER_TEMP/events.json" --report "$report" > /dev/null ||
  [ $? -eq 3 ] # The up failed, and this is its report.
# GitHub's limit is one megabyte.
head --bytes=1000000 "$report" >> "$GITHUB_STEP_SUMMARY"
