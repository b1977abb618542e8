//! Log densities equal the peers' at given points, to 1e-8 relative: the same model, equation by
//! equation. The tolerance covers the order of summation only.

use std::sync::Arc;

use outlay_mmm::density::Evaluator;
use outlay_mmm::model::Model;
use outlay_mmm::spec::{KnotPlacement, Preset, Spec};
use serde_json::Value;

use crate::shared;

/// A parameter by name from the reference's arrays.
fn lookup(params: &Value, name: &str, geos: &[String], lists: &[(&str, Vec<String>)]) -> f64 {
    let (head, rest) = name.split_once('[').unwrap_or((name, ""));
    let rest = rest.trim_end_matches(']');
    let index = |label: &str| {
        lists.iter().find_map(|(_, names)| names.iter().position(|n| n == label)).unwrap()
    };
    match head {
        "tau_g" => {
            // The reference leaves out the baseline geo.
            let baseline = lists.iter().find(|(k, _)| *k == "baseline").unwrap().1[0].clone();
            let others: Vec<&String> = geos.iter().filter(|g| **g != baseline).collect();
            let at = others.iter().position(|g| *g == rest).unwrap();
            params["tau_g_excl_baseline"][at].as_f64().unwrap()
        }
        "knot_values" => params[head][rest.parse::<usize>().unwrap()].as_f64().unwrap(),
        _ if rest.is_empty() => params[head].as_f64().unwrap(),
        _ => match rest.split_once(',') {
            Some((geo, label)) => {
                let g = geos.iter().position(|x| x == geo).unwrap();
                params[head][g][index(label)].as_f64().unwrap()
            }
            None => params[head][index(rest)].as_f64().unwrap(),
        },
    }
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
}

fn log_joint(model: &Arc<Model>, value: impl Fn(&str) -> f64) -> f64 {
    let mut evaluator = Evaluator::new(Arc::clone(model));
    let theta: Vec<f64> = model.layout.parameters.iter().map(|p| value(&p.name)).collect();
    let standardised: Vec<f64> = model
        .block
        .design
        .columns
        .iter()
        .map(|c| {
            let b = value(&c.name);
            if c.scale.is_some() { b } else { (b - c.mean) / c.sd }
        })
        .collect();
    evaluator.log_joint(&theta, &standardised)
}

#[test]
fn meridian_log_densities_are_reproduced() {
    let Some(shared) = shared::folder("meridian log densities") else { return };
    let reference = shared::json(shared.join("reference/mmm/meridian-logp-vectors.json"));
    for (name, case) in reference["models"].as_object().unwrap() {
        let panel = shared::meridian(&shared, case["dataset"].as_str().unwrap());
        let geos = strings(&case["geo_order"]);
        let sorted = |names: &[String]| {
            let mut names = names.to_vec();
            names.sort();
            names
        };
        assert_eq!(sorted(&panel.geos), sorted(&geos));
        let mut spec = Spec::preset(Preset::Meridian);
        if let Some(knots) = case["model_spec"].get("knots").and_then(Value::as_u64) {
            let placement = KnotPlacement::Count(knots as usize);
            spec.baseline.knots.as_mut().unwrap().placement = placement;
        }
        let model = Arc::new(Model::new(&spec, &panel).unwrap());
        let lists = [
            ("channels", strings(&case["channels"])),
            ("controls", strings(&case["controls"])),
            ("baseline", vec![case["baseline_geo"].as_str().unwrap_or("").to_owned()]),
        ];
        for point in case["points"].as_array().unwrap() {
            let value = log_joint(&model, |p| lookup(&point["params"], p, &geos, &lists));
            let expected = point["log_prob_numpy"].as_f64().unwrap();
            let error = (value / expected - 1.0).abs();
            assert!(error < 1e-8, "{name}: {value} against {expected}");
        }
    }
}

#[test]
fn pymc_marketing_log_densities_are_reproduced() {
    let Some(shared) = shared::folder("pymc-marketing log densities") else { return };
    let reference = shared::json(shared.join("reference/mmm/pymc-marketing-logp-vectors.json"));
    let panel = shared::pymc_example(&shared);
    let model = Arc::new(Model::new(&Spec::preset(Preset::PymcMarketing), &panel).unwrap());
    let names = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    let lists = [
        ("channels", names(&["x1", "x2"])),
        ("controls", names(&["event_1", "event_2", "t"])),
        ("fourier", names(&["sin_1", "sin_2", "cos_1", "cos_2"])),
    ];
    for point in reference["points"].as_array().unwrap() {
        let value = log_joint(&model, |p| lookup(&point["params"], p, &[], &lists));
        let expected = point["log_prob_pymc"].as_f64().unwrap();
        assert!((value / expected - 1.0).abs() < 1e-8, "{value} against {expected}");
    }
}
