//! What is given: points of a reach curve, and whom they describe.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::error::{ReachError, check};

/// Room for rounding when a point is compared with what is possible.
const ROUNDING: f64 = 1e-9;

/// Labels of a segment, for example `age` to `18-24` and `geo` to `DE`. Empty: everybody.
pub type Segment = IndexMap<String, String>;

/// What the horizontal axis of a curve counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ReachUnit))]
pub enum Unit {
    /// Money.
    Spend,
    /// Impressions.
    Impressions,
}

/// A point of a reach curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReachPoint {
    /// What was bought: spend, or impressions.
    pub bought: f64,
    /// People count when reached at least this often; 1 unless given.
    #[serde(default = "once")]
    pub frequency: u32,
    /// People reached at least `frequency` times.
    pub reached: f64,
}

/// The given points of one channel in one segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReachPoints {
    /// The channel.
    pub channel: String,
    /// Whom the points describe.
    #[serde(default)]
    pub segment: Segment,
    /// People in the segment.
    pub population: f64,
    /// What `bought` counts.
    pub unit: Unit,
    /// Cost of a thousand impressions; ties spend to impressions where it is known.
    #[serde(default)]
    pub cost_per_thousand: Option<f64>,
    /// The points, in any order, at one or several frequencies.
    pub points: Vec<ReachPoint>,
}

/// One row of a table of reach points, as a CSV has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ReachRow {
    /// The channel.
    pub channel: String,
    /// Labels as `age=18-24;geo=DE`; empty for everybody.
    #[serde(default)]
    pub segment: String,
    /// People in the segment.
    pub population: f64,
    /// What `bought` counts.
    pub unit: Unit,
    /// Cost of a thousand impressions.
    #[serde(default)]
    pub cost_per_thousand: Option<f64>,
    /// What was bought: spend, or impressions.
    pub bought: f64,
    /// At least this often; 1 unless given.
    #[serde(default = "once")]
    pub frequency: u32,
    /// People reached.
    pub reached: f64,
}

fn once() -> u32 {
    1
}

/// Groups rows by channel and segment, in the order in which they first appear.
///
/// # Errors
/// [`ReachError::Label`] for a segment that cannot be read, [`ReachError::Rows`] where rows of one
/// curve differ in population, unit or price.
pub fn from_rows(rows: &[ReachRow]) -> Result<Vec<ReachPoints>, ReachError> {
    let mut curves: Vec<ReachPoints> = Vec::new();
    for row in rows {
        let segment = read_segment(&row.segment)?;
        let point =
            ReachPoint { bought: row.bought, frequency: row.frequency, reached: row.reached };
        let known =
            curves.iter_mut().find(|c| c.channel == row.channel && same(&c.segment, &segment));
        let Some(curve) = known else {
            curves.push(ReachPoints {
                channel: row.channel.clone(),
                segment,
                population: row.population,
                unit: row.unit,
                cost_per_thousand: row.cost_per_thousand,
                points: vec![point],
            });
            continue;
        };
        let differs = |what| Err(ReachError::Rows { channel: row.channel.clone(), what });
        if curve.population != row.population {
            return differs("population");
        }
        if curve.unit != row.unit {
            return differs("unit");
        }
        if curve.cost_per_thousand != row.cost_per_thousand {
            return differs("cost per thousand");
        }
        curve.points.push(point);
    }
    Ok(curves)
}

/// Whether two segments carry the same labels, in any order.
pub(crate) fn same(a: &Segment, b: &Segment) -> bool {
    a == b
}

/// A segment as text, for messages.
pub(crate) fn segment_name(segment: &Segment) -> String {
    if segment.is_empty() {
        return "everybody".into();
    }
    segment.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(";")
}

fn read_segment(text: &str) -> Result<Segment, ReachError> {
    let mut segment = Segment::new();
    for label in text.split(';').map(str::trim).filter(|label| !label.is_empty()) {
        let wrong = || ReachError::Label { label: label.into() };
        let (key, value) = label.split_once('=').ok_or_else(wrong)?;
        let (key, value) = (key.trim(), value.trim());
        if key.is_empty() || value.is_empty() {
            return Err(wrong());
        }
        if segment.insert(key.into(), value.into()).is_some() {
            return Err(wrong());
        }
    }
    Ok(segment)
}

impl ReachPoints {
    /// Impressions per unit bought, where they are known.
    pub(crate) fn impressions_per_unit(&self) -> Option<f64> {
        match self.unit {
            Unit::Impressions => Some(1.0),
            Unit::Spend => self.cost_per_thousand.map(|cost| 1000.0 / cost),
        }
    }

