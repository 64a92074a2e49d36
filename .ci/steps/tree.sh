# Steps of .ci/run: what the repository may hold.

# The top level holds only what belongs there, and no file names a registry.
check_tree() {
  local extra
  extra=$(git ls-tree --name-only HEAD | grep -vxE \
    '\..*|LICENSE|README\.md|examples|package\.json|packages|pnpm-lock\.yaml|pnpm-workspace\.yaml|tsconfig\.base\.json' || true)
  if [ -n "$extra" ]; then echo "does not belong at the top level: $extra" && return 1; fi
  # A deprecation may quote an address; a tarball's own address names the registry it came from.
  if grep -nE 'tarball:|registry|://' pnpm-lock.yaml | grep -vE '^[0-9]+: *deprecated:'; then return 1; fi
  local npmrc
  for npmrc in $(git ls-files | grep -E '(^|/)\.npmrc$'); do
    if grep -nE 'registry|//|_auth' "$npmrc"; then return 1; fi
  done
}
