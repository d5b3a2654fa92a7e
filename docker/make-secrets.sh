#!/bin/sh
# Writes what compose.yaml takes from docker/secrets/, once: what is there already is never replaced.
#   sh docker/make-secrets.sh samar.example.go.id
set -eu
name=${1:?"say the name phones reach this server by, for example: sh docker/make-secrets.sh samar.example.go.id"}
cd "$(dirname "$0")"
# Nobody else on this machine may look into the folder. Inside the containers, which run under other accounts, the
# files themselves must be readable.
mkdir -p secrets
chmod 700 secrets
umask 022

keep() { # keep NAME: standard input becomes this secret, unless there is one
  if [ -e "secrets/$1" ]; then
    echo "kept     secrets/$1"
    cat >/dev/null
  else
    cat >"secrets/$1"
    echo "written  secrets/$1"
  fi
}
random() { openssl rand -hex "$1"; }
of() { cat "secrets/$1"; }

random 48 | keep secret_key
random 12 | keep admin_password
random 24 | keep postgres_password
printf 'postgresql://samar:%s@database:5432/samar\n' "$(of postgres_password)" | keep database_url
random 10 | keep s3_access_key
random 24 | keep s3_secret_key
keep store_identities <<END
{"identities": [{"name": "samar", "actions": ["Read", "Write", "List"],
  "credentials": [{"accessKey": "$(of s3_access_key)", "secretKey": "$(of s3_secret_key)"}]}]}
END

# A certificate of our own, so that everything starts. Phones do not trust it: put a real one in its place.
if [ ! -e secrets/tls_key ]; then
  openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj "/CN=$name" -addext "subjectAltName=DNS:$name" \
    -keyout secrets/tls_key -out secrets/tls_certificate 2>/dev/null
  chmod 644 secrets/tls_key
  echo "written  secrets/tls_key, secrets/tls_certificate (self-signed)"
fi