    /// Money per unit bought, where it is known.
    pub(crate) fn cost_per_unit(&self) -> Option<f64> {
        match self.unit {
            Unit::Spend => Some(1.0),
            Unit::Impressions => self.cost_per_thousand.map(|cost| cost / 1000.0),
        }
    }

    /// Refuses what cannot be: it is a wrong unit or a wrong column far more often than noise.
    pub(crate) fn validate(&self) -> Result<(), ReachError> {
        check("the population", "positive", self.population, self.population > 0.0)?;
        if let Some(cost) = self.cost_per_thousand {
            check("the cost per thousand", "positive", cost, cost > 0.0)?;
        }
        let per_unit = self.impressions_per_unit();
        for (index, point) in self.points.iter().enumerate() {
            check("what was bought", "zero or more", point.bought, point.bought >= 0.0)?;
            check("people reached", "zero or more", point.reached, point.reached >= 0.0)?;
            let frequency = f64::from(point.frequency);
            check("the frequency", "1 or more", frequency, point.frequency >= 1)?;
            let wrong = |rule, most| {
                let (channel, reached) = (self.channel.clone(), point.reached);
                Err(ReachError::Point { channel, index, rule, reached, most })
            };
            if point.bought == 0.0 && point.reached > 0.0 {
                return wrong("nothing bought reaches nobody", 0.0);
            }
            if point.reached > self.population * (1.0 + ROUNDING) {
                return wrong("more people than the population, check the units", self.population);
            }
            let most = per_unit.map_or(f64::INFINITY, |p| point.bought * p / frequency);
            if point.reached > most * (1.0 + ROUNDING) {
                return wrong(
                    "more people than the impressions allow, check the units and the price",
                    most,
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(channel: &str, segment: &str, bought: f64, reached: f64) -> ReachRow {
        ReachRow {
            channel: channel.into(),
            segment: segment.into(),
            population: 100.0,
            unit: Unit::Impressions,
            cost_per_thousand: None,
            bought,
            frequency: 1,
            reached,
        }
    }

    #[test]
    fn rows_become_one_set_of_points_per_channel_and_segment() {
        let rows = [
            row("tv", "age=18-24; geo=DE", 10.0, 5.0),
            row("tv", "geo=DE;age=18-24", 20.0, 8.0),
            row("tv", "", 20.0, 8.0),
        ];
        let curves = from_rows(&rows).unwrap();
        assert_eq!(curves.iter().map(|c| c.points.len()).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(curves[0].segment["age"], "18-24");
    }

    #[test]
    fn contradicting_rows_and_unreadable_labels_are_refused() {
        let mut rows = [row("tv", "", 10.0, 5.0), row("tv", "", 20.0, 8.0)];
        rows[1].population = 99.0;
        let what = "population";
        assert_eq!(from_rows(&rows), Err(ReachError::Rows { channel: "tv".into(), what }));
        for label in ["age", "=x", "age=", "age=1;age=2"] {
            let refused = from_rows(&[row("tv", label, 1.0, 1.0)]);
            assert!(matches!(refused, Err(ReachError::Label { .. })), "{label}");
        }
    }

    #[test]
    fn impossible_points_are_refused_with_their_number() {
        let mut points = from_rows(&[row("tv", "", 10.0, 5.0), row("tv", "", 20.0, 8.0)]).unwrap();
        let given = &mut points[0];
        assert_eq!(given.validate(), Ok(()));
        given.points[1].reached = 21.0;
        assert!(given.validate().unwrap_err().to_string().starts_with("point 2 of `tv`: more"));
        given.points[1] = ReachPoint { bought: 20.0, frequency: 3, reached: 8.0 };
        assert!(given.validate().unwrap_err().to_string().contains("at most 6.66"));
        given.points[1] = ReachPoint { bought: 0.0, frequency: 1, reached: 8.0 };
        assert!(given.validate().is_err());
        given.points[1] = ReachPoint { bought: f64::NAN, frequency: 1, reached: 8.0 };
        assert!(given.validate().is_err());
    }

    #[test]
    fn points_are_read_from_a_file_with_the_frequency_left_out() {
        let read: ReachPoints = toml::from_str(
            "channel = 'tv'\npopulation = 100\nunit = 'spend'\nsegment = { geo = 'DE' }\n\
             points = [{ bought = 1, reached = 2 }, { bought = 1, reached = 1, frequency = 2 }]",
        )
        .unwrap();
        assert_eq!(read.points.iter().map(|p| p.frequency).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(toml::from_str::<ReachPoints>(&toml::to_string(&read).unwrap()).unwrap(), read);
    }
}
