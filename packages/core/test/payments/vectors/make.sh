#!/bin/sh
# Signs bodies with openssl, byte for byte, once with each secret, and prints: secret, signature, body in base64, what it is.
# To renew the data: sh make.sh > vectors.tsv
set -eu
cd "$(dirname "$0")"
body=$(mktemp)
trap 'rm -f "$body"' EXIT

# The name, then the body as printf writes it: \NNN is a byte in octal, \\ a backslash, %% a per cent sign.
sign() {
  name=$1
  # shellcheck disable=SC2059
  printf "$2" > "$body"
  for secret in 'koywe-payments-secret' 'contraseña 🔐 de prueba' '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'; do
    signature=$(openssl dgst -sha256 -hmac "$secret" -r < "$body" | cut -d ' ' -f 1)
    printf '%s\t%s\t%s\t%s\n' "$secret" "$signature" "$(openssl base64 -A < "$body")" "$name"
  done
}

sign 'plain' '{"id":"evt_1","type":"order.paid","data":{"status":"PAID","external_id":"A-1"},"relationships":{"self":{"type":"order","id":"ord_1"}}}'
sign 'only a type' '{"type":"webhook.ping"}'
sign 'byte order mark' '\357\273\277{"id":"evt_2","type":"order.created"}'
sign 'invalid UTF-8' '{"id":"evt_3","type":"order.failed","data":{"note":"\377\376\303("}}'
sign 'a truncated character of the length of its replacement' '{"id":"evt_4","type":"order.failed","data":{"note":"\360\237\230"}}'
sign 'escapes' '{"id":"evt_\\u0035","type":"order.p\\u0061id","data":{"note":"\\ud83d\\ude80 \\ud83d \\/ \\u00f1"}}'
sign 'duplicate keys' '{"id":"evt_6","type":"order.failed","type":"order.paid","data":{"status":"FAILED","status":"PAID"}}'
sign 'pretty-printed' '{\n  "id": "evt_7",\n  "type": "order.completed",\n  "data": {\n    "status": "COMPLETED"\n  }\n}'
sign 'trailing newline' '{"id":"evt_8","type":"order.expired"}\n'
sign 'carriage returns and tabs' '\r\n{\t"id":"evt_9",\r\n\t"type":"order.cancelled"}\r\n'
sign 'ñ, € and an emoji' '{"id":"evt_10","type":"order.paid","data":{"note":"\303\261 \342\202\254 \360\237\252\235"}}'
sign 'numbers that JavaScript writes otherwise' '{"id":"evt_11","type":"order.paid","data":{"amount":1.50,"rate":1e3,"zero":-0,"big":12345678901234567890}}'
sign 'keys that look like numbers' '{"id":"evt_12","type":"order.paid","data":{"b":1,"2":2,"a":3,"1":4}}'
sign 'a field named __proto__' '{"id":"evt_13","type":"order.paid","data":{"__proto__":{"status":"FAILED"}}}'
sign 'a field named signature' '{"id":"evt_14","type":"order.paid","signature":"none"}'
sign 'markup and 100%%' '{"id":"evt_15","type":"contact.updated","data":{"name":"</script> 100%%"}}'
