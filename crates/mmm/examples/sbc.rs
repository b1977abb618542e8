//! Simulation-based calibration of the two specifications that the book reports: a national one
//! and a small geo one, on the media of simulated brands.
//!
//! ```sh
//! cargo run -p outlay-mmm --example sbc -- national|geo [simulations] [preset] [seed] [structure]
//! ```

#![allow(clippy::unwrap_used, reason = "a measurement may end on what it cannot read")]

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use outlay_mmm::calibration::{CalibrationProgress, CalibrationSettings, calibrate};
use outlay_mmm::model::Model;
use outlay_mmm::spec::{Preset, Spec};
use outlay_world::{FamilySettings, World, random_world};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default| args.get(i).map_or(default, |a| a.parse().unwrap());
    let geo = args.first().is_some_and(|a| a == "geo");
    let preset = match args.get(2).map_or("outlay", String::as_str) {
        "meridian" => Preset::Meridian,
        "pymc-marketing" => Preset::PymcMarketing,
        _ => Preset::Outlay,
    };
    let (geos, periods, channels) = if geo { (4, 40, 2) } else { (1, 80, 3) };
    let family = FamilySettings {
        geos: (geos, geos),
        periods: (periods, periods),
        channels: (channels, channels),
        controls: (1, 1),
        ..FamilySettings::national()
    };
    let world = World::simulate(&random_world(&family, 1), 1).unwrap();
    let structure = args.get(4).map(String::as_str);
    let spec = Spec::preset(preset).alone(structure).unwrap().unwrap();
    let model = Model::new(&spec, &world.panel).unwrap();
    let settings = CalibrationSettings {
        simulations: number(1, 200),
        seed: number(3, 1) as u64,
        ..CalibrationSettings::default()
    };
    let started = Instant::now();
    let watch = |p: CalibrationProgress| {
        if p.done.is_multiple_of(20) {
            eprintln!("{p:?} {:.0} s", started.elapsed().as_secs_f64());
        }
    };
    let report = calibrate(&model, &settings, &watch, &AtomicBool::new(false)).unwrap();
    println!(
        "{:<34} {:>6} {:>6} {:>6} {:>5} {:>5} {:>6} {:>6}  shape",
        "quantity", "chi2", "ks", "ecdf", "50 %", "90 %", "bias", "contr"
    );
    for q in &report.quantities {
        let r = &q.recovery;
        println!(
            "{:<34} {:>6.3} {:>6.3} {:>6.3} {:>5.2} {:>5.2} {:>6.2} {:>6.2}  {:?}",
            q.name,
            q.chi_square.p_value,
            q.kolmogorov_smirnov.p_value,
            q.ecdf.p_value,
            r.coverage_50,
            r.coverage_90,
            r.bias,
            r.contraction,
            q.shape
        );
    }
    println!("{:?} rejected {:?}", report.smallest, report.rejected);
    println!(
        "{} completed, {} repeated, {:?} {:?}",
        report.completed, report.repeated, report.unsettled, report.failed
    );
    println!("{:.0} s", started.elapsed().as_secs_f64());
}
