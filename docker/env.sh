#!/bin/sh
# Writes .env for docker compose: .env.example with generated secrets. What is in .env already is never changed; names
# that it lacks, after an upgrade, are added.
set -eu
cd "$(dirname "$0")/.."
umask 077
touch .env
# A last line without an end would swallow the next one.
[ -z "$(tail -c 1 .env)" ] || echo >>.env

secret() { od -An -v -tx1 -N24 /dev/urandom | tr -d ' \n'; }

added=''
while IFS= read -r line; do
  case $line in '' | '#'*) continue ;; esac
  name=${line%%=*}
  value=${line#*=}
  if grep -q "^$name=" .env; then continue; fi
  [ "$value" != '(generated)' ] || value=$(secret)
  printf '%s=%s\n' "$name" "$value" >>.env
  added="$added $name"
done <.env.example

if [ "$added" ]; then echo "env.sh: added to .env:$added"; else echo 'env.sh: .env has everything'; fi
