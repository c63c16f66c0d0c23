#!/usr/bin/env bash
# Runs a command with the kubeconfig of CLUSTER_KUBECONFIG in a file that only this job can read.
set -euo pipefail

umask 077
if [ -n "${CLUSTER_KUBECONFIG:-}" ]; then
  export KUBECONFIG="$RUNNER_TEMP/kubeconfig"
  printf '%s\n' "$CLUSTER_KUBECONFIG" > "$KUBECONFIG"
fi
unset CLUSTER_KUBECONFIG
exec "$@"
