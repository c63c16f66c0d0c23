#!/usr/bin/env bash
# Fetches one commit as Git objects, without a checkout, a moved ref or a stored credential.
set -euo pipefail

commit=$1
[[ $commit =~ ^[0-9a-f]{40}$ ]] || { echo "'$commit' is no full commit id." >&2; exit 1; }

# Passed in the environment, because every process of the machine may read arguments.
basic=$(printf 'x-access-token:%s' "$GITHUB_TOKEN" | base64 | tr -d '\n')
export GIT_CONFIG_COUNT=1
export GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader"
export GIT_CONFIG_VALUE_0="Authorization: Basic $basic"
git fetch --quiet --no-tags --no-recurse-submodules --no-write-fetch-head \
  "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY.git" "$commit"
