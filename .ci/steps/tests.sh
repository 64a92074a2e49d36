# Steps of .ci/run: the tests, on this Node and on newer ones.

run_tests() {
  pnpm test --reporter=default --reporter=json --outputFile.json="$reports/test.json"
  node - "$reports/test.json" <<'JS'
const report = JSON.parse(require('node:fs').readFileSync(process.argv[2]))
const skipped = report.numPendingTests + report.numTodoTests
if (skipped > 0) throw new Error(`${skipped} tests were skipped`)
JS
}

# What depends on Node itself, on a newer one: the engines' clients and the random events are the same everywhere.
run_on_node() {
  local package
  package=node-$(node -p 'process.platform + "-" + process.arch')@$1
  npx -y -p "$package" -c 'node --version && node node_modules/vitest/vitest.mjs run --config packages/vitest.config.ts packages/core/test \
    --exclude "**/properties*" --exclude "**/dedupe/**" --exclude "**/renew-lease*" --exclude "**/logger-packages*" \
    --testTimeout=60000 --hookTimeout=60000 --reporter=dot --reporter=json --outputFile.json='"$reports/node-$1.json"
}
