//! The work: brands on threads, each with all its rows, every answer kept at once.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use outlay_mmm::calibration::{ChannelResult, TotalResult, score};
use outlay_world::BrandClass;
use rayon::ThreadPoolBuilder;

use super::super::watch::Count;
use super::answer::{Answer, Stop};
use super::brand::Brand;
use super::line::{Key, Line, Outcome, SCHEMA};
use super::row::{Kind, Row};
use super::store::Store;
use super::style::{self, Style};
use super::{mix, oracle, plan, reference, ridge, told};
use crate::failure::{Exit, Failure};

/// All that the threads share.
pub(super) struct Work<'a> {
    pub(super) rows: &'a [Row],
    /// Rows whose earlier answers are not taken.
    pub(super) again: &'a [String],
    /// Whether panels are taken as simulated, without a file.
    pub(super) direct: bool,
    /// Folder of what other programs answered.
    pub(super) out: Option<&'a Path>,
    /// Whether brands are kept there for other programs.
    pub(super) keep_data: bool,
    pub(super) program: String,
    pub(super) store: &'a Store,
    pub(super) cancel: &'a AtomicBool,
    pub(super) count: &'a Count,
    pub(super) total: usize,
}

/// What was found.
pub(super) struct Found {
    /// One line per brand and row, by brand and row as asked for.
    pub(super) lines: Vec<Line>,
    /// Answers that another build of this version gave.
    pub(super) earlier: usize,
    /// Whether the user stopped the run.
    pub(super) stopped: bool,
}

/// What has ended so far.
#[derive(Default)]
struct Ended {
    done: AtomicUsize,
    failed: AtomicUsize,
    earlier: AtomicUsize,
}

