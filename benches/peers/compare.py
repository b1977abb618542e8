"""Runs the peers and Outlay on the same data, model and core, and sets their costs side by side.

The unit is CPU seconds per effective draw (bulk ESS) of the worst parameter, over the parameters
that both engines report. Called by run.sh; see docs/benchmarks.md.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

PYMC_DATA = "data/mmm/pymc-marketing/mmm_example.csv"
NATIONAL_DATA = "data/mmm/meridian/national_media.csv"
GEO_DATA = "data/mmm/meridian/geo_media.csv"
CASES = {
    "pymc": {
        "title": "PyMC-Marketing example",
        "outlay": ["pymc", "1000", "1", "1000"],
        "outlay_seeds": [1, 2, 3, 4, 5],
        "peers": [
            # The first run compiles into an empty cache, as a new user's does; later ones find it.
            {
                "name": "PyMC-Marketing, nutpie",
                "environment": "pymc",
                "program": ["fit_pymc.py", "--sampler", "nutpie", "--data", PYMC_DATA],
                "seeds": [42, 43, 44, 45, 46],
            },
            {
                "name": "PyMC-Marketing, PyMC NUTS",
                "environment": "pymc",
                "program": ["fit_pymc.py", "--sampler", "pymc", "--data", PYMC_DATA],
                "seeds": [42, 43],
            },
        ],
        "references": [
            ("PyMC-Marketing, nutpie", "pymc-marketing-mmm_example-nutpie.json"),
            ("PyMC-Marketing, PyMC NUTS", "pymc-marketing-mmm_example-pymc.json"),
        ],
    },
    "national": {
        "title": "Meridian national",
        "outlay": ["national", "1000", "1", "300"],
        "outlay_seeds": [1, 2, 3],
        "peers": [
            {
                "name": "Meridian",
                "environment": "meridian",
                "program": ["fit_meridian.py", "--data", NATIONAL_DATA],
                "seeds": [0],
            }
        ],
        "references": [("Meridian", "meridian-national_media.json")],
    },
    "geo": {
        "title": "Meridian geo, 20 × 156",
        "outlay": ["geo", "500", "1", "500"],
        "outlay_seeds": [1],
        "peers": [
            {
                "name": "Meridian",
                "environment": "meridian",
                "program": ["fit_meridian.py", "--data", GEO_DATA]
                + ["--chains", "2", "--adapt", "300", "--burnin", "100", "--keep", "500"],
                "seeds": [0],
            }
        ],
        "references": [("Meridian", "meridian-geo_media.json")],
    },
}


def main():
    args = arguments()
    shared = args.shared.resolve()
    built_from = commit()
    results = []
    for case in args.cases:
        plan = CASES[case]
        ours = [outlay(args, shared, plan, seed) for seed in plan["outlay_seeds"]]
        for peer in plan["peers"]:
            try:
                theirs = fit_peer(args, shared, plan["title"], peer)
            except (OSError, subprocess.CalledProcessError) as error:
                print(f"{peer['name']} did not run: {error}", file=sys.stderr)
                reference = dict(plan["references"])[peer["name"]]
                results.append(elsewhere(plan, peer, ours, shared / "reference/mmm" / reference))
                continue
            results.append(side_by_side(plan["title"], peer["name"], ours, theirs))
    document = {
        "date": datetime.date.today().isoformat(),
        "commit": built_from,
        "machine": machine(args),
        "unit": "CPU seconds per effective draw (bulk ESS) of the worst common parameter",
        "results": results,
    }
    print(table(results))
    if args.out:
        args.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        print(f"\nwrote {args.out}")


def pinned(args, command):
    return ["nice", "-n", "15", "taskset", "-c", str(args.core), *map(str, command)]


def outlay(args, shared, plan, seed):
    print(f"Outlay: {plan['title']}, seed {seed}", file=sys.stderr)
    command = [args.outlay, *plan["outlay"], "--seed", seed, "--json"]
    done = subprocess.run(
        pinned(args, command),
        env={**os.environ, "OUTLAY_SHARED": str(shared)},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def fit_peer(args, shared, title, peer):
    python = args.environments / peer["environment"] / "bin/python"
    program = [shared / a if a.startswith("data/") else a for a in peer["program"]]
    if not python.is_file():
        raise FileNotFoundError(f"{python} is absent; run.sh installs it")
    runs = []
    with tempfile.TemporaryDirectory(prefix="outlay-peers-") as scratch:
        environment = {**os.environ, "PYTENSOR_FLAGS": f"base_compiledir={scratch}/compiled"}
        for seed in peer["seeds"]:
            print(f"{peer['name']}: {title}, seed {seed}", file=sys.stderr)
            out = pathlib.Path(scratch) / f"{seed}.json"
            command = [python, HERE / program[0], *program[1:], "--seed", seed, "--out", out]
            log = args.environments / f"{peer['environment']}-run.log"
            with open(log, "w", encoding="utf-8") as sink:
                subprocess.run(
                    pinned(args, command), env=environment, check=True, stdout=sink, stderr=sink
                )
            runs.append(json.loads(out.read_text(encoding="utf-8")))
    return runs


def side_by_side(title, name, ours, theirs):
    common = shared_scalars(ours[0], theirs[0])
    peer, own = [cost(r, common) for r in theirs], [cost(r, common) for r in ours]
    return {
        "case": title,
        "peer": name,
        "measured": "in this run",
        "parameters_compared": len(common),
        "largest_z_between_posteriors": disagreement(ours, theirs, common),
        "outlay": {"runs": own, **per_draw(own)},
        "theirs": {"runs": peer, **per_draw(peer), "versions": theirs[0]["versions"]},
        "ratios": ratios(peer, own),
    }


def shared_scalars(ours, theirs):
    """Names that both engines report, without constants (their effective sample size means nothing)."""
    return sorted(
        name
        for name, values in theirs["scalars"].items()
        if values["sd"] > 0 and name in ours["scalars"] and ours["scalars"][name]["sd"] > 0
    )


def cost(run, names):
    """CPU seconds of the parts, and the worst parameter's effective draws."""
    seconds = run["seconds"]
    worst = min(names, key=lambda n: run["scalars"][n]["ess_bulk"])
    total = seconds["build"]["cpu"] + seconds.get("fit", seconds["sampling"])["cpu"]
    return {
        "settings": run["settings"],
        "sampling_cpu_s": round(seconds["sampling"]["cpu"], 2),
        "compile_cpu_s": round(seconds.get("compile", {"cpu": 0.0})["cpu"], 2),
        "fit_cpu_s": round(total, 2),
        "sampling_wall_s": round(seconds["sampling"]["wall"], 2),
        "import_cpu_s": round(seconds.get("import", {"cpu": 0.0})["cpu"], 2),
        "first_draw_wall_s": run.get("first_draw_seconds"),
        "min_ess_bulk": round(run["scalars"][worst]["ess_bulk"], 1),
        "min_ess_bulk_parameter": worst,
        "min_ess_tail": round(min(run["scalars"][n]["ess_tail"] for n in names), 1),
        "max_rhat": round(max(run["scalars"][n]["rhat"] for n in names), 4),
        "divergences": run["divergences"],
        "leapfrogs_per_draw": round(run["leapfrogs_per_draw"], 1),
        "draws": run["draws"],
        "peak_rss_mb": round(run["peak_rss_mb"], 1),
    }


