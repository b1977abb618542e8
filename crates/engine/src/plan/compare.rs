//! Plans side by side, and as documents for other programs.

use outlay_mmm::summary::Estimate;
use outlay_planner::plan::Plan;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::Serialize;

use super::artefact::field;
use crate::error::EngineError;

/// Plans side by side.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlansCompared))]
pub struct Compared {
    /// In one sentence.
    pub sentence: String,
    /// What makes them hard to compare, if anything does.
    pub warnings: Vec<String>,
    /// Channels, in the order of the first plan.
    pub channels: Vec<String>,
    /// The plans, doing nothing first.
    pub scenarios: Vec<Scenario>,
}

/// One plan in a comparison.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlanCompared))]
pub struct Scenario {
    /// Name.
    pub name: String,
    /// Total spend.
    pub spend: f64,
    /// What it brings.
    pub expected: Estimate,
    /// Difference to doing nothing; absent for doing nothing itself.
    pub difference: Option<Estimate>,
    /// Probability of being worse than doing nothing.
    pub probability_worse: Option<f64>,
    /// Outcome per unit of spend.
    pub roi: Option<f64>,
    /// Spend per channel.
    pub channels: Vec<f64>,
}

/// Sets plans side by side, each with its name; doing nothing, as the first plan prices it, comes
/// first.
pub fn compare(plans: &[(String, Plan)]) -> Compared {
    let Some((_, first)) = plans.first() else {
        return Compared {
            sentence: String::new(),
            warnings: Vec::new(),
            channels: Vec::new(),
            scenarios: Vec::new(),
        };
    };
    let channels: Vec<String> = first.channels.iter().map(|c| c.name.clone()).collect();
    let mut warnings = Vec::new();
    for (name, plan) in &plans[1..] {
        if plan.question.periods != first.question.periods {
            warnings.push(format!("{name} covers other periods than {}", plans[0].0));
        }
        if plan.source.data != first.source.data || plan.source.seed != first.source.seed {
            warnings.push(format!(
                "{name} rests on another fit than {}: price it again with `outlay plan price`",
                plans[0].0
            ));
        }
        if plan.question.outcome_unit != first.question.outcome_unit {
            warnings.push(format!("{name} counts other outcomes than {}", plans[0].0));
        }
    }
    let spends = |plan: &Plan| -> Vec<f64> {
        let of = |name: &String| plan.channels.iter().find(|c| c.name == *name);
        channels.iter().map(|name| of(name).map_or(0.0, |c| c.planned)).collect()
    };
    let idle = first.comparison.first();
    let mut scenarios: Vec<Scenario> = idle
        .map(|idle| Scenario {
            name: idle.name.clone(),
            spend: idle.spend,
            expected: idle.expected,
            difference: None,
            probability_worse: None,
            roi: (idle.spend > 0.0).then(|| idle.expected.mean / idle.spend),
            channels: idle.channels.clone(),
        })
        .into_iter()
        .collect();
    scenarios.extend(plans.iter().map(|(name, plan)| {
        let against = plan.comparison.first();
        Scenario {
            name: name.clone(),
            spend: plan.totals.planned,
            expected: plan.totals.expected,
            difference: against.map(|a| a.difference),
            probability_worse: against.map(|a| a.probability_worse),
            roi: (plan.totals.planned > 0.0)
                .then(|| plan.totals.expected.mean / plan.totals.planned),
            channels: spends(plan),
        }
    }));
    let best = scenarios.iter().max_by(|a, b| a.expected.mean.total_cmp(&b.expected.mean));
    let sentence = best.map_or_else(String::new, |b| {
        format!("{} is expected to bring most of the {} compared.", b.name, scenarios.len())
    });
    Compared { sentence, warnings, channels, scenarios }
}

impl Compared {
    /// As a document.
    ///
    /// # Errors
    /// [`EngineError::Artefact`].
    pub fn json(&self) -> Result<String, EngineError> {
        serde_json::to_string_pretty(self).map_err(|e| EngineError::artefact("json", e))
    }

