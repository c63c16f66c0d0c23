#!/usr/bin/env bash
# Brings one stack up past whatever cannot be made, and keeps what the engine said for the report. It fails at the end then.
set -euo pipefail

exec "${0%/*}/with-events.sh" "$RUNNER_TEMP/events.json" up --continue-on-error --yes --non-interactive --color never --stack "$STACK"