def per_draw(runs):
    """Sampling: pooled over the runs, for the worst effective sample size differs from seed to seed.
    The whole fit: the first run's seconds, whose caches are empty, and the later runs', which find
    them filled; both at the pooled effective sample size."""
    mean_ess = mean([r["min_ess_bulk"] for r in runs])
    costs = {
        "sampling_cpu_s_per_ess": mean([r["sampling_cpu_s"] for r in runs]) / mean_ess,
        "fit_cpu_s_per_ess": runs[0]["fit_cpu_s"] / mean_ess,
    }
    if len(runs) > 1:
        costs["fit_again_cpu_s_per_ess"] = mean([r["fit_cpu_s"] for r in runs[1:]]) / mean_ess
    return costs


def mean(values):
    return sum(values) / len(values)


def ratios(peer, own):
    """The peer's cost of an effective draw in units of Outlay's, which has no caches: all of its
    runs count alike."""
    theirs, ours = per_draw(peer), per_draw(own)
    whole = mean([r["fit_cpu_s"] for r in own]) / mean([r["min_ess_bulk"] for r in own])
    found = {
        "sampling": theirs["sampling_cpu_s_per_ess"] / ours["sampling_cpu_s_per_ess"],
        "with_compile": theirs["fit_cpu_s_per_ess"] / whole,
    }
    if "fit_again_cpu_s_per_ess" in theirs:
        found["with_warm_caches"] = theirs["fit_again_cpu_s_per_ess"] / whole
    return {name: round(ratio, 1) for name, ratio in found.items()}


