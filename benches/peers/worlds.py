"""Has a peer answer on the simulated brands that `outlay calibrate --keep-data` left.

Every folder `brands/CLASS-SEED` below the results folder gets a file NAME.json with the peer's
answer: return per channel, outcome of all media, and what each channel's media of the last quarter
would bring if they were repeated at each multiple that brand.json asks for. `outlay calibrate
--answers NAME` then scores it like every other row. What is answered already is left alone, so
that a run that was stopped goes on where it was.

Models are the peers' defaults. Exposure drives a channel where the brand has it, and spend where
not. PyMC-Marketing knows no regions without further modelling and gets the national sums. Returns
and curves are computed from the posterior draws with the peer's own equations (adstock,
saturation, scaling), for which `--check` holds the transforms to numbers worked by hand.
"""

import argparse
import json
import os
import pathlib
import sys
import traceback

import numpy

import measure

SCHEMA = "outlay/answer/1"
# Means and quantiles need no more draws than this; curves are means and need fewer.
DRAWS, CURVE_DRAWS = 800, 200
PYMC_LAGS, MERIDIAN_LAGS = 8, 9


def main():
    args = arguments()
    if args.check:
        return check()
    folders = sorted(p.parent for p in pathlib.Path(args.results, "brands").glob("*/brand.json"))
    if not folders:
        sys.exit(f"no brands in {args.results}: run outlay calibrate with --keep-data first")
    failed = 0
    for number, folder in enumerate(folders, 1):
        brand = json.loads((folder / "brand.json").read_text(encoding="utf-8"))
        if answered(folder, args.name, brand):
            continue
        print(f"{number} of {len(folders)}: {folder.name}", flush=True)
        try:
            answer = answer_on(folder, brand, args)
        except Exception:  # noqa: BLE001 - a peer may fail in any way; the others go on.
            failed += 1
            traceback.print_exc()
            continue
        write_whole(folder / f"{args.name}.json", answer)
    if failed:
        sys.exit(f"{failed} of {len(folders)} brands have no answer")
    return None


def answered(folder, name, brand):
    """Whether the folder holds an answer on this very brand."""
    try:
        known = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return known.get("schema") == SCHEMA and known.get("brand") == brand["brand"]


def write_whole(path, answer):
    part = path.with_suffix(".part")
    part.write_text(json.dumps(answer) + "\n", encoding="utf-8")
    os.replace(part, path)


def answer_on(folder, brand, args):
    import pandas

    frame = pandas.read_csv(folder / "data.csv", parse_dates=["date"])
    if "geo" not in frame:
        frame["geo"], frame["population"] = "national", 1.0
    start = measure.cpu_seconds()
    fit = fit_pymc if args.peer == "pymc" else fit_meridian
    responses, program = fit(frame, brand, args)
    cpu = measure.cpu_seconds() - start
    spends = {c["name"]: frame[c["spend"]].sum() for c in brand["channels"]}
    brought = {name: response.history() for name, response in responses.items()}
    return {
        "schema": SCHEMA,
        "brand": brand["brand"],
        "program": program,
        "returns": {
            name: estimate(draws / spends[name])
            for name, draws in brought.items()
            if spends[name] > 0
        },
        "total": float(sum(draws.mean() for draws in brought.values())),
        "curves": {
            name: response.ahead(brand["horizon"], brand["multiples"])
            for name, response in responses.items()
        },
        "cpu_seconds": cpu,
    }


def estimate(draws):
    q05, q25, q50, q75, q95 = numpy.quantile(draws, [0.05, 0.25, 0.5, 0.75, 0.95])
    named = {"mean": draws.mean(), "sd": draws.std(ddof=1), "q05": q05, "q25": q25, "q50": q50}
    return {k: float(v) for k, v in {**named, "q75": q75, "q95": q95}.items()}


