//! Can I believe it? Every check with its number, its verdict, and what to do.

use outlay_core::registry::{Registry, Setting, keys};

mod convergence;

use crate::ensemble::Ensemble;
use crate::fit::Fitted;
use crate::summary::{Finding, Health, Method, Summary, Verdict};
use convergence::convergence;

/// Before any check.
pub(super) fn unknown() -> Health {
    Health { verdict: Verdict::Review, score: 0.0, findings: Vec::new() }
}

/// The groups of checks with their weights in the score.
const WEIGHTS: [(&str, &Setting); 5] = [
    ("convergence", &keys::HEALTH_WEIGHT_CONVERGENCE),
    ("baseline", &keys::HEALTH_WEIGHT_BASELINE),
    ("fit", &keys::HEALTH_WEIGHT_FIT),
    ("holdout", &keys::HEALTH_WEIGHT_HOLDOUT),
    ("learned", &keys::HEALTH_WEIGHT_LEARNED),
];

struct Review<'a> {
    registry: &'a Registry,
    findings: Vec<Finding>,
}

impl Review<'_> {
    fn add(&mut self, code: &str, verdict: Verdict, message: String, advice: &str) {
        let advice = if verdict == Verdict::Ok { String::new() } else { advice.to_owned() };
        self.findings.push(Finding { code: code.to_owned(), verdict, message, advice });
    }
}

/// All checks of a fit.
pub(super) fn health(summary: &Summary, ensemble: &Ensemble, registry: &Registry) -> Health {
    let mut review = Review { registry, findings: Vec::new() };
    if summary.method == Method::Nuts {
        convergence(&mut review, summary, ensemble);
    } else {
        approximation(&mut review, &ensemble.leading().fitted);
    }
    baseline(&mut review, summary);
    fit(&mut review, summary);
    holdout(&mut review, summary);
    learned(&mut review, summary);
    let verdict = review.findings.iter().map(|f| f.verdict).max().unwrap_or(Verdict::Ok);
    Health { verdict, score: score(&review.findings, registry), findings: review.findings }
}

/// Each group earns its weight by the mean of its checks; all weights together are 100 points.
fn score(findings: &[Finding], registry: &Registry) -> f64 {
    let half = registry.get(&keys::HEALTH_REVIEW_POINTS);
    let whole: f64 = WEIGHTS.iter().map(|(_, weight)| registry.get(weight)).sum();
    // Without any weight nothing can be lost.
    if whole <= 0.0 {
        return 100.0;
    }
    let points = |v: Verdict| match v {
        Verdict::Ok => 1.0,
        Verdict::Review => half,
        Verdict::Fail => 0.0,
    };
    let earned: f64 = WEIGHTS
        .iter()
        .map(|(group, weight)| {
            let weight = registry.get(weight);
            let own: Vec<f64> = findings
                .iter()
                .filter(|f| f.code.split('.').next() == Some(*group))
                .map(|f| points(f.verdict))
                .collect();
            // A group without checks (no holdout asked for) takes nothing away.
            if own.is_empty() {
                weight
            } else {
                weight * own.iter().sum::<f64>() / own.len() as f64
            }
        })
        .sum();
    earned * (100.0 / whole)
}

fn approximation(review: &mut Review<'_>, fitted: &Fitted) {
    let khat = fitted.khat.unwrap_or(f64::INFINITY);
    // An approximation is never more than a sketch, and says so; it fails only without any.
    let (verdict, quality) = match khat {
        k if k < review.registry.get(&keys::HEALTH_KHAT_MAX) => {
            (Verdict::Review, "close to the posterior")
        }
        k if k.is_finite() => (Verdict::Review, "rough"),
        _ => (Verdict::Fail, "of unknown quality"),
    };
    review.add(
        "convergence.approximate",
        verdict,
        format!("approximate, {quality} (Pareto k-hat {khat:.2})"),
        "fit without `--approximate` before deciding anything",
    );
}

