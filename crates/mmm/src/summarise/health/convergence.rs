//! Did the chains settle? Judged by the structures that carry the answer: one that hardly any weight
//! falls to cannot spoil it.

use outlay_core::registry::{Registry, keys};

use super::Review;
use crate::ensemble::{Ensemble, Member};
use crate::summary::{Diagnostics, ParameterSummary, Summary, Verdict};

/// What the chains of some structures say.
#[derive(Debug, Clone, PartialEq)]
struct Figures {
    /// Largest R-hat and its parameter.
    rhat: (f64, String),
    /// Fewest effective draws, of the bulk or of the tails, and their parameter.
    ess: (f64, String),
    /// Divergent draws.
    divergences: usize,
    /// All draws.
    draws: usize,
    /// Chains that never joined the others.
    stuck: usize,
}

impl Figures {
    fn of(summary: &Summary, members: &[&Member], several: bool) -> Self {
        let mut own = Self {
            rhat: (0.0, String::new()),
            ess: (f64::INFINITY, String::new()),
            divergences: 0,
            draws: 0,
            stuck: 0,
        };
        for member in members {
            let ours = |name: &str| {
                let structure = name.split_once('/').map_or("", |(structure, _)| structure);
                !several || structure == member.name
            };
            for (name, parameter) in summary.parameters.iter().filter(|(name, _)| ours(name)) {
                own.add(name, parameter);
            }
            let fitted = &member.fitted;
            own.divergences += fitted.facts.iter().map(|f| f.divergences).sum::<usize>();
            own.draws += fitted.len();
            own.stuck += fitted.abandoned + fitted.facts.iter().filter(|f| f.suspicious).count();
        }
        // Too few draws to count any: none is effective.
        if own.ess.0.is_infinite() {
            own.ess.0 = 0.0;
        }
        own
    }

    fn add(&mut self, name: &str, parameter: &ParameterSummary) {
        if let Some(rhat) = parameter.rhat.filter(|rhat| *rhat > self.rhat.0) {
            self.rhat = (rhat, name.to_owned());
        }
        for ess in [parameter.ess_bulk, parameter.ess_tail].into_iter().flatten() {
            if ess < self.ess.0 {
                self.ess = (ess, name.to_owned());
            }
        }
    }

    fn divergent_share(&self) -> f64 {
        self.divergences as f64 / self.draws.max(1) as f64
    }

    /// Verdicts on R-hat, on effective draws and on divergences.
    fn verdicts(&self, registry: &Registry) -> (Verdict, Verdict, Verdict) {
        let get = |key| registry.get(key);
        let rhat = match self.rhat.0 {
            r if r >= get(&keys::HEALTH_RHAT_FAIL) => Verdict::Fail,
            r if r >= get(&keys::HEALTH_RHAT_WARN) => Verdict::Review,
            _ => Verdict::Ok,
        };
        let ess = match self.ess.0 {
            e if e < get(&keys::HEALTH_ESS_FAIL) => Verdict::Fail,
            e if e < get(&keys::HEALTH_ESS_MIN) => Verdict::Review,
            _ => Verdict::Ok,
        };
        let divergences = match self.divergent_share() {
            s if s > get(&keys::HEALTH_DIVERGENCE_FAIL) => Verdict::Fail,
            s if s > get(&keys::HEALTH_DIVERGENCE_SHARE) => Verdict::Review,
            _ => Verdict::Ok,
        };
        (rhat, ess, divergences)
    }
}

pub(super) fn convergence(review: &mut Review<'_>, summary: &Summary, ensemble: &Ensemble) {
    let least = review.registry.get(&keys::HEALTH_STRUCTURE_WEIGHT);
    let several = ensemble.members.len() > 1;
    // Where all weigh less than the least, the heaviest still carries the answer.
    let carries = |m: &Member| m.weight >= least || m.name == ensemble.leading().name;
    let (carrying, others): (Vec<&Member>, Vec<&Member>) =
        ensemble.members.iter().partition(|m| carries(m));
    let figures = Figures::of(summary, &carrying, several);
    let more = draw_more(&summary.diagnostics);
    let (rhat, ess, divergences) = figures.verdicts(review.registry);
    review.add(
        "convergence.rhat",
        rhat,
        format!("chains agree to R-hat {:.3} (worst: {})", figures.rhat.0, figures.rhat.1),
        &format!("{more}; if it stays, the data cannot tell this parameter from others: fix its prior or merge channels"),
    );
    review.add(
        "convergence.ess",
        ess,
        format!(
            "at least {:.0} effective draws in every parameter (fewest: {})",
            figures.ess.0, figures.ess.1
        ),
        &more,
    );
    review.add(
        "convergence.divergences",
        divergences,
        format!("{} divergent draws", figures.divergences),
        "raise `sampling.target_accept` to 0.95 or more",
    );
    if figures.stuck > 0 {
        review.add(
            "convergence.stuck",
            Verdict::Fail,
            format!("{} chain(s) never joined the others", figures.stuck),
            "run again with another seed; if it stays, the posterior has separate modes: narrow the priors",
        );
    }
    for member in others {
        minor(review, summary, member);
    }
    if ensemble.interrupted() {
        let kept = ensemble.members.iter().map(|m| m.fitted.len()).sum::<usize>();
        review.add(
            "convergence.interrupted",
            Verdict::Review,
            format!("interrupted: {kept} draws were kept"),
            "run again to the end before deciding anything",
        );
    }
}

/// A structure that hardly counts is spoken of where it could not stand alone.
fn minor(review: &mut Review<'_>, summary: &Summary, member: &Member) {
    let figures = Figures::of(summary, &[member], true);
    let (rhat, ess, divergences) = figures.verdicts(review.registry);
    if rhat.max(ess).max(divergences) < Verdict::Fail && figures.stuck == 0 {
        return;
    }
    review.add(
        "convergence.minor",
        Verdict::Review,
        format!(
            "the structure {} has not settled (R-hat {:.3}, {:.0} effective draws, {} divergent), but \
             carries only {:.0} % of the answer",
            member.name,
            figures.rhat.0,
            figures.ess.0,
            figures.divergences,
            100.0 * member.weight
        ),
        "leave it out of the specification and see whether the answer stays",
    );
}

/// What to do where draws are too few. Chains that drew on keep no more draws for it, which is
/// kinder to memory than more kept ones.
fn draw_more(diagnostics: &Diagnostics) -> String {
    match diagnostics.thin {
        0 | 1 => format!("draw more (`--draws {}`)", 2 * diagnostics.draws),
        thin => format!("let the chains draw on for longer (`--set fit.max_thin={}`)", 2 * thin),
    }
}
