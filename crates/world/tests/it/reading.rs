//! What a world file may say.

use outlay_world::{EXAMPLES, World, WorldError, WorldSpec};

use crate::{shipped, spec};

fn complaint(text: &str) -> String {
    WorldSpec::from_toml(text).unwrap_err().to_string()
}

#[test]
fn a_file_of_a_few_lines_is_enough() {
    let spec = spec("[[channels]]\nname = \"tv\"");
    let world = World::simulate(&spec, 1).unwrap();
    assert_eq!(world.panel.n_periods(), 156);
    assert!((world.truth.channels["tv"].contribution_share - 0.06).abs() < 0.01);
}

#[test]
fn every_example_reads_simulates_and_survives_writing() {
    for example in EXAMPLES {
        let spec = WorldSpec::from_toml(example.toml).unwrap();
        World::simulate(&spec, spec.seed).unwrap();
        assert_eq!(spec.name, example.name);
        assert_eq!(WorldSpec::from_toml(&spec.to_toml().unwrap()).unwrap(), spec);
    }
}

#[test]
fn unknown_keys_are_refused_with_their_line() {
    let text = complaint("version = 1\n[[channels]]\nname = \"tv\"\nspent = 5\n");
    assert!(text.starts_with("line 4: ") && text.contains("spent"), "{text}");
    let nested = complaint(
        "version = 1\n[[channels]]\nname = \"tv\"\nadstock = { family = \"geometric\", alpha = 0.5, beta = 1 }\n",
    );
    assert!(nested.starts_with("line 4: ") && nested.contains("beta"), "{nested}");
    let no_family = complaint(
        "version = 1\n[[channels]]\nname = \"tv\"\nsaturation = { family = \"cubic\" }\n",
    );
    assert!(no_family.starts_with("line 4: ") && no_family.contains("cubic"), "{no_family}");
}

#[test]
fn impossible_values_are_refused_with_line_and_reason() {
    let cases = [
        (
            "version = 1\n[[channels]]\nname = \"tv\"\nadstock = { family = \"geometric\", alpha = 1.4 }",
            4,
            "channels[0].adstock.alpha",
        ),
        ("version = 1\n[[channels]]\nname = \"tv\"\nspend = -5", 4, "channels[0].spend"),
        (
            "version = 1\n[[channels]]\nname = \"tv\"\n[[channels]]\nname = \"tv\"",
            5,
            "channels[1].name",
        ),
        ("version = 1\n[[channels]]\nname = \"TV Spot\"", 3, "channels[0].name"),
        ("version = 1\nperiods = 3\n[[channels]]\nname = \"tv\"", 2, "periods"),
        ("version = 2\n[[channels]]\nname = \"tv\"", 1, "version"),
        (
            "version = 1\n[[channels]]\nname = \"tv\"\ncollinear_with = \"radio\"",
            4,
            "channels[0].collinear_with",
        ),
        ("version = 1\n[noise]\nr2 = 1.5\n[[channels]]\nname = \"tv\"", 3, "noise.r2"),
        (
            "version = 1\n[baseline]\nweekly = [0,0,0,0,0,0,0]\n[[channels]]\nname = \"tv\"",
            3,
            "baseline.weekly",
        ),
        ("version = 1\n[baseline]\nlevel = nan\n[[channels]]\nname = \"tv\"", 3, "baseline.level"),
        (
            "version = 1\n[[channels]]\nname = \"tv\"\neffect = { cpa = 10 }",
            4,
            "channels[0].effect.cpa",
        ),
        (
            "version = 1\n[[channels]]\nname = \"tv\"\neffect = { share = 0.6 }\n[[channels]]\nname = \"radio\"\neffect = { share = 0.6 }",
            2,
            "channels",
        ),
        (
            "version = 1\n[[channels]]\nname = \"tv\"\n[[controls]]\nname = \"tv_spend\"",
            5,
            "controls[0].name",
        ),
        (
            "version = 1\nstart = 2024-01-31\ngranularity = \"month\"\n[[channels]]\nname = \"tv\"",
            2,
            "start",
        ),
        (
            "version = 1\n[baseline]\nevents = [{ name = \"x\", month = 2, day = 30, effect = 0.1 }]\n[[channels]]\nname = \"tv\"",
            3,
            "baseline.events[0].day",
        ),
        (
            "version = 1\n[[channels]]\nname = \"tv\"\nhalo = [{ to = \"radio\", gain = 0.2 }]",
            4,
            "channels[0].halo[0].to",
        ),
        (
            "version = 1\n[[channels]]\nname = \"tv\"\nfollows = \"promotion\"",
            4,
            "channels[0].follows",
        ),
        (
            "version = 1\n[[channels]]\nname = \"tv\"\nchange = { kind = \"linear\", total = 2.5 }",
            4,
            "channels[0].change.total",
        ),
        (
            "version = 1\n[[channels]]\nname = \"tv\"\nadstock = { family = \"plateau\", periods = 0 }",
            4,
            "channels[0].adstock.periods",
        ),
        (
            "version = 1\n[[channels]]\nname = \"tv\"\nsaturation = { family = \"kinked\", at = 1, then = 2 }",
            4,
            "channels[0].saturation.then",
        ),
        (
            "version = 1\n[baseline]\nshifts = [{ from = 2024-01-01, effect = -3 }]\n[[channels]]\nname = \"tv\"",
            3,
            "baseline.shifts[0].effect",
        ),
        ("version = 1\n[noise]\ncommon = 1.5\n[[channels]]\nname = \"tv\"", 3, "noise.common"),
    ];
    for (text, line, key) in cases {
        let WorldError::Spec(problems) = WorldSpec::from_toml(text).unwrap_err() else {
            panic!("{text}: another error");
        };
        let found = problems.iter().find(|p| p.key == key);
        let found = found.unwrap_or_else(|| panic!("{text}: {key} is not among {problems:?}"));
        assert_eq!(found.line, Some(line), "{text}: {found}");
        assert!(!found.reason.is_empty());
    }
}

