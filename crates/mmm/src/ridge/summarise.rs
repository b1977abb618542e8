//! A ridge fit in the shape of every other answer.
//!
//! The "draws" are models that fit about equally well (see [`super::Spread`]): means are means
//! over them, intervals their spread. Noise bands add the models' residual deviation.

mod channel;
mod quality;

use indexmap::IndexMap;
use outlay_core::Panel;
use outlay_core::registry::Registry;

use super::design::{Design, Role, Space};
use super::evaluate::{EvaluationOptions, Evaluator};
use super::model::RidgeModel;
use super::response::ChannelResponse;
use super::{RidgeFit, health};
use crate::summary::{
    BandSeries, ChannelKind, DataSummary, Decomposition, Diagnostics, Estimate, Method,
    ParameterSummary, SCHEMA, Summary, Timing, TotalSummary,
};

/// 95 % quantile of the standard normal.
const Z95: f64 = 1.644_853_626_951_472_2;
/// 75 % quantile of the standard normal.
const Z75: f64 = 0.674_489_750_196_081_7;

/// One model of the spread with everything that answers need, in units of the outcome.
pub(crate) struct Told<'a> {
    pub(crate) model: &'a RidgeModel,
    /// Prediction per period.
    pub(crate) predicted: Vec<f64>,
    /// Contribution per column and period.
    pub(crate) parts: Vec<Vec<f64>>,
    /// Responses of the media columns.
    pub(crate) responses: Vec<ChannelResponse>,
    /// Residual standard deviation over the training block.
    pub(crate) noise: f64,
}

impl<'a> Told<'a> {
    fn new(
        evaluator: &mut Evaluator<'_>,
        design: &Design,
        space: &Space,
        model: &'a RidgeModel,
    ) -> Self {
        evaluator.evaluate(&model.point());
        let value = &design.value[design.window.clone()];
        let told = |x: &[f64], b: f64| -> Vec<f64> {
            x.iter().zip(value).map(|(x, v)| b * x * v).collect()
        };
        let parts = (0..design.columns.len())
            .map(|j| told(evaluator.column(j), evaluator.coefficients()[j]))
            .collect();
        let predicted = told(evaluator.predicted(), 1.0);
        let actual = told(design.target(), 1.0);
        let train = model.split.train;
        let squares = actual.iter().zip(&predicted).take(train).map(|(y, p)| (y - p).powi(2));
        let noise = (squares.sum::<f64>() / train.max(1) as f64).sqrt();
        Self { model, predicted, parts, responses: model.responses(design, space), noise }
    }
}

