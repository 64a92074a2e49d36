# Steps of .ci/run: PostgreSQL, Redis and Chromium.

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

postgres_answers() { psql -h 127.0.0.1 -U postgres -Atc 'select 1' >/dev/null 2>&1; }
redis_answers() { redis-cli -h 127.0.0.1 ping 2>/dev/null | grep -qx PONG; }

wait_for() {
  local tries
  for tries in $(seq 30); do
    if "$@"; then return 0; fi
    sleep 1
  done
  echo "gave up: $*"
  return 1
}

install_missing() {
  local missing=()
  if ! command -v pg_ctlcluster >/dev/null; then missing+=(postgresql); fi
  if ! command -v redis-server >/dev/null; then missing+=(redis-server); fi
  if ! command -v chromium >/dev/null; then missing+=(chromium); fi
  if ((${#missing[@]} == 0)); then return 0; fi
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q "${missing[@]}"
}

start_postgres() {
  local version cluster hba
  read -r version cluster _ < <(pg_lsclusters -h)
  hba=/etc/postgresql/$version/$cluster/pg_hba.conf
  # The first match decides.
  as_root sed -i '1i host all all 127.0.0.1/32 trust' "$hba"
  as_root pg_ctlcluster "$version" "$cluster" restart
  wait_for postgres_answers
}

start_redis() {
  redis-server --daemonize yes --bind 127.0.0.1 --save '' --dir "$(mktemp -d)" >/dev/null
  wait_for redis_answers
}

# The stores are tested on real engines, on their usual local ports.
start_engines() {
  postgres_answers || start_postgres
  redis_answers || start_redis
  # The database of the tests, unless this server has it already.
  psql -h 127.0.0.1 -U postgres -Atc "select 1 from pg_database where datname = 'test'" | grep -qx 1 ||
    createdb -h 127.0.0.1 -U postgres test
}
