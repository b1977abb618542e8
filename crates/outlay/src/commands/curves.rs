//! `outlay curves`: what a channel brings at any spend.

use std::path::PathBuf;

use outlay_mmm::ensemble::Ensemble;
use outlay_mmm::summary::{Estimate, Summary};
use serde::Serialize;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::fit_dir::reopen;
use crate::render;

/// Arguments of `outlay curves`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder that `outlay fit --out` wrote.
    dir: PathBuf,
    /// The channel.
    #[arg(long)]
    channel: String,
    /// Total spend over the fit's whole period; several times for several points. A curve from
    /// nothing to twice what was spent when left out.
    #[arg(long, value_name = "AMOUNT")]
    spend: Vec<f64>,
}

/// Points of the curve when no spend is named.
const POINTS: usize = 11;

/// A step of one per cent: what a marginal return is measured with.
const MARGINAL_STEP: f64 = 0.01;

#[derive(Serialize)]
struct Answer {
    sentence: String,
    channel: String,
    outcome_unit: String,
    historical_spend: f64,
    observed_to_spend: f64,
    points: Vec<Point>,
}

/// What a spend brings.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Point {
    /// Total spend.
    pub(crate) spend: f64,
    /// Outcome at this spend, flighting kept.
    pub(crate) outcome: Estimate,
    /// Return per unit of spend; `null` at zero.
    pub(crate) roi: Option<Estimate>,
    /// Return on the next unit of spend.
    pub(crate) mroi: Estimate,
    /// Whether the spend lies beyond what was observed.
    pub(crate) extrapolated: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let loaded = render::load::load(&args.dir)?;
    let ensemble = reopen(&args.dir)?;
    let answer = answer(args, &ensemble, &loaded.summary)?;
    if context.json() {
        let text = serde_json::to_string_pretty(&answer)
            .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, ""))?;
        anstream::println!("{text}");
    } else {
        let summary = &loaded.summary;
        let table = render::curve(&answer.sentence, summary, &answer.points);
        anstream::print!("{table}");
    }
    Ok(())
}

fn answer(args: &Args, ensemble: &Ensemble, summary: &Summary) -> Result<Answer, Failure> {
    let model = ensemble.model();
    let Some(index) = model.units.iter().position(|u| u.name == args.channel) else {
        let known: Vec<&str> = model.units.iter().map(|u| u.name.as_str()).collect();
        return Err(Failure::new(
            Exit::Data,
            "curves.channel",
            format!("the fit has no channel `{}`", args.channel),
            format!("it has {}", known.join(", ")),
        ));
    };
    let channel = summary.channels.get(&args.channel);
    let (Some(channel), true) = (channel, model.units[index].paid) else {
        return Err(Failure::new(
            Exit::Data,
            "curves.no-spend",
            format!("`{}` has no spend, so no curve over spend", args.channel),
            "its contribution stands in `outlay show`",
        ));
    };
    if let Some(bad) = args.spend.iter().find(|s| !(s.is_finite() && **s >= 0.0)) {
        return Err(Failure::new(
            Exit::Data,
            "curves.spend",
            format!("spend must be zero or more, not {bad}"),
            "give an amount for the fit's whole period",
        ));
    }
    let spends = if args.spend.is_empty() {
        (0..POINTS).map(|i| channel.spend * 2.0 * i as f64 / (POINTS - 1) as f64).collect()
    } else {
        args.spend.clone()
    };
    let observed_to = channel.response.as_ref().map_or(1.0, |r| r.observed_to) * channel.spend;
    let points = points(ensemble, index, channel.spend, &spends, observed_to);
    let unit = &summary.data.outcome_unit;
    let sentence = points.last().map_or_else(String::new, |p| {
        let number = |x| outlay_report::format::Locale::POINT.compact(x);
        format!(
            "{} at {} in total brings {} {unit} ({}–{}).",
            args.channel,
            number(p.spend),
            number(p.outcome.q50),
            number(p.outcome.q05),
            number(p.outcome.q95),
        )
    });
    Ok(Answer {
        sentence,
        channel: args.channel.clone(),
        outcome_unit: unit.clone(),
        historical_spend: channel.spend,
        observed_to_spend: observed_to,
        points,
    })
}

fn points(
    ensemble: &Ensemble,
    index: usize,
    historical: f64,
    spends: &[f64],
    observed_to: f64,
) -> Vec<Point> {
    let at: Vec<f64> =
        spends.iter().flat_map(|s| [s / historical, s / historical + MARGINAL_STEP]).collect();
    let rows: Vec<Vec<f64>> =
        ensemble.explain(|explainer, draw| explainer.response(draw, index, &at));
    spends
        .iter()
        .enumerate()
        .map(|(i, spend)| {
            let outcome: Vec<f64> = rows.iter().map(|r| r[2 * i]).collect();
            let step = MARGINAL_STEP * historical;
            let next: Vec<f64> = rows.iter().map(|r| (r[2 * i + 1] - r[2 * i]) / step).collect();
            let ratio = || -> Vec<f64> { outcome.iter().map(|o| o / spend).collect() };
            Point {
                spend: *spend,
                outcome: Estimate::from_draws(&outcome),
                roi: (*spend > 0.0).then(|| Estimate::from_draws(&ratio())),
                mroi: Estimate::from_draws(&next),
                extrapolated: *spend > observed_to,
            }
        })
        .collect()
}
