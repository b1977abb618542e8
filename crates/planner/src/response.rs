//! What spending brings, as posterior draws of response functions.
//!
//! Spending `x[channel][geo][period]` becomes exposure (`rate`), is carried over (`weights`),
//! saturates (`curve`), and is worth something (`effect`, `worth`). Where effects add, a draw's
//! outcome is `Σ worth · effect · (curve(carried) − curve(carried history))`; where they multiply
//! it is `Σ worth · (exp(Σ effect · (…)) − 1)` with `worth` the outcome without the plan's media.
//! Either way it is what the plan's spending adds, until its carry-over has run out; what earlier
//! media still carry over is no part of it.

use thiserror::Error;

use crate::curve::Curve;

/// How the effects of channels come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// They add.
    Add,
    /// They multiply.
    Multiply,
}

/// How the spending of a channel becomes exposure: the same in every draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Exposure per unit of spending, `[geo][period]`.
    pub rate: Vec<f64>,
    /// Exposure before the plan, `[geo][lag]`, oldest first; as many in each geo.
    pub history: Vec<f64>,
}

/// What one draw says of a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Carry-over per lag, beginning with the same period.
    pub weights: Vec<f64>,
    /// Saturation.
    pub curve: Curve,
    /// Whether exposure saturates before it is carried over.
    pub curve_first: bool,
    /// Height per geo.
    pub height: Vec<f64>,
    /// What multiplies the curve in each cell `[geo][period]`, where something does (the
    /// saturated frequency of a reach channel).
    pub lift: Option<Vec<f64>>,
}

/// One draw.
#[derive(Debug, Clone, PartialEq)]
pub struct DrawResponse {
    /// How effects come together.
    pub link: Link,
    /// Outcome per unit of effect, or outcome without the plan's media: `[geo][horizon + tail]`.
    pub worth: Vec<f64>,
    /// Per channel.
    pub effects: Vec<Effect>,
}

/// Response functions of all channels, in posterior draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// Names of channels.
    pub channels: Vec<String>,
    /// Names of geos; one for a national response.
    pub geos: Vec<String>,
    /// Periods of the plan.
    pub horizon: usize,
    /// Periods after it in which carry-over is counted.
    pub tail: usize,
    /// Per channel.
    pub deliveries: Vec<Delivery>,
    /// Posterior draws.
    pub draws: Vec<DrawResponse>,
    /// Margin per unit of outcome, per channel: 1 where the outcome itself is wanted.
    pub margins: Vec<f64>,
}

/// Why a response cannot be planned with.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ResponseError {
    /// Nothing to plan.
    #[error("there is no channel to plan: fit a model with at least one paid channel")]
    NoChannel,
    /// No draws.
    #[error("the response has no draws: fit with at least one kept draw")]
    NoDraws,
    /// No horizon.
    #[error("the plan has no period: ask for a horizon of at least one")]
    NoHorizon,
    /// Wrong length.
    #[error("{what} of `{channel}` has {found} values where {wanted} are needed")]
    Shape {
        /// What.
        what: &'static str,
        /// Whose.
        channel: String,
        /// How many there are.
        found: usize,
        /// How many there should be.
        wanted: usize,
    },
    /// Not a number, infinite or of the wrong sign.
    #[error("{what} of `{channel}` in draw {draw} is {value}: fit again, or leave the draw out")]
    Value {
        /// What.
        what: &'static str,
        /// Whose.
        channel: String,
        /// Which draw, from 0.
        draw: usize,
        /// The value.
        value: f64,
    },
    /// Margins per channel where effects multiply.
    #[error("the margin of `{channel}` is {value}: give a margin of zero or more")]
    Margin {
        /// Whose.
        channel: String,
        /// The value.
        value: f64,
    },
}

impl Response {
    /// Number of cells `[channel][geo][period]` of a plan.
    pub fn cells(&self) -> usize {
        self.channels.len() * self.geos.len() * self.horizon
    }

    /// Index of a cell.
    #[inline(always)]
    pub fn cell(&self, channel: usize, geo: usize, period: usize) -> usize {
        (channel * self.geos.len() + geo) * self.horizon + period
    }

    /// Periods in which something is counted.
    #[inline(always)]
    pub fn span(&self) -> usize {
        self.horizon + self.tail
    }

    /// The same with some draws only, by index.
    pub fn thinned(&self, most: usize) -> Self {
        let step = self.draws.len().div_ceil(most.max(1)).max(1);
        let draws = self.draws.iter().step_by(step).cloned().collect();
        Self { draws, ..self.clone() }
    }

