#!/usr/bin/env bash
# Has the installed peers answer on the brands of a `cargo xtask bench worlds` and prints the table
# with their rows. Install them first with benches/peers/run.sh. See docs/benchmarks.md.
#
#   benches/peers/worlds.sh [CLASS,…] [BRANDS]      (mixed, 8)
#
# A brand takes the peers about 80 CPU seconds together, one of regions several minutes.
#
# OUTLAY_PEERS    folder of the peers' environments (target/peers)
# OUTLAY_WORLDS   folder of the results (target/worlds)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
environments=${OUTLAY_PEERS:-$root/target/peers}
results=${OUTLAY_WORLDS:-$root/target/worlds}
classes=${1:-mixed}
brands=${2:-8}

calibrate() {
    cargo run --quiet --locked --manifest-path "$root/Cargo.toml" --package outlay -- \
        calibrate --worlds "$brands" --class "$classes" --out "$results" "$@"
}

calibrate --preset prior --keep-data > /dev/null
answers=()
for peer in pymc meridian; do
    python=$environments/$peer/bin/python
    if [[ ! -x $python ]]; then
        echo "$peer is not installed in $environments; benches/peers/run.sh installs it" >&2
        continue
    fi
    # Brands that it cannot answer on are listed below the table.
    "$python" "$here/worlds.py" --results "$results" --peer "$peer" --name "$peer-itself" || true
    answers+=("$peer-itself")
done
names=$(IFS=,; echo "${answers[*]}")
calibrate --preset outlay,meridian,pymc-marketing,ridge,prior ${names:+--answers "$names"}