impl Work<'_> {
    /// Answers every row on every brand. Each thread has a pool of one thread of its own, so that
    /// CPU seconds are those of the answer and of nothing else.
    pub(super) fn all(
        &self,
        brands: &[(BrandClass, u64)],
        threads: usize,
    ) -> Result<Found, Failure> {
        let (next, ended) = (AtomicUsize::new(0), Ended::default());
        let lines: Mutex<Vec<(usize, Vec<Line>)>> = Mutex::default();
        let broken: Mutex<Option<Failure>> = Mutex::default();
        let keep = |failure: Failure| {
            if let Ok(mut broken) = broken.lock() {
                broken.get_or_insert(failure);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..threads.min(brands.len()).max(1) {
                scope.spawn(|| {
                    let pool = match ThreadPoolBuilder::new().num_threads(1).build() {
                        Ok(pool) => pool,
                        Err(e) => return keep(no_thread(&e)),
                    };
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(brand) = brands.get(index) else { break };
                        if self.cancel.load(Ordering::Relaxed) {
                            break;
                        }
                        match pool.install(|| self.brand(*brand, &ended)) {
                            Ok(own) => {
                                if let Ok(mut lines) = lines.lock() {
                                    lines.push((index, own));
                                }
                            }
                            Err(failure) => return keep(failure),
                        }
                    }
                });
            }
        });
        if let Some(failure) = broken.into_inner().unwrap_or_default() {
            return Err(failure);
        }
        let mut lines = lines.into_inner().unwrap_or_default();
        lines.sort_by_key(|(index, _)| *index);
        Ok(Found {
            lines: lines.into_iter().flat_map(|(_, own)| own).collect(),
            earlier: ended.earlier.into_inner(),
            stopped: self.cancel.load(Ordering::Relaxed),
        })
    }

    /// All rows of one brand; those that were cancelled are left out.
    fn brand(&self, (class, seed): (BrandClass, u64), ended: &Ended) -> Result<Vec<Line>, Failure> {
        let brand = Brand::draw(class, seed, self.direct);
        if let (Ok(brand), Some(out), true) = (&brand, self.out, self.keep_data) {
            told::keep(out, brand)?;
        }
        let mut lines = Vec::with_capacity(self.rows.len());
        for row in self.rows {
            let line = match &brand {
                Ok(brand) => self.line(brand, row, ended)?,
                Err(Stop::Cancelled) => None,
                Err(Stop::Failed(reason)) => {
                    let key = self.key(class, seed, "", row);
                    Some(self.failed(key, reason.clone()))
                }
            };
            let Some(line) = line else { break };
            let lost = usize::from(line.failed.is_some());
            let failed = ended.failed.fetch_add(lost, Ordering::Relaxed) + lost;
            let done = ended.done.fetch_add(1, Ordering::Relaxed) + 1;
            self.count.show(done, self.total, failed);
            lines.push(line);
        }
        Ok(lines)
    }

    /// One row: as it was found earlier, or anew; `None` when cancelled.
    fn line(&self, brand: &Brand, row: &Row, ended: &Ended) -> Result<Option<Line>, Failure> {
        let mut key = self.key(brand.class, brand.seed, &brand.fingerprint, row);
        let mut text = String::new();
        if let Kind::Told(name) = &row.kind {
            match told::read(self.out, brand, name) {
                Ok(found) => (text, key.spec) = found,
                // Not kept: the file may come.
                Err(Stop::Failed(reason)) => return Ok(Some(self.failed(key, reason))),
                Err(Stop::Cancelled) => return Ok(None),
            }
        }
        let anew = self.again.contains(&row.name);
        if let Some(known) = self.store.known(&key).filter(|_| !anew) {
            ended.earlier.fetch_add(usize::from(known.program != self.program), Ordering::Relaxed);
            return Ok(Some(known.clone()));
        }
        if self.cancel.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let line = match self.outcome(brand, row, &text) {
            Err(Stop::Cancelled) => return Ok(None),
            Err(Stop::Failed(reason)) => self.failed(key, reason),
            Ok(result) => Line {
                schema: SCHEMA.to_owned(),
                key,
                program: self.program.clone(),
                result: Some(result),
                failed: None,
            },
        };
        self.store.add(&line)?;
        Ok(Some(line))
    }

    fn outcome(&self, brand: &Brand, row: &Row, told: &str) -> Result<Outcome, Stop> {
        let multiples = plan::multiples();
        let ahead = (brand.ahead.periods(), multiples.as_slice());
        let answer = match &row.kind {
            Kind::Mix(spec, approach) => {
                mix::answer(&brand.panel, spec, *approach, brand.seed, ahead, self.cancel)
            }
            Kind::Ridge(settings) => {
                ridge::answer(&brand.panel, settings, brand.seed, ahead, self.cancel)
            }
            Kind::Told(_) => told::answer(brand, told),
            Kind::Prior => Ok(reference::from_prior(&brand.panel)),
            Kind::Oracle => {
                oracle::answer(&brand.world, &brand.ahead, &multiples, brand.seed, self.cancel)
            }
        }?;
        judged(brand, &answer, row.style, self.cancel)
    }

    fn key(&self, class: BrandClass, seed: u64, brand: &str, row: &Row) -> Key {
        Key {
            class: class.name().to_owned(),
            seed,
            row: row.name.clone(),
            method: row.method.to_owned(),
            settings: row.settings.clone(),
            spec: row.spec.clone(),
            brand: brand.to_owned(),
            through_file: !self.direct,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    fn failed(&self, key: Key, reason: String) -> Line {
        Line {
            schema: SCHEMA.to_owned(),
            key,
            program: self.program.clone(),
            result: None,
            failed: Some(reason),
        }
    }
}

/// An answer beside the truth.
fn judged(
    brand: &Brand,
    answer: &Answer,
    own: Style,
    cancel: &AtomicBool,
) -> Result<Outcome, Stop> {
    let truth = &brand.world.truth;
    let paid = brand.world.panel.channels.iter();
    let channels = paid.filter_map(|channel| {
        let own = truth.channels.get(&channel.name)?;
        own.roi.map(|roi| (channel.name.clone(), own.spend, roi))
    });
    let channels = channels.map(|(channel, spend, truth)| {
        let own = answer.returns.iter().find(|(name, _)| *name == channel);
        match own {
            Some((_, estimate)) => Ok(ChannelResult { channel, spend, truth, estimate: *estimate }),
            None => Err(Stop::Failed(format!("there is no answer on channel `{channel}`"))),
        }
    });
    let channels: Vec<ChannelResult> = channels.collect::<Result<_, _>>()?;
    let total_media = TotalResult { truth: truth.total_media.contribution, estimate: answer.total };
    let styles = style::plans(brand, answer, cancel)?;
    // An answer without what its style needs changes nothing.
    let style = if styles.contains_key(own.name()) { own } else { Style::Nothing };
    let planned = styles.get(style.name());
    let multipliers = planned.map_or_else(Vec::new, |p| p.multipliers.clone());
    let plan = brand.ahead.price(planned.map_or(f64::NAN, |p| p.outcome));
    let score = score(&channels, total_media, Some(plan)).map_err(|e| Stop::failed(&e))?;
    Ok(Outcome {
        score,
        channels,
        total_media,
        plan: Some(plan),
        multipliers,
        style: style.name().to_owned(),
        styles,
        cpu_seconds: answer.cpu_seconds,
        divergences: answer.divergences,
        khat: answer.khat,
        structures: answer.structures.iter().cloned().collect(),
        misread: brand.misread.clone(),
    })
}

fn no_thread(error: &rayon::ThreadPoolBuildError) -> Failure {
    Failure::from_error(Exit::Internal, "calibrate.threads", error, "try fewer --threads")
}
