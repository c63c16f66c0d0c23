#!/usr/bin/env bash
# Brings one stack up, and keeps what the engine said for the report.
set -euo pipefail

exec "${0%/*}/with-events.sh" "$RUNNER_TEMP/events.json" up --yes --non-interactive --color never --stack "$STACK"
