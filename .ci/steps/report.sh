# Runs the steps of .ci/run one by one, with their times, and ends with the totals of all test runs.

reports=$(mktemp -d)
current=''

# Reports which step failed, and ends with the totals of all test runs.
finish() {
  local status=$?
  if ((status != 0)); then echo "FAILED: $current"; fi
  node - "$status" "$reports" <<'JS' || true
const { readdirSync, readFileSync } = require('node:fs')
const [status, folder] = process.argv.slice(2)
const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(`${folder}/${name}`)))
const sum = (field) => reports.reduce((total, report) => total + report[field], 0)
// A step that failed without a failing test, such as the linter, counts as one.
const failed = sum('numFailedTests') || Number(status !== '0')
console.log(`${sum('numPassedTests')} passed, ${failed} failed`)
JS
  rm -rf "$reports"
  exit "$status"
}
trap finish EXIT

# Runs a step, unless the caller named others.
step() {
  current=$1
  shift
  if ((${#only[@]} > 0)) && [[ ! " ${only[*]} " == *" $current "* ]]; then return 0; fi
  echo "::: $current"
  local start=$SECONDS
  "$@"
  echo "::: $current: $((SECONDS - start)) s"
}
