# Runs the steps of .ci/run one by one, with their times, and ends with the totals of all test runs.

reports=$(mktemp -d)
current=''
running=''

# Reports which step failed, and ends with the totals of all test runs.
finish() {
  local status=$?
  trap '' HUP INT TERM
  if [ -n "$running" ]; then { kill -- "-$running"; wait "$running"; } 2>/dev/null || true; fi
  if ((status != 0)); then echo "FAILED: $current"; fi
  node - "$status" "$reports" <<'JS' || true
const { readdirSync, readFileSync } = require('node:fs')
const [status, folder] = process.argv.slice(2)
const reports = readdirSync(folder).flatMap((name) => {
  // A run that was killed may have written half of its report.
  try { return JSON.parse(readFileSync(`${folder}/${name}`)) } catch { return [] }
})
const sum = (field) => reports.reduce((total, report) => total + report[field], 0)
// A step that failed without a failing test, such as the linter, counts as one.
const failed = sum('numFailedTests') || Number(status !== '0')
console.log(`${sum('numPassedTests')} passed, ${failed} failed`)
JS
  rm -rf "$reports"
  exit "$status"
}
trap finish EXIT
# Without these, bash ends with the status of the last command, which may be 0.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# Gives each step a process group, so that a signal ends all of it.
set -m

# Runs a step, unless the caller named others.
step() {
  current=$1
  shift
  if ((${#only[@]} > 0)) && [[ ! " ${only[*]} " == *" $current "* ]]; then return 0; fi
  echo "::: $current"
  local start=$SECONDS
  "$@" &
  running=$!
  wait "$running"
  running=''
  echo "::: $current: $((SECONDS - start)) s"
}
