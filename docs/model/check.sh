#!/usr/bin/env bash
# Checks leases.pml: its rules hold in every state of each size below, and do not without any one of them.
# usage: check.sh [quick]      quick leaves out the two large sizes
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for tool in spin gcc; do
  command -v $tool >/dev/null || { echo "model: no $tool: apt-get install spin gcc libc6-dev" >&2; exit 1; }
done

small="-DEPOCHS=3 -DASKS=2 -DLIVES=2"
out="-DOUT=2 -DIN=0 $small"
in="-DOUT=0 -DIN=2 -DHELD=0 $small"
held="-DOUT=0 -DIN=2 -DHELD=1 $small"
crash="-DOUT=1 -DIN=1 -DHELD=0 -DEPOCHS=3 -DASKS=2 -DLIVES=3"
failed=

# Looks at every state; prints "STATES ERRORS ASSERTION".
search() {
  local dir
  dir=$(mktemp -d "$work/XXXXXX")
  (
    cd "$dir"
    spin -a "$@" "$here/leases.pml" >spin.txt || { cat spin.txt >&2; exit 1; }
    gcc -O2 -DSAFETY -DCOLLAPSE -DMEMLIM=8000 -w -o pan pan.c
    ./pan -m200000 -w24 -c1 >pan.txt 2>&1 || { cat pan.txt >&2; exit 1; }
    if grep -q 'max search depth too small\|out of memory\|reached -DMEMLIM' pan.txt; then
      cat pan.txt >&2
      exit 1
    fi
    awk '/states, stored/ && !s { s = $1 } /errors:/ { e = $NF } /assertion violated/ { a = a " " substr($0, index($0, "violated") + 9) }
      END { if (s == "" || e == "") exit 1; print s, e, a }' pan.txt
  )
}

holds() {
  local name=$1 states errors assertion
  shift
  read -r states errors assertion < <(search "$@")
  printf '%-58s %10s states  %s\n' "$name" "$states" "$([ "$errors" = 0 ] && echo holds || echo "FAILS: $assertion")"
  [ "$errors" = 0 ] || failed=1
}

needed() {
  local rule=$1 states errors assertion
  shift
  read -r states errors assertion < <(search "-DWITHOUT_$rule" "$@")
  printf '%-58s %10s states  %s\n' "without ${rule,,}" "$states" "$([ "$errors" = 0 ] && echo 'NOT NOTICED' || echo "noticed: $assertion")"
  [ "$errors" != 0 ] || failed=1
}

echo "The rules (see README.md for the sizes):"
holds "two numbers out" $out
holds "two packets in" $in
if [ "${1:-}" != quick ]; then
  holds "two packets in, those beyond the limit wait" $held
  holds "one number out, one packet in, a member dies and is back" $crash
fi
echo "Each rule is needed:"
needed FENCES $out
needed THE_ORDER_OF_CALLS $in
needed WAITING_FOR_THE_STORE $out
needed LOWERING_FIRST $in
needed REFUSING_AN_UNKNOWN_RAISE $out
needed STARTING_AT_THE_LEASE $out
needed TAKING_ALL_UP_TO_THE_LIMIT_FOR_SEEN $in
needed BEGINNING_AN_EPOCH_ONCE $out
needed STOPPING_BEFORE_HANDOVER $out
needed CLAIMING_AFTER_AN_UNKNOWN_HANDOVER $out
needed CHECKING_HELD_PACKETS_AGAIN $held
[ -z "$failed" ] || { echo "model: FAILED" >&2; exit 1; }
