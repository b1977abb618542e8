"""Has PyMC-Marketing's optimiser plan its own example, and writes its draws and its answers.

Eight weeks after the data, a constant budget per week at half, the same and twice 1.0 (the data's
spend lies between 0 and 1 a week and channel), default bounds, objective and SLSQP settings. The
example `peers` of `outlay-planner` plans the same problem on these draws; see docs/benchmarks.md.
"""

import argparse

import measure

CHANNELS = ["x1", "x2"]
CONTROLS = ["event_1", "event_2", "t"]
PLANNED = ("2021-09-06", "2021-10-25")
PACKAGES = ("pymc-marketing", "pymc", "pytensor", "scipy", "numpy")


def main():
    args = arguments()
    import pandas
    from pymc_marketing.mmm import GeometricAdstock, LogisticSaturation
    from pymc_marketing.mmm.mmm import MMM

    parts = measure.Parts()
    frame = pandas.read_csv(args.data, parse_dates=["date_week"])
    model = MMM(
        date_column="date_week",
        target_column="y",
        channel_columns=CHANNELS,
        control_columns=CONTROLS,
        adstock=GeometricAdstock(l_max=8),
        saturation=LogisticSaturation(),
        yearly_seasonality=2,
    )
    with parts.part("fit"):
        model.fit(
            frame.drop(columns=["y"]),
            frame["y"],
            chains=4,
            tune=1000,
            draws=1000,
            random_seed=args.seed,
            cores=1,
            progressbar=False,
        )
    # Controls change no contribution of media, but the window and its carry-over need values.
    dates = pandas.date_range(PLANNED[0], periods=16, freq="W-MON")
    controls = pandas.DataFrame({"date_week": dates, **{c: 0.0 for c in CONTROLS}})
    with parts.part("construct"):
        optimiser = model.budget_optimizer(*PLANNED, control_data=controls)
    answers = []
    for weekly in (0.5, 1.0, 2.0):
        with parts.part(f"answer {weekly}"):
            found = optimiser.allocate_budget(total_budget=weekly)
        plan, result = found.budgets, found.scipy_result
        seconds = parts.seconds[f"answer {weekly}"]
        answers.append(
            {
                "weekly": weekly,
                "allocation": [float(plan.sel(channel=c)) for c in CHANNELS],
                "outcome": -float(result.fun),
                "iterations": int(result.nit),
                "wall_s": seconds["wall"],
                "cpu_s": seconds["cpu"],
            }
        )
    posterior = model.idata["posterior"]
    names = ("adstock_alpha", "saturation_lam", "saturation_beta")
    draws = [
        posterior[n].stack(draws=("chain", "draw")).transpose("draws", "channel").values
        for n in names
    ]
    money = frame[CHANNELS].abs().max()
    measure.write(
        args.out,
        {
            "peer": "PyMC-Marketing",
            "versions": measure.versions(*PACKAGES),
            "seed": args.seed,
            "seconds": parts.seconds,
            "channels": CHANNELS,
            "scale": float(frame["y"].abs().max()),
            "money": [float(money[c]) for c in CHANNELS],
            "history": [[float(x / money[c]) for x in frame[c].tail(8)] for c in CHANNELS],
            "draws": [[[float(d[i, c]) for d in draws] for c in (0, 1)] for i in range(len(draws[0]))],
            "answers": answers,
        },
    )


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="mmm_example.csv")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--out", required=True)
    return parser.parse_args()


if __name__ == "__main__":
    main()
