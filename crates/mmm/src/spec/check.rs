//! What a specification must satisfy beyond its types.

use outlay_stats::distribution::{Distribution, Support};

use super::{
    EffectQuantity, LikelihoodFamily, MediaSpec, SaturationFamily, Spec, TreatmentQuantity,
};

type Problem = (String, String);

/// Checks values that are impossible together; gives the key and the reason.
pub(super) fn check(spec: &Spec) -> Result<(), Problem> {
    positive("likelihood.sigma", &spec.likelihood.sigma)?;
    positive("likelihood.degrees_of_freedom", &spec.likelihood.degrees_of_freedom)?;
    positive("geo.media_sd", &spec.geo.media_sd)?;
    if let Some(prior) = &spec.history {
        positive("history", prior)?;
    }
    check_likelihood(spec)?;
    gaussian("geo.level", &spec.geo.level)?;
    let scales = [
        ("controls.geo_sd", &spec.controls.geo_sd),
        ("treatments.geo_sd", &spec.treatments.geo_sd),
        ("baseline.seasonality.sd", &spec.baseline.seasonality.sd),
        ("baseline.holidays.sd", &spec.baseline.holidays.sd),
    ];
    for (key, scale) in scales {
        if let Some(scale) = scale {
            positive(key, scale)?;
        }
    }
    check_baseline(spec)?;
    for (key, media) in [
        ("media", &spec.media),
        ("reach_frequency", &spec.reach_frequency),
        ("organic", &spec.organic),
        ("organic_reach_frequency", &spec.organic_reach_frequency),
    ] {
        check_media(key, media)?;
    }
    for name in spec.channel.keys() {
        let key = format!("channel.{name}");
        match spec.merged_media(name, &spec.media) {
            Ok(media) => check_media(&key, &media)?,
            Err(error) => return Err((key, error.message().to_owned())),
        }
    }
    check_evidence(spec)?;
    for (key, sampling) in
        [("sampling.chains", spec.sampling.chains), ("sampling.draws", spec.sampling.draws)]
    {
        if sampling == 0 {
            return Err((key.to_owned(), "must be at least 1".to_owned()));
        }
    }
    if !(0.5..1.0).contains(&spec.sampling.target_accept) {
        let reason = "must lie between 0.5 and 1 (0.8 to 0.95 is usual)".to_owned();
        return Err(("sampling.target_accept".to_owned(), reason));
    }
    check_structures(spec)
}

fn check_structures(spec: &Spec) -> Result<(), Problem> {
    for (i, structure) in spec.structure.iter().enumerate() {
        let name = &structure.name;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let key = format!("structure[{i}].name");
        if name.is_empty() || !name.chars().all(plain) {
            let reason = "must be lower-case letters, digits and `-`".to_owned();
            return Err((key, reason));
        }
        if spec.structure[..i].iter().any(|s| s.name == *name) {
            return Err((key, format!("`{name}` is there twice")));
        }
        if let Some(other) = ["version", "preset", "structure", "holdout", "sampling"]
            .iter()
            .find(|k| structure.set.contains_key(**k))
        {
            let reason = "is the same for all structures: set it outside".to_owned();
            return Err((format!("structure[{i}].set.{other}"), reason));
        }
    }
    if !spec.structure.is_empty() {
        spec.structures().map_err(|e| match e {
            super::SpecError::Value { key, reason, .. } => (key, reason),
            other => ("structure".to_owned(), other.to_string()),
        })?;
    }
    Ok(())
}

fn check_likelihood(spec: &Spec) -> Result<(), Problem> {
    let likelihood = &spec.likelihood;
    if likelihood.coarsening.is_some_and(|c| !(c > 0.0 && c.is_finite())) {
        let reason = "must be a positive number of observations".to_owned();
        return Err(("likelihood.coarsening".to_owned(), reason));
    }
    if let Some(prior) = &likelihood.common {
        positive("likelihood.common", prior)?;
    }
    match &likelihood.autocorrelation {
        Some(prior) => within("likelihood.autocorrelation", prior, -1.0, 1.0),
        None => Ok(()),
    }
}

fn check_evidence(spec: &Spec) -> Result<(), Problem> {
    for (i, e) in spec.evidence.iter().enumerate() {
        let numbers = [("standard_error", e.standard_error), ("spend_ratio", e.spend_ratio)];
        for (part, value) in numbers {
            if value <= 0.0 || !value.is_finite() {
                return Err((format!("evidence[{i}].{part}"), "must be positive".into()));
            }
        }
        if !e.roi.is_finite() || !e.weeks_ago.is_finite() || e.weeks_ago < 0.0 {
            let reason = "must have a finite `roi` and `weeks_ago` of zero or more".into();
            return Err((format!("evidence[{i}]"), reason));
        }
        if e.duration == Some(0) {
            return Err((format!("evidence[{i}].duration"), "must be at least 1 period".into()));
        }
    }
    Ok(())
}