    /// As a table (CSV). Names that a spreadsheet would take for a formula are quoted as text.
    pub fn csv(&self) -> String {
        let (head, rows) = table(self);
        let mut text = head.iter().map(|h| field(h)).collect::<Vec<_>>().join(",");
        text.push('\n');
        for (name, cells) in rows {
            text.push_str(&field(&name));
            for cell in cells {
                text.push(',');
                text.push_str(&cell.map_or_else(String::new, |x| x.to_string()));
            }
            text.push('\n');
        }
        text
    }

    /// As a workbook (XLSX).
    ///
    /// # Errors
    /// [`EngineError::Artefact`].
    pub fn xlsx(&self) -> Result<Vec<u8>, EngineError> {
        workbook(self).map_err(|e| EngineError::artefact("plan.export", e))
    }
}

/// A line of the comparison: name and figures.
type Line = (String, Vec<Option<f64>>);

/// Head and rows of the comparison as a table.
fn table(compared: &Compared) -> (Vec<String>, Vec<Line>) {
    let mut head = vec!["scenario".to_owned()];
    head.extend(
        [
            "spend",
            "expected",
            "expected q05",
            "expected q95",
            "difference",
            "difference q05",
            "difference q95",
            "probability worse",
        ]
        .map(str::to_owned),
    );
    head.extend(compared.channels.iter().map(|c| format!("spend {c}")));
    let row = |s: &Scenario| {
        let d = s.difference;
        let mut cells = vec![
            Some(s.spend),
            Some(s.expected.mean),
            Some(s.expected.q05),
            Some(s.expected.q95),
            d.map(|d| d.mean),
            d.map(|d| d.q05),
            d.map(|d| d.q95),
            s.probability_worse,
        ];
        cells.extend(s.channels.iter().map(|x| Some(*x)));
        (s.name.clone(), cells)
    };
    (head, compared.scenarios.iter().map(row).collect())
}

fn workbook(compared: &Compared) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("scenarios")?;
    let bold = Format::new().set_bold();
    let (head, rows) = table(compared);
    for (column, text) in (0_u16..).zip(&head) {
        sheet.write_string_with_format(0, column, text, &bold)?;
    }
    for (row, (name, cells)) in (1_u32..).zip(&rows) {
        // As text, whatever it begins with.
        sheet.write_string(row, 0, name)?;
        for (column, cell) in (1_u16..).zip(cells) {
            if let Some(x) = cell {
                sheet.write_number(row, column, *x)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};
    use outlay_mmm::summary::Estimate;

    use super::{Compared, Scenario};

    /// A name comes from a file or a person: opening the workbook must not run it.
    #[test]
    fn a_name_in_a_workbook_is_text_whatever_it_looks_like() {
        let names = ["=HYPERLINK(\"https://evil.example\")", "+1+1", "-1", "@SUM(A1)", "\t=1"];
        let scenario = |name: &&str| Scenario {
            name: (*name).to_owned(),
            spend: 1.0,
            expected: Estimate::from_draws(&[1.0, 2.0]),
            difference: None,
            probability_worse: None,
            roi: None,
            channels: vec![1.0],
        };
        let compared = Compared {
            sentence: String::new(),
            warnings: Vec::new(),
            channels: vec!["=1+1".to_owned()],
            scenarios: names.iter().map(scenario).collect(),
        };
        let mut book: Xlsx<_> =
            calamine::open_workbook_from_rs(Cursor::new(compared.xlsx().unwrap())).unwrap();
        assert!(book.worksheet_formula("scenarios").unwrap().is_empty());
        let cells = book.worksheet_range("scenarios").unwrap();
        for (row, name) in (1_u32..).zip(names) {
            assert_eq!(cells.get_value((row, 0)), Some(&Data::String(name.to_owned())));
        }
        assert_eq!(cells.get_value((0, 9)), Some(&Data::String("spend =1+1".to_owned())));
    }
}
