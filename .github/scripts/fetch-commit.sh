#!/usr/bin/env bash
# Fetches one commit as Git objects: nothing is checked out, no ref moves, and no credential stays behind.
set -euo pipefail

commit=$1
[[ $commit =~ ^[0-9a-f]{40}$ ]] || { echo "'$commit' is no full commit id." >&2; exit 1; }

# In the environment and not in the arguments, which every process of the machine may read.
basic=$(printf 'x-access-token:%s' "$GITHUB_TOKEN" | base64 | tr -d '\n')
export GIT_CONFIG_COUNT=1
export GIT_CONFIG_KEY_0="http.$GITHUB_SERVER_URL/.extraheader"
export GIT_CONFIG_VALUE_0="Authorization: Basic $basic"
git fetch --quiet --no-tags --no-recurse-submodules --no-write-fetch-head \
  "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY.git" "$commit"
