//! Which channels stand in the pictures, in which order, and with which look.

use outlay_mmm::summary::{ChannelSummary, Summary};

use crate::palette::Look;
use crate::terms::label;

/// A channel as charts need it.
#[derive(Debug, Clone)]
pub(crate) struct Ranked<'a> {
    /// The name in the summary, for look-ups.
    pub(crate) key: &'a str,
    /// The name made safe to show.
    pub(crate) name: String,
    /// Its look, by its place in the panel.
    pub(crate) look: Look,
    /// What it brings.
    pub(crate) channel: &'a ChannelSummary,
}

/// All channels, those that bring most first.
pub(crate) fn by_contribution(summary: &Summary) -> Vec<Ranked<'_>> {
    let mut ranked: Vec<Ranked<'_>> = summary
        .channels
        .iter()
        .enumerate()
        .map(|(index, (key, channel))| Ranked {
            key,
            name: label(key),
            look: Look::of(index),
            channel,
        })
        .collect();
    ranked.sort_by(|a, b| {
        sortable(b.channel.contribution.mean).total_cmp(&sortable(a.channel.contribution.mean))
    });
    ranked
}

fn sortable(value: f64) -> f64 {
    if value.is_nan() { f64::NEG_INFINITY } else { value }
}