impl RidgeFit {
    /// Everything that the ridge has numbers for. `source` names where the data came from.
    ///
    /// R-hat, effective sample sizes and priors do not exist here and are left empty or zero;
    /// `diagnostics.chains` counts trials and `diagnostics.draws` evaluations per trial. Timing
    /// is the caller's.
    pub fn summary(&self, panel: &Panel, source: &str, registry: &Registry) -> Summary {
        let design = &self.design;
        let mut evaluator =
            Evaluator::new(design, &self.space, EvaluationOptions::from(&self.settings));
        let told: Vec<Told<'_>> = self
            .spread_models()
            .into_iter()
            .map(|m| Told::new(&mut evaluator, design, &self.space, m))
            .collect();
        let chosen = Told::new(&mut evaluator, design, &self.space, self.chosen());
        let value = &design.value[design.window.clone()];
        let actual: Vec<f64> = design.target().iter().zip(value).map(|(y, v)| y * v).collect();
        let total: f64 = actual.iter().sum();
        let over = |f: &dyn Fn(&Told<'_>) -> f64| {
            Estimate::from_draws(&told.iter().map(f).collect::<Vec<f64>>())
        };
        let paid: Vec<usize> = design.paid().collect();
        let spend: f64 = paid.iter().map(|j| design.window_spend(*j)).sum();
        let paid_sum = |t: &Told<'_>| paid.iter().map(|j| sum(&t.parts[*j])).sum::<f64>();
        let media: Vec<usize> = design.media().collect();
        let channels: IndexMap<_, _> = media
            .iter()
            .enumerate()
            .map(|(m, j)| {
                (design.columns[*j].name.clone(), channel::summarise(design, &told, m, *j, total))
            })
            .collect();
        let decomposition = self.decomposition(panel, &told, &chosen, &actual, &media);
        let baseline = |t: &Told<'_>| {
            let all: f64 = media.iter().map(|j| sum(&t.parts[*j])).sum();
            (sum(&t.predicted) - all) / total
        };
        let baseline_share = over(&baseline);
        let fit = quality::measure(self, panel, &told, &chosen, &decomposition, &baseline);
        let total_media = TotalSummary {
            spend,
            contribution: over(&paid_sum),
            contribution_share: over(&|t| paid_sum(t) / total),
            roi: (spend > 0.0).then(|| over(&|t| paid_sum(t) / spend)),
        };
        let health = health::check(self, registry, &fit, &channels, told.len());
        let data = self.data_summary(panel, source, total, spend);
        let sentence = sentence(&data, &total_media, &channels, told.len());
        Summary {
            structures: IndexMap::new(),
            joint: Vec::new(),
            schema: SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: self.seed,
            method: Method::Ridge,
            approximate: true,
            sentence,
            data,
            channels,
            total_media,
            baseline_share,
            decomposition,
            treatments: treatments(design, &told),
            parameters: parameters(&told),
            fit,
            diagnostics: Diagnostics {
                chains: self.settings.trials,
                draws: self.settings.iterations,
                interrupted: self.interrupted,
                ..Diagnostics::default()
            },
            health,
            spec: serde_json::json!({ "ridge": &self.settings }),
            timing: Timing::default(),
        }
    }

    fn data_summary(&self, panel: &Panel, source: &str, total: f64, spend: f64) -> DataSummary {
        let money = panel.outcome_is_money();
        let currency = panel.currency.map(|c| c.code().to_owned());
        let starts = panel.calendar.starts();
        let window = &self.design.window;
        DataSummary {
            fingerprint: panel.fingerprint().to_string(),
            source: source.to_owned(),
            kpi: panel.kpi.name.clone(),
            outcome_unit: match (&currency, money) {
                (Some(code), true) => code.clone(),
                (None, true) => "revenue".to_owned(),
                (_, false) => panel.kpi.name.clone(),
            },
            outcome_is_money: money,
            currency,
            granularity: panel.calendar.granularity().to_string(),
            start: starts[window.start],
            end: starts[window.end - 1],
            periods: window.len(),
            geos: panel.geos.clone(),
            total_outcome: total,
            total_spend: spend,
        }
    }

    fn decomposition(
        &self,
        panel: &Panel,
        told: &[Told<'_>],
        chosen: &Told<'_>,
        actual: &[f64],
        media: &[usize],
    ) -> Decomposition {
        let design = &self.design;
        let rows = design.rows();
        let band = |f: &dyn Fn(&Told<'_>) -> Vec<f64>| {
            BandSeries::from_draws(&told.iter().map(f).collect::<Vec<_>>())
        };
        let without_media = |t: &Told<'_>| -> Vec<f64> {
            (0..rows)
                .map(|i| t.predicted[i] - media.iter().map(|j| t.parts[*j][i]).sum::<f64>())
                .collect()
        };
        let share = 1.0 / told.len().max(1) as f64;
        let mut baseline_parts = IndexMap::new();
        let mut level = vec![0.0; rows];
        for t in told {
            for (i, l) in level.iter_mut().enumerate() {
                *l += share * (t.predicted[i] - t.parts.iter().map(|p| p[i]).sum::<f64>());
            }
        }
        baseline_parts.insert("intercept".to_owned(), level);
        for (j, column) in design.columns.iter().enumerate().filter(|(_, c)| !c.role.is_media()) {
            let mean =
                (0..rows).map(|i| told.iter().map(|t| share * t.parts[j][i]).sum()).collect();
            baseline_parts.insert(column.name.clone(), mean);
        }
        let split = chosen.model.split;
        Decomposition {
            dates: panel.calendar.starts()[design.window.clone()].to_vec(),
            actual: actual.to_vec(),
            expected: band(&|t| t.predicted.clone()),
            predictive: predictive(told, rows),
            baseline: band(&without_media),
            channels: media
                .iter()
                .map(|j| (design.columns[*j].name.clone(), band(&|t| t.parts[*j].clone())))
                .collect(),
            baseline_parts,
            held_out: (0..rows).map(|i| i >= split.train + split.validation).collect(),
        }
    }
}

