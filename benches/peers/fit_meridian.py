"""Fits Meridian's default model to its own simulated data and measures it.

National: `national_media.csv`. Geo: `geo_media.csv`, 20 geos with a knot per week. Impressions
as media, two controls, KPI in units with revenue per unit; everything else as Meridian sets it. The
JAX backend in double precision is Meridian 2's default.
"""

import argparse
import time

import measure

PACKAGES = ("google-meridian", "jax", "tfp-nightly", "tensorflow", "numpy", "arviz")
CHANNELS = [f"Channel{i}" for i in range(4)]
# Sampled quantities, and those that the model's equations are written in; what remains is
# bookkeeping of the graph.
PARAMETERS = [
    "alpha_m",
    "beta_gm",
    "beta_m",
    "ec_m",
    "eta_m",
    "gamma_c",
    "gamma_gc",
    "knot_values",
    "roi_m",
    "sigma",
    "slope_m",
    "tau_g",
    "xi_c",
]


def main():
    args = arguments()
    parts = measure.Parts()
    with parts.part("import"):
        from meridian import backend
        from meridian.data import load
        from meridian.model import model, spec
    compiling = watch_compilation(parts)
    with parts.part("build"):
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
    settings = {
        "n_chains": args.chains,
        "n_adapt": args.adapt,
        "n_burnin": args.burnin,
        "n_keep": args.keep,
        "seed": args.seed,
    }
    nuts = backend.xla_windowed_adaptive_nuts

    def watched(**kwargs):
        import jax

        compiling["inside"] = True
        with parts.part("nuts"):
            result = jax.block_until_ready(nuts(**kwargs))
        compiling["inside"] = False
        return result

    backend.xla_windowed_adaptive_nuts = watched
    with parts.part("fit"):
        mmm.sample_posterior(**settings)
    both, compile_only = parts.seconds.pop("nuts"), parts.seconds["compile"]
    parts.add("sampling", *(both[k] - compile_only[k] for k in ("cpu", "wall")))
    posterior, stats = mmm.inference_data.posterior, mmm.inference_data.sample_stats
    kept = [name for name in PARAMETERS if name in posterior]
    measure.write(
        args.out,
        {
            "engine": "Meridian",
            "settings": settings,
            "versions": measure.versions(*PACKAGES),
            "seconds": parts.seconds,
            "peak_rss_mb": measure.peak_rss_mb(),
            "divergences": int(stats["diverging"].sum()),
            "leapfrogs_per_draw": float(stats["n_steps"].mean()),
            "draws": args.chains * args.keep,
            "scalars": measure.scalars(posterior[kept]),
        },
    )


def watch_compilation(parts):
    """Counts JAX's tracing, lowering and compiling of the sampler as the part `compile`.

    JAX reports wall seconds of these only; their CPU seconds are read where it reads its clock.
    They nest, so only the outermost counts.
    """
    from jax._src import dispatch

    state = {"inside": False, "depth": 0, "start": None}
    enter = dispatch.LogElapsedTimeContextManager.__enter__
    leave = dispatch.LogElapsedTimeContextManager.__exit__

    def entered(self):
        if state["inside"]:
            if state["depth"] == 0:
                state["start"] = (measure.cpu_seconds(), time.perf_counter())
            state["depth"] += 1
        return enter(self)

    def left(self, *exception):
        if state["inside"] and state["depth"] > 0:
            state["depth"] -= 1
            if state["depth"] == 0:
                cpu, wall = state["start"]
                parts.add("compile", measure.cpu_seconds() - cpu, time.perf_counter() - wall)
        return leave(self, *exception)

    dispatch.LogElapsedTimeContextManager.__enter__ = entered
    dispatch.LogElapsedTimeContextManager.__exit__ = left
    return state


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="national_media.csv or geo_media.csv")
    parser.add_argument("--chains", type=int, default=4)
    parser.add_argument("--adapt", type=int, default=500)
    parser.add_argument("--burnin", type=int, default=500)
    parser.add_argument("--keep", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
