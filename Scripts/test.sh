#!/usr/bin/env bash
# test.sh COMMAND...: runs the test command in stages and holds it to its word: every stage ran something, and nothing was skipped where that
# is not allowed. What loads the kernel or runs containers has the machine to itself, one test after the other.
set -uo pipefail

# Foundation's Process copies a whole struct dirent (280 bytes) out of the buffer of readdir(3), also for a short entry at its very end. With one
# arena that end is followed by more heap; in an arena of a thread's own it may be followed by nothing, and the copy ends in SIGSEGV.
export MALLOC_ARENA_MAX=1

alone='KernelTests|ScenarioRunnerTests|ScenarioTests'
passed=0 failed=0 skipped=0 status=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT

stage() {
    local name=$1
    shift
    echo "== $name"
    "$@" >"$log" 2>&1
    local code=$?
    # The servers under test run inside the runner. A connection that NIO accepts at the very moment at which Hummingbird closes its listener
    # is dropped unread, and NIOAsyncWriter's precondition then ends the whole process: no test has said anything about it. Such a run is
    # repeated, twice at the most, and every time it is said.
    local again
    for again in 1 2; do
        if ((code == 0)) || grep -qE 'Test run with [0-9]+ tests?' "$log"; then break; fi
        echo "test: the runner of $name was ended by a crash and runs again:"
        tr '\r' '\n' <"$log" | grep -E -A6 'Program crashed|^Thread .* crashed' | head -20
        "$@" >"$log" 2>&1
        code=$?
    done
    # what began is of no use to a reader; what went wrong is, and how it ended
    grep -vE '^(◇|↳) |^\[[0-9]+/[0-9]+\]' "$log"
    local ran bad left
    ran=$(grep -oE 'Test run with [0-9]+ tests?' "$log" | grep -oE '[0-9]+' | tail -1)
    bad=$(grep -cE '^✘ Test .* failed after' "$log")
    left=$(grep -cE '^➜ (Test|Suite) .* skipped' "$log")
    if [ "${ran:-0}" = 0 ]; then
        echo "test: stage $name ran no test" >&2
        status=1
    fi
    if ((code)) && ((bad == 0)); then bad=1; fi
    if ((code)); then status=1; fi
    if ((left)); then
        echo "test: skipped in $name:"
        grep -E '^➜ (Test|Suite) .* skipped' "$log"
        if [ -n "${REQUIRE_KERNEL:-}" ]; then
            echo "test: REQUIRE_KERNEL is set: a skipped test is a failure" >&2
            status=1
        fi
    fi
    local good=$((${ran:-0} - bad - left))
    failed=$((failed + bad)) skipped=$((skipped + left)) passed=$((passed + (good > 0 ? good : 0)))
}

if [ -n "${TEST_FILTER:-}" ]; then
    stage "$TEST_FILTER" "$@" --no-parallel --filter "$TEST_FILTER"
elif [ -n "${WIZ_CORE:-}" ]; then
    stage cores "$@" --skip '^KernelTests\.'
    stage kernel "$@" --no-parallel --filter '^KernelTests\.'
else
    stage "unit, simulation, tidy" "$@" --skip "^($alone|ContractTests)\\."
    stage contract "$@" --no-parallel --filter '^ContractTests\.'
    stage kernel "$@" --no-parallel --filter '^KernelTests\.'
    stage scenarios "$@" --no-parallel --filter '^(ScenarioRunnerTests|ScenarioTests)\.'
fi
echo "$passed passed, $failed failed, $skipped skipped"
exit "$status"
