"""Has Meridian's optimiser plan its own data, and writes its draws and its answer.

The default scenario: the money that was spent, within 30 % of what each channel had. The example
`peers` of `outlay-planner` plans the same problem on these draws; see docs/benchmarks.md.
"""

import argparse

import measure

PACKAGES = ("google-meridian", "jax", "numpy")
CHANNELS = [f"Channel{i}" for i in range(4)]


def main():
    args = arguments()
    import numpy
    from meridian.analysis import optimizer
    from meridian.data import load
    from meridian.model import model, spec

    parts = measure.Parts()
    columns = load.CoordToColumns(
        time="time",
        geo="geo",
        kpi="conversions",
        revenue_per_kpi="revenue_per_conversion",
        population="population",
        controls=["competitor_activity_score_control", "sentiment_score_control"],
        media=[f"{c}_impression" for c in CHANNELS],
        media_spend=[f"{c}_spend" for c in CHANNELS],
    )
    data = load.CsvDataLoader(
        csv_path=args.data,
        kpi_type="non_revenue",
        coord_to_columns=columns,
        media_to_channel={f"{c}_impression": c for c in CHANNELS},
        media_spend_to_channel={f"{c}_spend": c for c in CHANNELS},
    ).load()
    mmm = model.Meridian(input_data=data, model_spec=spec.ModelSpec())
    with parts.part("fit"):
        mmm.sample_posterior(
            n_chains=args.chains,
            n_adapt=args.adapt,
            n_burnin=args.burnin,
            n_keep=args.keep,
            seed=args.seed,
        )
    planner = optimizer.BudgetOptimizer(mmm)
    with parts.part("plan"):
        results = planner.optimize()
    # Again, with everything compiled.
    with parts.part("plan again"):
        planner.optimize()
    grid, plan = results.optimization_grid, results.optimized_data
    seconds = parts.seconds["plan again" if args.warm else "plan"]
    posterior = mmm.inference_data.posterior

    def draws(name):
        values = posterior[name].values
        return values.reshape(-1, *values.shape[2:])

    height = draws("beta_gm")
    worth = (
        numpy.asarray(mmm.kpi_transformer.population_scaled_stdev)
        * numpy.asarray(mmm.population)[:, None]
        * numpy.asarray(mmm.revenue_per_kpi)
    )
    media = numpy.asarray(mmm.media_tensors.media_scaled)
    geos, periods = worth.shape
    measure.write(
        args.out,
        {
            "peer": "Meridian",
            "case": "national" if geos == 1 else "geo",
            "versions": measure.versions(*PACKAGES),
            "seed": args.seed,
            "seconds": parts.seconds,
            "peak_rss_mb": measure.peak_rss_mb(),
            "channels": CHANNELS,
            "geos": geos,
            "periods": periods,
            "lags": 9,
            "worth": worth.ravel().tolist(),
            "media": [media[:, -periods:, c].ravel().tolist() for c in range(len(CHANNELS))],
            "spent": grid.historical_spend.tolist(),
            "draws": [
                {"alpha": a.tolist(), "half": e.tolist(), "height": h.T.tolist()}
                for a, e, h in zip(draws("alpha_m"), draws("ec_m"), height)
            ],
            "answer": {
                "allocation": plan.spend.values.tolist(),
                "outcome": float(plan.incremental_outcome.sel(metric="mean").sum()),
                "wall_s": seconds["wall"],
                "cpu_s": seconds["cpu"],
            },
        },
    )


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="national_media.csv or geo_media.csv")
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--adapt", type=int, default=500)
    parser.add_argument("--burnin", type=int, default=500)
    parser.add_argument("--keep", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--warm", action="store_true", help="the time of a second call counts")
    parser.add_argument("--out", required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
