#!/usr/bin/env bash
# Brings one stack up, and keeps what the engine said for the report.
set -euo pipefail

# The event log is among the engine's debugging flags.
export PULUMI_DEBUG_COMMANDS=true
exec pulumi up --yes --non-interactive --color never --stack "$STACK" --event-log "$RUNNER_TEMP/events.json"
