"""Fits PyMC-Marketing's default model to its own example and measures it.

The model is the one of the package's example notebook: geometric adstock over 8 weeks, logistic
saturation, three controls, two yearly Fourier orders, default priors. The fit goes through
`MMM.fit`, as a user's does; the compile time is what the user waits for before the first draw.
"""

import argparse
import time

import measure

PACKAGES = ("pymc-marketing", "pymc", "pytensor", "nutpie", "numba", "numpy")


def main():
    args = arguments()
    parts = measure.Parts()
    with parts.part("import"):
        import nutpie
        import pandas
        from pymc_marketing.mmm import GeometricAdstock, LogisticSaturation
        from pymc_marketing.mmm.mmm import MMM
    with parts.part("build"):
        frame = pandas.read_csv(args.data, parse_dates=["date_week"])
        model = MMM(
            date_column="date_week",
            target_column="y",
            channel_columns=["x1", "x2"],
            control_columns=["event_1", "event_2", "t"],
            adstock=GeometricAdstock(l_max=8),
            saturation=LogisticSaturation(),
            yearly_seasonality=2,
        )
        x, y = frame.drop(columns=["y"]), frame["y"]
        model.build_model(x, y)
    settings = {
        "chains": 4,
        "tune": args.warmup,
        "draws": args.draws,
        "random_seed": args.seed,
        "cores": 1,
        "progressbar": False,
        "nuts_sampler": args.sampler,
    }
    if args.sampler == "nutpie":
        nutpie.compile_pymc_model = parts.timed("compile", nutpie.compile_pymc_model)
        nutpie.sample = parts.timed("sampling", nutpie.sample)
        with parts.part("fit"):
            idata = model.fit(x, y, **settings)
    else:
        idata = fit_watching_draws(model, x, y, settings, parts)
    free = [v.name for v in model.model.free_RVs]
    stats = idata["sample_stats"]
    steps = next(name for name in ("n_steps", "tree_size") if name in stats)
    measure.write(
        args.out,
        {
            "engine": f"PyMC-Marketing, {args.sampler}",
            "settings": settings,
            "versions": measure.versions(*PACKAGES),
            "seconds": parts.seconds,
            "peak_rss_mb": measure.peak_rss_mb(),
            "divergences": int(stats["diverging"].sum()),
            "leapfrogs_per_draw": float(stats[steps].mean()),
            "draws": 4 * args.draws,
            "scalars": measure.scalars(dataset(idata["posterior"])[free]),
        },
    )


def fit_watching_draws(model, x, y, settings, parts):
    """PyMC's own sampler compiles inside `sample`; its first draw marks the end of that."""
    moments = []

    def moment(trace, draw):
        now = (measure.cpu_seconds(), time.perf_counter())
        moments[1 if moments else 0 :] = [now]

    start = (measure.cpu_seconds(), time.perf_counter())
    with parts.part("fit"):
        idata = model.fit(x, y, callback=moment, **settings)
    first, last = moments[0], moments[-1]
    parts.add("compile", first[0] - start[0], first[1] - start[1])
    parts.add("sampling", last[0] - first[0], last[1] - first[1])
    return idata


def dataset(node):
    return node.to_dataset() if hasattr(node, "to_dataset") else node


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="mmm_example.csv")
    parser.add_argument("--sampler", choices=["nutpie", "pymc"], required=True)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--warmup", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--out", required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
