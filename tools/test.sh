#!/usr/bin/env bash
# Sets up, builds and runs every test; the last thing printed is ctest's own summary, the exit code is ctest's.
#   tools/test.sh           the code that reads other people's files under sanitizers first, then everything
#   tools/test.sh --asan    only the sanitizer run
#   tools/test.sh --fast    only the ordinary run
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# setup.sh installs PostgreSQL, Slurm and Chromium for the tests; without them they would be skipped.
export FLOWREEL_REQUIRE_POSTGRES=1 FLOWREEL_REQUIRE_SLURM=1 FLOWREEL_REQUIRE_CHROMIUM=1

# Loaders, codecs and tokenizers meet broken files under AddressSanitizer and UndefinedBehaviorSanitizer. A failure
# ends the run here, with that summary last.
run_asan() {
  tools/setup.sh --preset asan untrusted_tests
  ctest --preset asan -L untrusted --parallel "$(nproc)" --no-label-summary
}

run_all() {
  tools/setup.sh all
  ctest --preset release --parallel "$(nproc)" --no-label-summary
}

case ${1:-} in
  "") run_asan; run_all ;;
  --asan) run_asan ;;
  --fast) run_all ;;
  *) sed -n '2,5s/^# \{0,1\}//p' tools/test.sh; [[ $1 == -h || $1 == --help ]] || exit 64 ;;
esac