#[test]
fn wrong_types_broken_syntax_and_missing_parts_are_refused() {
    assert!(complaint("version = 1\nperiods = \"many\"").starts_with("line 2: "));
    assert!(complaint("version = 1\n[[channels\n").starts_with("line 2: "));
    assert!(complaint("version = 1\nstart = 12:30:00\n").contains("is not a date"));
    assert!(complaint("").contains("`version` is missing"));
    assert!(complaint("version = 1").contains("add at least one [[channels]]"));
}

#[test]
fn every_problem_is_told_at_once_in_the_order_of_the_file() {
    let text = complaint(
        "version = 1\nperiods = 2\n[[channels]]\nname = \"\"\nspend = 0\n[noise]\nr2 = 0\n",
    );
    let lines: Vec<&str> = text.lines().map(|l| l.split(':').next().unwrap()).collect();
    assert_eq!(lines, ["line 2", "line 4", "line 5", "line 7"], "{text}");
}

#[test]
fn a_baseline_below_zero_is_refused_with_its_date() {
    let sinking = spec("[baseline]\ntrend = -0.5\n[[channels]]\nname = \"tv\"");
    let error = World::simulate(&sinking, 1).unwrap_err();
    assert!(matches!(&error, WorldError::Baseline { .. }), "{error}");
    assert!(error.to_string().contains("without media the KPI of geo `national` would fall to"));
}

#[test]
fn a_channel_that_never_runs_is_refused() {
    let dark = spec("[[channels]]\nname = \"tv\"\ndark = [{ from = 2022-12-01, periods = 200 }]");
    let error = World::simulate(&dark, 1).unwrap_err();
    assert_eq!(error, WorldError::NeverOn("tv".into()));
}

#[test]
fn the_file_has_the_columns_that_describe_understands() {
    let header = |name: &str| shipped(name).to_csv().lines().next().unwrap().to_owned();
    assert_eq!(
        header("shop"),
        "date,revenue,search_spend,search_impressions,social_spend,social_impressions,tv_spend,\
         tv_impressions,radio_spend,radio_impressions,shopping_spend,shopping_impressions,\
         newsletter_sends,search_index,competitor_price,black_friday,promotion,price"
    );
    assert!(header("regions").starts_with("date,geo,population,revenue,search_spend,"));
    assert!(
        header("broadcast").starts_with(
            "date,orders,revenue_per_order,tv_spend,tv_reach,tv_frequency,video_spend,"
        )
    );
}

#[test]
fn every_row_of_the_file_is_complete_and_exact() {
    let world = shipped("regions");
    let csv = world.to_csv();
    let rows: Vec<Vec<&str>> = csv.lines().map(|l| l.split(',').collect()).collect();
    assert_eq!(rows.len(), 1 + 12 * 104);
    assert!(rows.iter().all(|r| r.len() == rows[0].len()));
    let row = &rows[1 + 104 * 3 + 17];
    assert_eq!(row[1], "geo_04");
    assert_eq!(row[0], world.panel.calendar.starts()[17].to_string());
    assert_eq!(row[3].parse::<f64>().unwrap(), world.panel.kpi.values.at(3, 17));
    assert_eq!(row[4].parse::<f64>().unwrap(), world.panel.channels[0].spend.at(3, 17));
}
