# Steps of .ci/run: what the tests start. PostgreSQL and Redis run as private engines, Chromium shows the page of the inspector,
# and Prometheus's promtool tests the alerts.

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

install_missing() {
  local missing=()
  if ! command -v initdb /usr/lib/postgresql/*/bin/initdb >/dev/null; then missing+=(postgresql); fi
  if ! command -v redis-server >/dev/null; then missing+=(redis-server); fi
  if ! command -v chromium >/dev/null; then missing+=(chromium); fi
  if ! command -v promtool >/dev/null; then missing+=(prometheus); fi
  if ((${#missing[@]} == 0)); then return 0; fi
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "${missing[@]}"
}
