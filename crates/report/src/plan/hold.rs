//! What holds a channel where it is: a lock, or a limit with its price.

use outlay_planner::plan::{Binding, ChannelPlan, Plan};
use outlay_planner::problem::Wanted;

use super::Material;
use crate::format::column_decimals;
use crate::terms::{Terms, capitalise, label};

/// Why a channel's spend is not moved further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Nothing holds it.
    Free,
    /// Its spend was not to be changed.
    Locked,
    /// It spends the least that its limits allow.
    AtLeast,
    /// It spends the most that its limits allow.
    AtMost,
    /// A limit on some of its cells holds it, though not its total.
    Limited,
}

/// What holds a channel, and the limit with a price that says so, where there is one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held<'a> {
    pub(crate) hold: Hold,
    pub(crate) binding: Option<&'a Binding>,
}

/// What holds each channel, in the order of the plan.
pub(crate) fn held(plan: &Plan) -> Vec<Held<'_>> {
    let names: Vec<&str> = plan.channels.iter().map(|c| c.name.as_str()).collect();
    let owners: Vec<Option<usize>> = plan.binding.iter().map(|b| the_only_one(b, &names)).collect();
    plan.channels
        .iter()
        .enumerate()
        .map(|(index, channel)| {
            // Bindings come dearest first, so the first of a channel is the one that matters.
            let found = owners.iter().position(|owner| *owner == Some(index));
            let binding = found.map(|place| &plan.binding[place]);
            // Where nothing was searched, limits are just the amounts that were priced.
            let searched = plan.certificate.is_some() || channel.locked;
            let hold = if searched { of_total(channel) } else { Hold::Free };
            let hold = match hold {
                Hold::Free if binding.is_some() => Hold::Limited,
                hold => hold,
            };
            Held { hold, binding }
        })
        .collect()
}

fn of_total(channel: &ChannelPlan) -> Hold {
    // Solvers stop a hair before a limit.
    let slack = 1e-4 * channel.planned.abs().max(channel.current.abs());
    if channel.locked {
        Hold::Locked
    } else if channel.planned > 0.0 && channel.planned >= channel.max - slack {
        Hold::AtMost
    } else if channel.min > 0.0 && channel.planned <= channel.min + slack {
        Hold::AtLeast
    } else {
        Hold::Free
    }
}

/// A limit belongs to a channel when it speaks of no other.
fn the_only_one(binding: &Binding, names: &[&str]) -> Option<usize> {
    match binding.channels.as_slice() {
        [only] => names.iter().position(|name| name == only),
        _ => None,
    }
}

/// What prices of limits are counted in: the unit of what is maximised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PriceUnit {
    /// Outcomes.
    Outcome,
    /// Money, also where outcomes are none.
    Profit,
    /// Probability of reaching a goal.
    Probability,
}

impl PriceUnit {
    pub(crate) fn of(material: &Material<'_>) -> Self {
        match material.plan.question.wanted {
            Some(Wanted::Goal { .. }) => Self::Probability,
            Some(Wanted::Profit) => Self::Profit,
            _ => Self::Outcome,
        }
    }

    /// A price per unit of spend.
    pub(crate) fn rate(self, material: &Material<'_>, price: f64, digits: usize) -> String {
        let terms = &material.terms;
        match self {
            Self::Outcome => terms.rate(price, digits),
            Self::Profit => terms.money(price),
            Self::Probability => small_share(terms, price),
        }
    }

    /// What a larger step brings.
    pub(crate) fn amount(self, material: &Material<'_>, amount: f64) -> String {
        let terms = &material.terms;
        match self {
            Self::Outcome => terms.outcome(amount),
            Self::Profit => terms.money(amount),
            Self::Probability => small_share(terms, amount),
        }
    }
}

/// A share that may be far below a per cent: `0.0021 %`.
pub(crate) fn small_share(terms: &Terms, share: f64) -> String {
    if share.is_finite() {
        format!("{} %", terms.locale.compact(share * 100.0))
    } else {
        terms.locale.share(share)
    }
}

impl Held<'_> {
    /// What holds it, in a few words; empty where nothing does.
    pub(crate) fn words(&self) -> &'static str {
        match self.hold {
            Hold::Free => "",
            Hold::Locked => "locked",
            Hold::AtLeast => "at its least",
            Hold::AtMost => "at its most",
            Hold::Limited => "held by a limit",
        }
    }

    /// The same with the price of the limit: `at its most · one more euro of room brings €0.31`.
    pub(crate) fn short(&self, material: &Material<'_>) -> String {
        let price = self.binding.filter(|b| b.price.is_finite() && b.price != 0.0);
        match price {
            Some(b) => format!(
                "{} · one {} of room brings {}",
                self.words(),
                material.terms.unit,
                PriceUnit::of(material).rate(material, b.price.abs(), column_decimals([b.price]))
            ),
            None => self.words().to_owned(),
        }
    }

    /// The sentence for hover; empty where nothing holds it.
    pub(crate) fn sentence(&self) -> String {
        match (self.binding, self.hold) {
            (Some(binding), _) => capitalise(&label(&binding.sentence)),
            (None, Hold::Locked) => "Its spend was not to be changed.".to_owned(),
            (None, Hold::AtLeast) => "The limits allow no less.".to_owned(),
            (None, Hold::AtMost) => "The limits allow no more.".to_owned(),
            (None, Hold::Free | Hold::Limited) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_belongs_to_the_one_channel_that_it_speaks_of() {
        let owner = |channels: &[&str]| {
            let binding = Binding {
                limit: "Search at most €2.4M".into(),
                channels: channels.iter().map(|c| (*c).to_owned()).collect(),
                price: 0.1,
                price_of_percent: 1.0,
                sentence: String::new(),
            };
            the_only_one(&binding, &["Search", "Search brand", "TV"])
        };
        assert_eq!(owner(&["Search brand"]), Some(1));
        assert_eq!(owner(&["Search", "TV"]), None);
        assert_eq!(owner(&[]), None);
    }
}
