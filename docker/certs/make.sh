#!/bin/bash
# Runs once in Elasticsearch's image (docker/production.yml): an authority, and a certificate signed by it for each service.
# What is there stays; remove the volume `certs` to begin anew.
set -eu
cd /certs
certutil=/usr/share/elasticsearch/bin/elasticsearch-certutil

if [ ! -e ca/ca.crt ]; then
  "$certutil" ca --silent --pem --days 3650 --out /tmp/ca.zip
  unzip -q -o /tmp/ca.zip -d .
fi

names=''
for name in ${PUBLIC_NAMES//,/ }; do names="$names, $name"; done
for service in elasticsearch elasticsearch-2 elasticsearch-3 ingest; do
  [ ! -e "$service/$service.crt" ] || continue
  printf 'instances:\n  - name: %s\n    dns: [%s, localhost%s]\n    ip: [127.0.0.1]\n' "$service" "$service" "$names" >/tmp/instance.yml
  "$certutil" cert --silent --pem --days 825 --in /tmp/instance.yml --out /tmp/cert.zip --ca-cert ca/ca.crt --ca-key ca/ca.key
  unzip -q -o /tmp/cert.zip -d .
  rm /tmp/cert.zip
done

# Elasticsearch and Logweir are user 1000; the authority's own key is for nobody but this service.
chown -R 1000:0 .
chown root:root ca/ca.key
find . -type d -exec chmod 755 {} +
find . -name '*.crt' -exec chmod 644 {} +
find . -name '*.key' -exec chmod 400 {} +