fn check_baseline(spec: &Spec) -> Result<(), Problem> {
    if let Some(knots) = &spec.baseline.knots {
        gaussian("baseline.knots.prior", &knots.prior)?;
        if let Some(walk) = &knots.walk {
            positive("baseline.knots.walk", walk)?;
        }
        let zero = match &knots.placement {
            super::KnotPlacement::Count(n)
            | super::KnotPlacement::Every(n)
            | super::KnotPlacement::EveryWeeks(n) => *n == 0,
            _ => false,
        };
        if zero {
            return Err(("baseline.knots.placement".into(), "must be at least 1".into()));
        }
    }
    if let Some(trend) = &spec.baseline.trend {
        gaussian("baseline.trend.slope", &trend.slope)?;
        positive("baseline.trend.change_sd", &trend.change_sd)?;
    }
    if spec.treatments.on == TreatmentQuantity::Contribution
        && !far_from_bounds(&spec.treatments.prior)
    {
        return Err((
            "treatments.prior".into(),
            "on contribution must be normal, or truncated where no mass is left".into(),
        ));
    }
    let nothing_positive = spec.likelihood.family == LikelihoodFamily::LogNormal
        && spec.scaling.kpi == super::Scale::Standardise;
    if nothing_positive {
        return Err((
            "scaling.kpi".into(),
            "cannot be `standardise` with a log-normal likelihood: take `max` or `mean`".into(),
        ));
    }
    Ok(())
}

fn check_media(key: &str, media: &MediaSpec) -> Result<(), Problem> {
    let path = |part: &str| format!("{key}.{part}");
    let adstock = &media.adstock;
    within(&path("adstock.alpha"), &adstock.alpha, 0.0, 1.0)?;
    for (part, prior) in [
        ("adstock.theta", &adstock.theta),
        ("adstock.lambda", &adstock.lambda),
        ("adstock.k", &adstock.k),
        ("saturation.half_saturation", &media.saturation.half_saturation),
        ("saturation.slope", &media.saturation.slope),
        ("saturation.lambda", &media.saturation.lambda),
        ("saturation.scale", &media.saturation.scale),
    ] {
        positive(&path(part), prior)?;
    }
    within(&path("saturation.exponent"), &media.saturation.exponent, 0.0, 1.0)?;
    if adstock.horizon.is_some_and(|h| !(h > 0.0 && h.is_finite())) {
        return Err((path("adstock.horizon"), "must be a positive number of periods".into()));
    }
    if media.saturation.family == SaturationFamily::None && adstock.max_lag > 10_000 {
        return Err((path("adstock.max_lag"), "must be below 10,000 periods".into()));
    }
    match media.effect.on {
        EffectQuantity::Contribution => {
            within(&path("effect.prior"), &media.effect.prior, 0.0, 1.0)
        }
        _ => positive(&path("effect.prior"), &media.effect.prior),
    }
}

fn positive(key: &str, prior: &Distribution) -> Result<(), Problem> {
    let low = match prior.support() {
        Support::Above(low) | Support::Interval { low, .. } => low,
        Support::Point(value) => {
            if value > 0.0 {
                0.0
            } else {
                -1.0
            }
        }
        Support::Real | Support::Below(_) => f64::NEG_INFINITY,
    };
    if low >= 0.0 {
        Ok(())
    } else {
        Err((
            key.to_owned(),
            format!("must be a prior on positive values, not {}", prior.describe()),
        ))
    }
}

fn within(key: &str, prior: &Distribution, low: f64, high: f64) -> Result<(), Problem> {
    let inside = match prior.support() {
        Support::Interval { low: a, high: b } => a >= low && b <= high,
        Support::Point(value) => (low..=high).contains(&value),
        Support::Above(_) | Support::Below(_) | Support::Real => false,
    };
    if inside {
        Ok(())
    } else {
        Err((
            key.to_owned(),
            format!("must be a prior on {low} to {high}, not {}", prior.describe()),
        ))
    }
}

fn gaussian(key: &str, prior: &Distribution) -> Result<(), Problem> {
    if matches!(prior, Distribution::Normal { .. }) {
        Ok(())
    } else {
        Err((key.to_owned(), format!("must be a normal prior, not {}", prior.describe())))
    }
}

/// Whether a prior is normal for all purposes: its bounds, if any, lie eight standard deviations
/// out, where less than 1e-15 of the mass is cut off.
pub(crate) fn far_from_bounds(prior: &Distribution) -> bool {
    match prior {
        Distribution::Normal { .. } => true,
        Distribution::TruncatedNormal { mean, sd, low, high } => {
            (mean - low) / sd >= 8.0 && (high - mean) / sd >= 8.0
        }
        _ => false,
    }
}