def disagreement(ours, theirs, names):
    """Largest difference of two posterior means in Monte Carlo standard errors, first runs."""
    worst = (0.0, "")
    for name in names:
        a, b = ours[0]["scalars"][name], theirs[0]["scalars"][name]
        error = (a["sd"] ** 2 / a["ess_bulk"] + b["sd"] ** 2 / b["ess_bulk"]) ** 0.5
        worst = max(worst, (abs(a["mean"] - b["mean"]) / error, name))
    return {"z": round(worst[0], 2), "parameter": worst[1]}


def elsewhere(plan, peer, ours, path):
    """The peer's figures from a reference file: another machine and another load."""
    if not path.is_file():
        return {"case": plan["title"], "peer": peer["name"], "measured": "not at all"}
    reference = json.loads(path.read_text(encoding="utf-8"))
    names = [n for n in reference["posterior"] if n in ours[0]["scalars"]]
    names = [n for n in names if reference["posterior"][n]["sd"] > 0]
    own = [cost(r, [n for n in names if r["scalars"][n]["sd"] > 0]) for r in ours]
    ess = min(reference["posterior"][n]["ess_bulk"] for n in names)
    theirs = {"fit_cpu_s_per_ess": reference["timing"]["fit_cpu_s"] / ess}
    return {
        "case": plan["title"],
        "peer": peer["name"],
        "measured": "elsewhere",
        "outlay": {"runs": own, **per_draw(own)},
        "theirs": {**theirs, "versions": reference["versions"]},
        "ratios": {
            "with_compile": round(
                theirs["fit_cpu_s_per_ess"] / per_draw(own)["fit_cpu_s_per_ess"], 1
            )
        },
    }


def table(results):
    head = (
        "| case | engine | sampling CPU s | fit CPU s, first / later runs | min bulk ESS"
        " | ms per effective draw, sampling | peak MB | times Outlay, sampling | with compile |"
    )
    lines = [head, "|---|---|---|---|---|---|---|---|---|"]
    for result in results:
        if "ratios" not in result:
            lines.append(f"| {result['case']} | {result['peer']}: not measured ||||||||")
            continue
        case, ratio = result["case"], result["ratios"]
        if result["measured"] == "elsewhere":
            lines.append(
                f"| {case} | {result['peer']} (measured elsewhere) | | | | | | | {ratio['with_compile']} |"
            )
        else:
            warm = f" ({ratio['with_warm_caches']} warm)" if "with_warm_caches" in ratio else ""
            lines.append(
                row(case, result["peer"], result["theirs"])
                + f" {ratio['sampling']} | {ratio['with_compile']}{warm} |"
            )
        lines.append(row(case, "Outlay", result["outlay"]) + " 1 | 1 |")
    return "\n".join(dict.fromkeys(lines))


def row(case, engine, side):
    runs = side["runs"]

    first, later = runs[0]["fit_cpu_s"], [r["fit_cpu_s"] for r in runs[1:]]
    warm = f" / {mean(later):.1f}" if later else ""
    return (
        f"| {case} | {engine} | {mean([r['sampling_cpu_s'] for r in runs]):.2f}"
        f" | {first:.1f}{warm} | {mean([r['min_ess_bulk'] for r in runs]):.0f}"
        f" | {side['sampling_cpu_s_per_ess'] * 1000:.3g}"
        f" | {max(r['peak_rss_mb'] for r in runs):.0f} |"
    )


def commit():
    def git(*words):
        done = subprocess.run(["git", "-C", ROOT, *words], stdout=subprocess.PIPE, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""

    changed = git("status", "--porcelain", "--", "crates", "Cargo.lock")
    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" and changes" if changed else "")


def machine(args):
    model = "unknown processor"
    info = pathlib.Path("/proc/cpuinfo")
    if info.is_file():
        names = [x for x in info.read_text().splitlines() if x.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "pinned_to_cores": 1,
        "system": f"{platform.system()} {platform.machine()}",
        "load_average_at_end": [round(x, 1) for x in os.getloadavg()],
        "note": args.note,
    }


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", default=["pymc", "national"], metavar="case")
    parser.add_argument("--outlay", required=True, help="the release example `peers`")
    parser.add_argument("--environments", type=pathlib.Path, required=True)
    parser.add_argument("--shared", type=pathlib.Path, required=True)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--note", default="")
    parser.add_argument("--out", type=pathlib.Path)
    args = parser.parse_args()
    unknown = [case for case in args.cases if case not in CASES]
    if unknown:
        parser.error(f"there is no case {unknown[0]}; take some of {', '.join(CASES)}")
    return args


if __name__ == "__main__":
    main()
