#!/usr/bin/env bash
# Writes the comment of a finished run: every stack's report, or that it is missing.
set -euo pipefail

if [ "$ROUTE" = success ] && [ "$STACKS" != "[]" ]; then
  exec node fleet/bin.js comment --pull-request "$NUMBER" --run "$RUN" --reports "$RUNNER_TEMP/reports" --expect "$STACKS"
fi
note="$RUNNER_TEMP/note.md"
cat > "$note" <<'END'
❌ **This pull request could not be previewed.** Either it conflicts with its base (merge the base into it), or its files
could not be looked at, or they name no stack. The log has the reason.
END
exec node fleet/bin.js comment --pull-request "$NUMBER" --run "$RUN" --note "$note"
