#!/usr/bin/env bash
# Instructions of one gradient of each reference model, counted by valgrind: a figure that does not
# depend on the machine's load. The difference of two counts leaves reading and compiling out.
#
#   benches/instructions.sh [CASE...]     (pymc national geo)
#
# OUTLAY_SHARED as for benches/peers/run.sh. Valgrind offers AVX2 but not AVX-512, so the program
# takes the kernels for AVX2 under it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
cargo build --release --locked --manifest-path "$root/Cargo.toml" -p outlay-mmm --example peers

count() { # case, gradients
    valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        "$target/release/examples/peers" "$1" --gradients "$2" 2>&1 >/dev/null \
        | awk '/Collected/ { print $4 }'
}

cases=("$@")
((${#cases[@]})) || cases=(pymc national geo)
for case in "${cases[@]}"; do
    few=$(count "$case" 100)
    many=$(count "$case" 1100)
    echo "$case: $(((many - few) / 1000)) instructions a gradient"
done
