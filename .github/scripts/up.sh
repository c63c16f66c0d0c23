#!/usr/bin/env bash
# Runs pulumi up for one stack, continues past errors and fails at the end then. Keeps the engine's events for the report.
set -euo pipefail

exec "${0%/*}/with-events.sh" "$RUNNER_TEMP/events.json" up --continue-on-error --yes --non-interactive --color never --stack "$STACK"
