#!/usr/bin/env bash
# Runs the fuzz targets one after the other, over and over: run.sh SECONDS [TARGET …]
# Each gets SECONDS at a time with low priority. What it has cost is added to fuzz/artifacts/times.txt; a finding lies beside it, and its
# target is left out from then on. Set FUZZ_PROGRAMS to the folder of programs that are built already, and FUZZ_TIMEOUT to more than the
# usual 20 seconds where the machine has much else to do: it is time by the clock.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
seconds=${1:?how many seconds for each target}
shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(basename -s .rs fuzz_targets/*.rs)
mkdir -p artifacts
if [ -z "${FUZZ_PROGRAMS:-}" ]; then
    # Safe Rust gains nothing from the address sanitizer, and runs twice as often without it.
    cargo +nightly fuzz build -s none || exit 1
    FUZZ_PROGRAMS=target/x86_64-unknown-linux-gnu/release
fi
while :; do
    left=0
    for target in "${targets[@]}"; do
        compgen -G "artifacts/$target-*" >/dev/null && continue
        left=1
        mkdir -p "corpus/$target" "grown/$target"
        TIMEFORMAT='%U %S'
        spent=$({ time nice -n 19 "$FUZZ_PROGRAMS/$target" "grown/$target" "corpus/$target" -max_total_time="$seconds" -timeout="${FUZZ_TIMEOUT:-20}" -rss_limit_mb=3000 \
            -malloc_limit_mb=3000 -max_len=65536 -artifact_prefix="artifacts/$target-" -print_final_stats=1 >"artifacts/$target.log" 2>&1; } 2>&1 | tail -1)
        runs=$(sed -n 's/^stat::number_of_executed_units: //p' "artifacts/$target.log")
        echo "$target $spent ${runs:-0} $(date -u +%FT%TZ)" >>artifacts/times.txt
        # What is left of programs that have ended; another run may be going on.
        for folder in /dev/shm/bailiwick-fuzz-*; do [ -d "/proc/${folder##*-}" ] || rm -rf "$folder"; done
    done
    [ $left = 1 ] || exit 0
    [ "${ONCE:-}" ] && exit 0
done
