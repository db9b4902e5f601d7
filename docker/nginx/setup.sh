#!/bin/sh
# Writes docker/nginx/private (or NGINX_PRIVATE) for the profile nginx: a certificate of its own authority for the names given, and the user
# `logweir` with a generated password. Files that are there stay: put a real certificate in as tls.crt and tls.key.
#   docker/nginx/setup.sh logs.example.org 10.0.0.5
set -eu
umask 077
cd "$(dirname "$0")/../.."
mkdir -p "${NGINX_PRIVATE:-docker/nginx/private}"
cd "${NGINX_PRIVATE:-docker/nginx/private}"

if [ ! -e tls.key ]; then
  names=DNS:localhost,IP:127.0.0.1
  for name; do
    case $name in *[!0-9.]*) names="$names,DNS:$name" ;; *) names="$names,IP:$name" ;; esac
  done
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 825 -subj "/CN=${1:-localhost}" \
    -addext "subjectAltName=$names" -keyout tls.key -out tls.crt 2>/dev/null
  echo "setup.sh: tls.crt is signed by itself, for $names: trust it, or put one of your authority in its place"
fi

if [ ! -e users ]; then
  password=$(od -An -v -tx1 -N16 /dev/urandom | tr -d ' \n')
  echo "logweir:$(printf %s "$password" | openssl passwd -apr1 -stdin)" >users
  echo "setup.sh: user logweir, password $password (shown once; more users: a line name:\$(openssl passwd -apr1) each)"
fi

# Each worker, which is nobody, reads who may come in; the key is read by the first process only.
chmod 755 .
chmod 644 users tls.crt