fn sum(series: &[f64]) -> f64 {
    series.iter().sum()
}

/// Spread of the models plus their noise, as a normal band.
fn predictive(told: &[Told<'_>], rows: usize) -> BandSeries {
    let n = told.len().max(1) as f64;
    let noise = told.iter().map(|t| t.noise * t.noise).sum::<f64>() / n;
    let mut band = BandSeries::default();
    for i in 0..rows {
        let values: Vec<f64> = told.iter().map(|t| t.predicted[i]).collect();
        let e = Estimate::from_draws(&values);
        let sd = (e.sd * e.sd + noise).sqrt();
        band.push(&Estimate {
            mean: e.mean,
            sd,
            q05: e.mean - Z95 * sd,
            q25: e.mean - Z75 * sd,
            q50: e.mean,
            q75: e.mean + Z75 * sd,
            q95: e.mean + Z95 * sd,
        });
    }
    band
}

/// Contribution of each treatment against its smallest value in the window.
fn treatments(design: &Design, told: &[Told<'_>]) -> IndexMap<String, Estimate> {
    let value = &design.value[design.window.clone()];
    let columns = design.columns.iter().filter(|c| c.role == Role::Treatment);
    columns
        .map(|column| {
            let x = &column.values[design.window.clone()];
            let low = x.iter().copied().fold(f64::INFINITY, f64::min);
            let above: f64 = x.iter().zip(value).map(|(x, v)| (x - low) * v).sum();
            let b = |t: &Told<'_>| t.model.coefficients.get(&column.name).copied().unwrap_or(0.0);
            let draws: Vec<f64> = told.iter().map(|t| b(t) * above).collect();
            (column.name.clone(), Estimate::from_draws(&draws))
        })
        .collect()
}

/// Hyper-parameters as `alpha[tv]`, coefficients as `coefficient[tv]`, and the intercept.
fn parameters(told: &[Told<'_>]) -> IndexMap<String, ParameterSummary> {
    let mut out = IndexMap::new();
    let mut put = |name: String, draws: Vec<f64>| {
        let estimate = Estimate::from_draws(&draws);
        let none = ParameterSummary { estimate, rhat: None, ess_bulk: None, ess_tail: None };
        out.insert(name, none);
    };
    let Some(first) = told.first() else { return out };
    put("intercept".to_owned(), told.iter().map(|t| t.model.intercept).collect());
    for (i, name) in first.model.coefficients.keys().enumerate() {
        let at = |t: &Told<'_>| t.model.coefficients.get_index(i).map_or(0.0, |(_, v)| *v);
        put(format!("coefficient[{name}]"), told.iter().map(at).collect());
    }
    for (i, name) in first.model.hyperparameters.keys().enumerate() {
        let at = |t: &Told<'_>| t.model.hyperparameters.get_index(i).map_or(0.0, |(_, v)| *v);
        let label = match name.rsplit_once('.') {
            Some((channel, part)) if name != "lambda" && name != "train_size" => {
                format!("{part}[{channel}]")
            }
            _ => name.clone(),
        };
        put(label, told.iter().map(at).collect());
    }
    put("lambda_scaled".to_owned(), told.iter().map(|t| t.model.lambda).collect());
    out
}

fn sentence(
    data: &DataSummary,
    media: &TotalSummary,
    channels: &IndexMap<String, crate::summary::ChannelSummary>,
    models: usize,
) -> String {
    let percent = |v: f64| format!("{:.0} %", 100.0 * v);
    let share = &media.contribution_share;
    let mut text = format!(
        "Second opinion (ridge): paid media brought {} of {} (spread {} to {} over {} models that fit about equally well)",
        percent(share.mean),
        data.kpi,
        percent(share.q05),
        percent(share.q95),
        models,
    );
    let paid = channels.iter().filter(|(_, c)| c.kind == ChannelKind::Paid);
    let best = paid
        .filter_map(|(name, c)| c.roi.map(|roi| (name, roi)))
        .max_by(|a, b| a.1.mean.total_cmp(&b.1.mean));
    if let Some((name, roi)) = best.filter(|b| b.1.mean > 0.0) {
        text += &format!("; the best return per unit of spend is {name}'s: {:.2}", roi.mean);
    }
    text + "."
}
