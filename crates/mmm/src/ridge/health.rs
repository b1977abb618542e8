//! Can the second opinion be believed?

use indexmap::IndexMap;
use outlay_core::registry::{Registry, keys};

use super::RidgeFit;
use crate::summary::{ChannelSummary, Finding, FitQuality, Health, Verdict};

/// Checks a fit and its answers; `models` is how many the spread is over.
pub(crate) fn check(
    fit: &RidgeFit,
    registry: &Registry,
    quality: &FitQuality,
    channels: &IndexMap<String, ChannelSummary>,
    models: usize,
) -> Health {
    let mut findings = vec![Finding {
        code: "ridge.intervals".to_owned(),
        verdict: Verdict::Review,
        message: format!(
            "intervals are the spread over {models} models that fit about equally well, not statistical intervals"
        ),
        advice: "use them to compare with the Bayesian fit, not to judge risk".to_owned(),
    }];
    findings.extend(convergence(fit));
    if fit.interrupted {
        findings.push(Finding {
            code: "ridge.interrupted".to_owned(),
            verdict: Verdict::Review,
            message: format!("the search was stopped after {} evaluations", fit.evaluations),
            advice: "run it to the end before you rely on it".to_owned(),
        });
    }
    let silent: Vec<&str> = channels
        .iter()
        .filter(|(_, c)| c.contribution.q50 == 0.0)
        .map(|(name, _)| name.as_str())
        .collect();
    findings.push(if silent.is_empty() {
        ok("ridge.zero_channels", "every channel has an effect".to_owned())
    } else {
        Finding {
            code: "ridge.zero_channels".to_owned(),
            verdict: Verdict::Review,
            message: format!("no effect was found for {}", silent.join(", ")),
            advice:
                "a coefficient at its bound is no proof of no effect: compare with the Bayesian fit"
                    .to_owned(),
        }
    });
    let rules = [
        (
            "fit.r2",
            quality.r2 >= registry.get(&keys::HEALTH_R2_MIN),
            format!("explained variance is {:.2}", quality.r2),
            "add controls that move the KPI, or check the data",
        ),
        (
            "fit.wmape",
            quality.wmape <= registry.get(&keys::HEALTH_WMAPE_MAX),
            format!("weighted error is {:.1} %", 100.0 * quality.wmape),
            "add controls that move the KPI, or check the data",
        ),
        (
            "baseline.negative",
            quality.negative_baseline_probability <= registry.get(&keys::HEALTH_NEGATIVE_BASELINE),
            format!(
                "baseline is negative in {:.0} % of the models",
                100.0 * quality.negative_baseline_probability
            ),
            "media takes credit for what would have come anyway: check controls and trend",
        ),
    ];
    for (code, fine, message, advice) in rules {
        findings.push(if fine { ok(code, message) } else { review(code, message, advice) });
    }
    if let Some(holdout) = &quality.holdout {
        let message = format!(
            "error on {} unseen periods is {:.1} %, the seasonal naive forecast's {:.1} %",
            holdout.periods,
            100.0 * holdout.wmape,
            100.0 * holdout.naive_wmape
        );
        let fine = holdout.skill >= registry.get(&keys::HEALTH_SKILL_MIN);
        let advice = "the model forecasts worse than last year's values: do not plan with it";
        findings.push(if fine {
            ok("holdout.skill", message)
        } else {
            review("holdout.skill", message, advice)
        });
    }
    let verdict = findings.iter().map(|f| f.verdict).max().unwrap_or(Verdict::Ok);
    let cost: f64 = findings
        .iter()
        .map(|f| match f.verdict {
            Verdict::Ok => 0.0,
            Verdict::Review => registry.get(&keys::HEALTH_RIDGE_REVIEW),
            Verdict::Fail => registry.get(&keys::HEALTH_RIDGE_FAIL),
        })
        .sum();
    Health { verdict, score: (100.0 - cost).max(0.0), findings }
}

fn convergence(fit: &RidgeFit) -> Vec<Finding> {
    if fit.convergence.is_empty() {
        let message = format!("{} evaluations are too few to tell convergence", fit.evaluations);
        return vec![review("ridge.convergence", message, "raise `iterations` to 2000")];
    }
    let told = |c: &super::Convergence| {
        let name = match c.objective.as_str() {
            "nrmse" => "prediction error (NRMSE)",
            "decomp_rssd" => "distance of effect from spend (DECOMP.RSSD)",
            _ => "error against lift tests (MAPE.LIFT)",
        };
        let from_to = format!("median {:.3} → {:.3}", c.first_median, c.last_median);
        let code = format!("ridge.convergence.{}", c.objective);
        if c.converged {
            ok(&code, format!("the search has settled on {name}: {from_to}"))
        } else {
            let message = format!("the search has not settled on {name}: {from_to}");
            review(&code, message, "raise `iterations`, or check the hyper-parameter boxes")
        }
    };
    fit.convergence.iter().map(told).collect()
}

fn ok(code: &str, message: String) -> Finding {
    Finding { code: code.to_owned(), verdict: Verdict::Ok, message, advice: String::new() }
}

fn review(code: &str, message: String, advice: &str) -> Finding {
    let (code, advice) = (code.to_owned(), advice.to_owned());
    Finding { code, verdict: Verdict::Review, message, advice }
}