class Response:
    """A channel's way from exposure to outcome, for every draw.

    `exposure` is [geo][period]; reach where there is a `frequency`. `effect(exposure, frequency,
    some)` gives outcome [draw][geo][period] of the draws `some` at a worth of 1; `worth` is
    [geo][period]."""

    def __init__(self, exposure, effect, worth, draws, lags, frequency=None):
        self.exposure, self.effect, self.worth = exposure, effect, worth
        self.draws, self.lags, self.frequency = draws, lags, frequency

    def history(self):
        """Outcome within the data, per draw."""
        some = numpy.unique(numpy.linspace(0, self.draws - 1, DRAWS).round().astype(int))
        # A few draws at a time: regions would not fit into memory otherwise.
        parts = [
            (self.effect(self.exposure, self.frequency, part) * self.worth).sum(axis=(1, 2))
            for part in numpy.array_split(some, max(1, len(some) // 50))
        ]
        return numpy.concatenate(parts)

    def ahead(self, horizon, multiples):
        """Mean outcome of the last quarter's media, repeated at each multiple, in the quarter and
        until the carry-over has run out, beyond what earlier media still carry over."""
        some = numpy.unique(numpy.linspace(0, self.draws - 1, CURVE_DRAWS).round().astype(int))
        horizon = min(horizon, self.exposure.shape[1])
        pad = min(self.lags, self.exposure.shape[1])
        worth = self.worth[:, -horizon:].mean(axis=1)
        quiet = numpy.zeros((self.exposure.shape[0], self.lags))
        frequency = None
        if self.frequency is not None:
            f = self.frequency
            frequency = numpy.concatenate([f[:, -pad:], f[:, -horizon:], quiet], axis=1)

        def brings(multiple):
            x = self.exposure
            parts = [x[:, -pad:], multiple * x[:, -horizon:], quiet]
            effect = self.effect(numpy.concatenate(parts, axis=1), frequency, some)
            return (effect[:, :, pad:].sum(axis=2) * worth).sum(axis=1).mean()

        nothing = brings(0.0)
        return [float(brings(m) - nothing) for m in multiples]


def adstock(x, alpha, lags):
    """Normalised geometric adstock of [geo][period] or [draw][geo][period] for each alpha."""
    weights = alpha[:, None] ** numpy.arange(lags)
    weights /= weights.sum(axis=1, keepdims=True)
    x = numpy.broadcast_to(x, (len(alpha), *x.shape[-2:]))
    out = numpy.zeros(x.shape)
    for lag in range(min(lags, x.shape[2])):
        out[:, :, lag:] += weights[:, lag, None, None] * x[:, :, : x.shape[2] - lag]
    return out


def hill(x, half, slope):
    powered = x**slope
    return powered / (powered + half**slope)


def logistic(x):
    return numpy.tanh(0.5 * x)


def grid(frame, column):
    """A column as [geo][period], geos in the order of their first rows."""
    geos = frame["geo"].unique()
    return numpy.stack([frame.loc[frame["geo"] == g, column].to_numpy(float) for g in geos])


def flat(posterior, name):
    """Draws of all chains, [draw][…]."""
    variable = posterior[name]
    rest = [d for d in variable.dims if d not in ("chain", "draw")]
    values = variable.transpose("chain", "draw", *rest).values
    return values.reshape(-1, *values.shape[2:])


def fit_pymc(frame, brand, args):
    from pymc_marketing.mmm import GeometricAdstock, LogisticSaturation
    from pymc_marketing.mmm.mmm import MMM

    media = {c["name"]: c["exposure"] or c["reach"] or c["spend"] for c in brand["channels"]}
    organic = [o["exposure"] or o["reach"] for o in brand["organic"]]
    drivers = [*media.values(), *organic]
    covariates = brand["controls"] + brand["treatments"]
    # Reach times frequency are the contacts, which is what a model without frequency can use.
    for channel in brand["channels"] + brand["organic"]:
        if channel["reach"]:
            frame[channel["reach"]] *= frame[channel["frequency"]]
    sums = {column: "sum" for column in [brand["kpi"], *drivers]}
    means = {column: "mean" for column in covariates}
    national = frame.groupby("date", as_index=False).agg({**sums, **means})
    # The peer leaves controls as they are, and its prior expects them near one.
    for column in covariates:
        spread = national[column].std(ddof=0)
        national[column] = (national[column] - national[column].mean()) / (spread or 1.0)
    model = MMM(
        date_column="date",
        target_column=brand["kpi"],
        channel_columns=drivers,
        control_columns=covariates or None,
        adstock=GeometricAdstock(l_max=PYMC_LAGS),
        saturation=LogisticSaturation(),
        yearly_seasonality=2,
    )
    x, y = national.drop(columns=[brand["kpi"]]), national[brand["kpi"]]
    model.build_model(x, y)
    idata = model.fit(
        x,
        y,
        chains=4,
        tune=1000,
        draws=1000,
        random_seed=brand["seed"],
        cores=1,
        progressbar=False,
        nuts_sampler="nutpie",
    )
    posterior = idata["posterior"]
    posterior = posterior.to_dataset() if hasattr(posterior, "to_dataset") else posterior
    alpha, lam, beta = (
        flat(posterior, name) for name in ("adstock_alpha", "saturation_lam", "saturation_beta")
    )
    worth = numpy.full((1, len(national)), brand["revenue_per_unit"] or 1.0)
    responses = {}
    for m, (name, column) in enumerate(media.items()):
        values = national[column].to_numpy(float)[None, :]
        scale = numpy.abs(values).max() or 1.0

        def effect(exposure, _frequency, some, m=m, scale=scale):
            carried = adstock(exposure / scale, alpha[some, m], PYMC_LAGS)
            size = beta[some, m, None, None] * y.abs().max()
            return size * logistic(lam[some, m, None, None] * carried)

        responses[name] = Response(values, effect, worth, len(alpha), PYMC_LAGS)
    return responses, f"PyMC-Marketing {measure.versions('pymc-marketing')['pymc-marketing']}"


def fit_meridian(frame, brand, args):
    from meridian.data import load
    from meridian.model import model, spec

    national = brand["geos"] == 1
    volume = [c for c in brand["channels"] if not c["reach"]]
    contacts = [c for c in brand["channels"] if c["reach"]]
    covariates = brand["controls"] + brand["treatments"]
    count = not brand["kpi_is_revenue"]
    worth_column = None
    if count:
        worth_column = "revenue_per_kpi"
        frame[worth_column] = brand["revenue_per_unit"] or 1.0
    named = {
        "time": "date",
        "kpi": brand["kpi"],
        "revenue_per_kpi": worth_column,
        "geo": None if national else "geo",
        "population": None if national else "population",
        "controls": covariates or None,
    }
    maps = {}
    if volume:
        media = [c["exposure"] or c["spend"] for c in volume]
        spends = [c["spend"] for c in volume]
        # A column may not be named twice: where spend is the driver, a copy is.
        for i, (driver, spend) in enumerate(zip(media, spends)):
            if driver == spend:
                media[i] = f"{driver}_as_media"
                frame[media[i]] = frame[driver]
        named.update(media=media, media_spend=spends)
        names = [c["name"] for c in volume]
        maps["media_to_channel"] = dict(zip(media, names))
        maps["media_spend_to_channel"] = dict(zip(spends, names))
    if contacts:
        reach, frequency, spends = (
            [c[k] for c in contacts] for k in ("reach", "frequency", "spend")
        )
        named.update(reach=reach, frequency=frequency, rf_spend=spends)
        names = [c["name"] for c in contacts]
        maps["reach_to_channel"] = dict(zip(reach, names))
        maps["frequency_to_channel"] = dict(zip(frequency, names))
        maps["rf_spend_to_channel"] = dict(zip(spends, names))
    organic = [o for o in brand["organic"] if o["exposure"]]
    if organic:
        named["organic_media"] = [o["exposure"] for o in organic]
    frame["date"] = frame["date"].dt.strftime("%Y-%m-%d")
    data = load.DataFrameDataLoader(
        df=frame,
        kpi_type="non_revenue" if count else "revenue",
        coord_to_columns=load.CoordToColumns(**{k: v for k, v in named.items() if v}),
        **maps,
    ).load()
    knots = {"knots": max(1, brand["periods"] // args.knot_every)} if args.knot_every else {}
    mmm = model.Meridian(input_data=data, model_spec=spec.ModelSpec(**knots))
    size = (4, 500, 500, 1000) if national else (2, 300, 100, 500)
    mmm.sample_posterior(*size, seed=brand["seed"])
    posterior = mmm.inference_data.posterior
    # The loader sorts what it reads: geos and channels are taken by name.
    geos = [str(g) for g in posterior["geo"].values] if not national else ["national"]
    frame = frame.set_index("geo").loc[geos].reset_index() if not national else frame
    people = grid(frame, "population")[:, :1]
    kpi = grid(frame, brand["kpi"])
    spread = (kpi / people).std()
    worth = grid(frame, worth_column) if count else numpy.ones(kpi.shape)
    responses = {}
    for channel in brand["channels"]:
        kind, dim = ("rf", "rf_channel") if channel["reach"] else ("m", "media_channel")
        index = [str(c) for c in posterior[dim].values].index(channel["name"])
        column = channel["reach"] or channel["exposure"] or channel["spend"]
        exposure = grid(frame, column)
        scaled = exposure / people
        scale = numpy.median(scaled[scaled > 0])
        alpha, half, slope, beta = (
            flat(posterior, name + kind)[..., index]
            for name in ("alpha_", "ec_", "slope_", "beta_g")
        )

        def effect(
            x, frequency, some, scale=scale, alpha=alpha, half=half, slope=slope, beta=beta
        ):
            x = x / people / scale
            ec, s = half[some, None, None], slope[some, None, None]
            if frequency is not None:
                out = adstock(hill(frequency, ec, s) * x, alpha[some], MERIDIAN_LAGS)
            else:
                out = hill(adstock(x, alpha[some], MERIDIAN_LAGS), ec, s)
            return beta[some][:, :, None] * out * spread * people

        frequency = grid(frame, channel["frequency"]) if channel["reach"] else None
        responses[channel["name"]] = Response(
            exposure, effect, worth, len(alpha), MERIDIAN_LAGS, frequency
        )
    return responses, f"Meridian {measure.versions('google-meridian')['google-meridian']}"


def check():
    """The parts that are ours, on numbers worked by hand."""
    alpha = numpy.array([0.5, 0.0])
    # Weights 2/3 and 1/3; without retention all of it at once.
    out = adstock(numpy.array([[3.0, 0.0, 6.0]]), alpha, 2)
    assert numpy.allclose(out[:, 0], [[2.0, 1.0, 4.0], [3.0, 0.0, 6.0]]), out
    assert numpy.allclose(hill(numpy.array([0.0, 2.0, 6.0]), 2.0, 1.0), [0.0, 0.5, 0.75])
    assert numpy.isclose(logistic(2.0), (1 - numpy.exp(-2)) / (1 + numpy.exp(-2)))
    # A linear effect of twice the exposure, worth 5 a unit: 30 units bring 300 in the data, and
    # ten units in each of the last two periods 200 at the same level.
    linear = Response(
        numpy.full((1, 3), 10.0),
        lambda x, _frequency, some: 2.0 * adstock(x, alpha[:1].repeat(len(some)), 1),
        numpy.full((1, 3), 5.0),
        4,
        1,
    )
    assert numpy.allclose(linear.history(), 300.0), linear.history()
    assert numpy.allclose(linear.ahead(2, [0.5, 1.0, 1.5]), [100.0, 200.0, 300.0])
    # Carry-over beyond the quarter counts, what came before does not.
    carried = Response(
        numpy.array([[0.0, 90.0, 3.0]]),
        lambda x, _frequency, some: adstock(x, alpha[:1].repeat(len(some)), 2),
        numpy.ones((1, 3)),
        4,
        2,
    )
    assert numpy.allclose(carried.ahead(1, [1.0, 2.0]), [3.0, 6.0]), carried.ahead(1, [1.0, 2.0])
    print("ok")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", help="the --out folder of outlay calibrate --keep-data")
    parser.add_argument("--peer", choices=["pymc", "meridian"])
    parser.add_argument("--name", help="name of the row; the peer's unless given")
    parser.add_argument(
        "--knot-every", type=int, help="Meridian: periods per knot instead of its default"
    )
    parser.add_argument("--check", action="store_true", help="only check this script's own parts")
    args = parser.parse_args()
    if not args.check and not (args.results and args.peer):
        parser.error("--results and --peer are needed")
    args.name = args.name or args.peer
    return args


if __name__ == "__main__":
    main()