fn baseline(review: &mut Review<'_>, summary: &Summary) {
    let p = summary.fit.negative_baseline_probability;
    let most = review.registry.get(&keys::HEALTH_NEGATIVE_BASELINE);
    let fail = review.registry.get(&keys::HEALTH_NEGATIVE_BASELINE_FAIL);
    let verdict = match p {
        p if p > fail => Verdict::Fail,
        p if p > most => Verdict::Review,
        _ => Verdict::Ok,
    };
    review.add(
        "baseline.negative",
        verdict,
        format!("the baseline is negative with probability {:.0} %", 100.0 * p),
        "media gets more credit than there is: add controls for demand, or narrower priors on return",
    );
}

fn fit(review: &mut Review<'_>, summary: &Summary) {
    let f = &summary.fit;
    let least = review.registry.get(&keys::HEALTH_R2_MIN);
    let verdict = if f.r2 < least { Verdict::Review } else { Verdict::Ok };
    review.add(
        "fit.r2",
        verdict,
        format!("explains {:.0} % of the ups and downs", 100.0 * f.r2),
        "something that moves the KPI is missing: add controls, holidays, promotions",
    );
    let most = review.registry.get(&keys::HEALTH_WMAPE_MAX);
    let verdict = if f.wmape > most { Verdict::Review } else { Verdict::Ok };
    review.add(
        "fit.wmape",
        verdict,
        format!("is off by {:.1} % on average", 100.0 * f.wmape),
        "add controls, holidays, promotions",
    );
    let least = review.registry.get(&keys::HEALTH_PPP_MIN);
    let verdict = if f.posterior_predictive_p < least { Verdict::Review } else { Verdict::Ok };
    review.add(
        "fit.predictive",
        verdict,
        format!("reproduces the total (posterior predictive p = {:.2})", f.posterior_predictive_p),
        "the model contradicts its data: check scaling, likelihood and outliers",
    );
}

fn holdout(review: &mut Review<'_>, summary: &Summary) {
    let least = review.registry.get(&keys::HEALTH_SKILL_MIN);
    let cases = [
        ("holdout.skill", summary.fit.holdout.as_ref().map(|h| (h.wmape, h.naive_wmape, h.skill))),
        (
            "holdout.backtest",
            summary.fit.backtest.as_ref().map(|b| (b.wmape, b.naive_wmape, b.skill)),
        ),
    ];
    for (code, case) in cases {
        let Some((wmape, naive, skill)) = case else { continue };
        let verdict = if skill < least { Verdict::Review } else { Verdict::Ok };
        review.add(
            code,
            verdict,
            format!(
                "on periods it has not seen it is off by {:.1} %, last year's value by {:.1} %",
                100.0 * wmape,
                100.0 * naive
            ),
            "a model that cannot beat last year's value should not move money: add controls or shorten the horizon",
        );
    }
}

fn learned(review: &mut Review<'_>, summary: &Summary) {
    let least = review.registry.get(&keys::HEALTH_PRIOR_SHIFT);
    let widest = review.registry.get(&keys::ROI_UNCERTAINTY_MAX);
    for (name, channel) in &summary.channels {
        let Some(prior) = &channel.prior else { continue };
        let wide = channel.roi_uncertainty.is_some_and(|u| u > widest);
        let unmoved = prior.shrinkage < least;
        let message = match (unmoved, wide) {
            (true, _) => format!("{name}: the data says little beyond the prior"),
            (false, true) => format!("{name}: the answer is wide (90 % interval)"),
            (false, false) => {
                format!("{name}: the data narrowed the prior by {:.0} %", 100.0 * prior.shrinkage)
            }
        };
        let verdict = if unmoved || wide { Verdict::Review } else { Verdict::Ok };
        review.add(
            &format!("learned.{name}"),
            verdict,
            message,
            "a test would tell: pause or double the channel in some weeks or regions",
        );
    }
}
