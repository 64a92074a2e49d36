#!/bin/sh
# Signs every line of payloads.jsonl with openssl, once with each secret, and prints: secret, signature, payload.
# To renew the data: sh make.sh > vectors.tsv
set -eu
cd "$(dirname "$0")"

sign_all() {
  while IFS= read -r payload; do
    signature=$(printf '%s' "$payload" | openssl dgst -sha256 -hmac "$1" -r | cut -d ' ' -f 1)
    printf '%s\t%s\t%s\n' "$1" "$signature" "$payload"
  done < payloads.jsonl
}

sign_all 'koywe-sandbox-secret'
sign_all 'contraseña 🔐 de prueba'
# Longer than the 64 bytes of a SHA-256 block: HMAC takes the hash of such a key.
sign_all '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'
