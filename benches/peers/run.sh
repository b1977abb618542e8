#!/usr/bin/env bash
# Installs the peers, builds Outlay in release, fits the same models with each of them on one core,
# and prints what an effective draw costs. See docs/benchmarks.md.
#
#   benches/peers/run.sh [--geo] [--only CASE] [--core N] [--note TEXT] [--out FILE]
#
#   --geo        also Meridian's geo model (about 5 CPU minutes, 5 GB of memory)
#   --only CASE  one of pymc, national, geo
#   --core N     the core that everything is pinned to (0)
#   --note TEXT  what a reader should know about the machine
#   --out FILE   where the figures go (benches/peers/results-DATE.json)
#
# OUTLAY_SHARED   folder that holds data/mmm (../shared beside the repository)
# OUTLAY_PEERS    folder for the peers' environments, 4 GB (target/peers)
# PYTHON          Python 3.12 or later (python3.13, python3.12, python3: the first that is new enough)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
shared=${OUTLAY_SHARED:-$root/../shared}
environments=${OUTLAY_PEERS:-$root/target/peers}
cases=(pymc national)
core=0
note=
out=$here/results-$(date +%F).json

while (($#)); do
    case $1 in
        --geo) cases+=(geo) ;;
        --only) cases=("$2"); shift ;;
        --core) core=$2; shift ;;
        --note) note=$2; shift ;;
        --out) out=$2; shift ;;
        *) echo "unknown option $1; the first lines of this script list them" >&2; exit 2 ;;
    esac
    shift
done

if [[ ! -d $shared/data/mmm ]]; then
    echo "no data/mmm in $shared; set OUTLAY_SHARED to the folder that holds it" >&2
    exit 2
fi

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; }
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.13 python3.12 python3}; do
        if new_enough "$candidate"; then echo "$candidate"; return; fi
    done
    echo "no Python 3.12 or later was found, which PyMC-Marketing 1.3 needs; set PYTHON to one" >&2
    return 1
}

# An environment is complete when it holds the very requirements that it was made from. A peer that
# cannot be installed is reported by compare.py and does not stop the others.
install() {
    local folder=$environments/$1 wanted=$here/requirements-$1.txt
    if cmp -s "$wanted" "$folder/installed.txt"; then return; fi
    echo "installing $1 into $folder" >&2
    if "$python" -m venv --clear "$folder" \
        && "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$wanted"; then
        cp "$wanted" "$folder/installed.txt"
    else
        echo "$1 could not be installed" >&2
    fi
}

python=$(find_python)
mkdir -p "$environments"
[[ " ${cases[*]} " == *" pymc "* ]] && install pymc
[[ " ${cases[*]} " =~ national|geo ]] && install meridian
cargo build --release --locked --manifest-path "$root/Cargo.toml" -p outlay-mmm --example peers
target=${CARGO_TARGET_DIR:-$root/target}

"$python" "$here/compare.py" "${cases[@]}" \
    --outlay "$target/release/examples/peers" \
    --environments "$environments" \
    --shared "$shared" --core "$core" --note "$note" --out "$out"
