#!/usr/bin/env bash
# test.sh COMMAND...: runs the test command in stages and holds it to its word: every stage ran something, and nothing was skipped where that
# is not allowed. What loads the kernel or runs containers has the machine to itself, one test after the other. Where kernel tests must not be
# skipped (REQUIRE_KERNEL), those in which the hook sets differ run on an emulated 6.1 kernel too, when TEST_PROGRAM names the tests' executable.
set -uo pipefail

# Foundation's Process copies a whole struct dirent (280 bytes) out of the buffer of readdir(3), also for a short entry at its very end. With one
# arena that end is followed by more heap; in an arena of a thread's own it may be followed by nothing, and the copy ends in SIGSEGV.
export MALLOC_ARENA_MAX=1

alone='KernelTests|ScenarioRunnerTests|ScenarioTests'
passed=0 failed=0 skipped=0 status=0 beside=
unsteady=()
log=$(mktemp)
trap 'rm -f "$log" "$log.again"' EXIT

# A stage that hangs is ended (SIGTERM to the runner) and counts as crashed.
stage_seconds_max=1200
command=(timeout --kill-after=10 "$stage_seconds_max" "$@")

# stage NAME OPTION...: the test command with these options.
stage() {
    local name=$1
    shift
    echo "== $name"
    "${command[@]}" "$@" >"$log" 2>&1
    local code=$?
    # A runner that crashed has said nothing about the tests after that: it runs again, twice at the most, and every time it is said.
    local again
    for again in 1 2; do
        if ((code == 0)) || grep -qE 'Test run with [0-9]+ tests?' "$log"; then break; fi
        echo "test: the runner of $name was ended by a crash and runs again:"
        tr '\r' '\n' <"$log" | grep -E -A6 'Program crashed|^Thread .* crashed' | head -20
        "${command[@]}" "$@" >"$log" 2>&1
        code=$?
    done
    # what began is of no use to a reader; what went wrong is, and how it ended
    grep -vE '^(◇|↳) |^\[[0-9]+/[0-9]+\]' "$log"
    local ran bad left
    ran=$(grep -oE 'Test run with [0-9]+ tests?' "$log" | grep -oE '[0-9]+' | tail -1)
    bad=$(grep -E '^✘ Test .* failed after' "$log" | grep -cvE '^✘ Test run with ')
    left=$(grep -cE '^➜ (Test|Suite) .* skipped' "$log")
    if [ "${ran:-0}" = 0 ]; then
        echo "test: stage $name ran no test" >&2
        status=1
    fi
    if ((code)) && ((bad == 0)); then bad=1; fi
    if ((code)) && run_again; then code=0 bad=0; fi
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

# What failed while others ran beside it gets one more try by itself: kernel, containers and processes of a busy machine have their own pace. A
# test that needed it is named at the end, so that it can be mended.
run_again() {
    local -a names
    mapfile -t names < <(sed -nE 's/^✘ Test ([A-Za-z0-9_]+)\(.*\) .*failed after.*/\1/p' "$log" | sort -u)
    if ((${#names[@]} == 0 || ${#names[@]} > 5)); then return 1; fi
    echo "test: once more by themselves: ${names[*]}"
    local pattern
    pattern=$(IFS='|' && echo "/(${names[*]})\\(")
    "${command[@]}" --no-parallel --filter "$pattern" >"$log.again" 2>&1
    local code=$?
    grep -vE '^(◇|↳) |^\[[0-9]+/[0-9]+\]' "$log.again"
    if ((code)) || ! grep -qE 'Test run with [1-9][0-9]* tests?' "$log.again"; then return 1; fi
    unsteady+=("${names[@]}")
}

# The kernel beside this one: seven minutes at the most.
stage_beside() {
    echo "== the other hook sets, on a kernel beside this one"
    "$(dirname "$0")/test-kernels.sh" --ci "$TEST_PROGRAM" 2>&1 | tee "$log"
    local code=${PIPESTATUS[0]}
    beside="; $(grep -oE '[0-9]+ of [0-9]+ hook sets passed' "$log" | tail -1 || true) on another kernel"
    case $code in
        0) ;;
        1) failed=$((failed + 1)) status=1 ;;
        *)
            beside="; other hook sets not tried: $(sed -n 's/^test-kernels: //p' "$log" | tail -1)"
            echo "test: REQUIRE_KERNEL is set: hook sets that were not tried are a failure" >&2
            status=1
            ;;
    esac
}

if [ -n "${TEST_FILTER:-}" ]; then
    stage "$TEST_FILTER" --no-parallel --filter "$TEST_FILTER"
elif [ -n "${WIZ_CORE:-}" ]; then
    stage cores --skip '^KernelTests\.'
    stage kernel --no-parallel --filter '^KernelTests\.'
else
    stage "unit, simulation, tidy" --skip "^($alone|ContractTests)\\."
    stage contract --no-parallel --filter '^ContractTests\.'
    stage kernel --no-parallel --filter '^KernelTests\.'
    stage scenarios --no-parallel --filter '^(ScenarioRunnerTests|ScenarioTests)\.'
    if [ -n "${REQUIRE_KERNEL:-}" ] && [ -n "${TEST_PROGRAM:-}" ]; then stage_beside; fi
fi
if ((${#unsteady[@]})); then echo "test: unsteady, passed at the second try: ${unsteady[*]}"; fi
echo "$passed passed, $failed failed, $skipped skipped$beside"
exit "$status"