    /// The same with the draws at some indices.
    pub fn with_draws(&self, some: &[usize]) -> Self {
        let draws = some.iter().filter_map(|i| self.draws.get(*i)).cloned().collect();
        Self {
            channels: self.channels.clone(),
            geos: self.geos.clone(),
            horizon: self.horizon,
            tail: self.tail,
            deliveries: self.deliveries.clone(),
            margins: self.margins.clone(),
            draws,
        }
    }

    /// Whether every curve of every draw is concave, and effects add: then a local optimum is the
    /// optimum.
    pub fn is_concave(&self) -> bool {
        self.draws.iter().all(|d| {
            d.link == Link::Add && d.effects.iter().all(|e| e.curve.inflection().is_none())
        })
    }

    /// Checks shapes and values, so that nothing later can fail on them.
    ///
    /// # Errors
    /// [`ResponseError`] names the first fault.
    pub fn validate(&self) -> Result<(), ResponseError> {
        let (channels, geos) = (self.channels.len(), self.geos.len());
        if channels == 0 || geos == 0 {
            return Err(ResponseError::NoChannel);
        }
        if self.horizon == 0 {
            return Err(ResponseError::NoHorizon);
        }
        if self.draws.is_empty() {
            return Err(ResponseError::NoDraws);
        }
        let every = || "every channel".to_owned();
        let shape = |what, channel: String, found, wanted| {
            if found == wanted {
                Ok(())
            } else {
                Err(ResponseError::Shape { what, channel, found, wanted })
            }
        };
        shape("deliveries", every(), self.deliveries.len(), channels)?;
        shape("margins", every(), self.margins.len(), channels)?;
        for (name, margin) in self.channels.iter().zip(&self.margins) {
            if !(margin.is_finite() && *margin >= 0.0) {
                return Err(ResponseError::Margin { channel: name.clone(), value: *margin });
            }
        }
        for (name, delivery) in self.channels.iter().zip(&self.deliveries) {
            shape("exposure per spend", name.clone(), delivery.rate.len(), geos * self.horizon)?;
            let history = delivery.history.len();
            shape("history", name.clone(), history % geos, 0)?;
            let values = delivery.rate.iter().map(|v| ("exposure per spend", *v));
            let values = values.chain(delivery.history.iter().map(|v| ("history", *v)));
            all_sound(values, name, 0)?;
        }
        for (index, draw) in self.draws.iter().enumerate() {
            shape("worth", every(), draw.worth.len(), geos * self.span())?;
            shape("effects", every(), draw.effects.len(), channels)?;
            // A baseline below zero makes no sense of the plan, but is no fault of it where
            // effects add: what counts there is the worth of an effect.
            all_sound(draw.worth.iter().map(|v| ("worth", *v)), &every(), index)?;
            for (name, effect) in self.channels.iter().zip(&draw.effects) {
                shape("heights", name.clone(), effect.height.len(), geos)?;
                let window = effect.weights.len();
                let pad = window.saturating_sub(1);
                if window == 0 || pad > self.tail {
                    shape("carry-over", name.clone(), window, self.tail + 1)?;
                }
                if let Some(lift) = &effect.lift {
                    shape("lift", name.clone(), lift.len(), geos * self.horizon)?;
                }
                let values = effect.weights.iter().map(|v| ("carry-over", *v));
                let lifts = effect.lift.iter().flatten().map(|v| ("lift", *v));
                all_sound(values.chain(lifts), name, index)?;
                // Effects may be harmful, but they must be numbers.
                if let Some(value) = effect.height.iter().copied().find(|v| !v.is_finite()) {
                    let what = "effect";
                    return Err(ResponseError::Value {
                        what,
                        channel: name.clone(),
                        draw: index,
                        value,
                    });
                }
                if !effect.curve.is_sound() {
                    return Err(ResponseError::Value {
                        what: "a parameter of the curve",
                        channel: name.clone(),
                        draw: index,
                        value: f64::NAN,
                    });
                }
            }
        }
        Ok(())
    }
}

/// Every value finite and not negative, which is what bounds over intervals rest on.
fn all_sound(
    values: impl Iterator<Item = (&'static str, f64)>,
    channel: &str,
    draw: usize,
) -> Result<(), ResponseError> {
    for (what, value) in values {
        if !(value.is_finite() && value >= 0.0) {
            return Err(ResponseError::Value { what, channel: channel.to_owned(), draw, value });
        }
    }
    Ok(())
}
