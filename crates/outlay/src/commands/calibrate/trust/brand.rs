//! The brands: simulated, and read as a user's file is read.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use outlay_connect::{ReadOptions, load};
use outlay_core::registry::Registry;
use outlay_core::{Fingerprint, Panel};
use outlay_world::{BrandClass, UnknownClass, World, random_brand};

use super::answer::Stop;
use super::plan::Ahead;

/// Classes of brands, as named on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Classes {
    /// One.
    One(BrandClass),
    /// All there are.
    All,
}

/// Reads the name of a class, or `all`.
pub(crate) fn classes(text: &str) -> Result<Classes, UnknownClass> {
    if text == "all" { Ok(Classes::All) } else { text.parse().map(Classes::One) }
}

/// Each class once, in the order asked for.
pub(super) fn distinct(asked: &[Classes]) -> Vec<BrandClass> {
    let mut distinct = Vec::new();
    for classes in asked {
        let own = match classes {
            Classes::One(class) => vec![*class],
            Classes::All => BrandClass::ALL.to_vec(),
        };
        for class in own {
            if !distinct.contains(&class) {
                distinct.push(class);
            }
        }
    }
    distinct
}

/// A brand, as simulated and as read.
pub(super) struct Brand {
    /// Its class.
    pub(super) class: BrandClass,
    /// Its seed.
    pub(super) seed: u64,
    /// What is true.
    pub(super) world: World,
    /// What a model sees.
    pub(super) panel: Panel,
    /// The quarter after the data.
    pub(super) ahead: Ahead,
    /// Series that the proposed mapping took for something else than they are.
    pub(super) misread: Vec<String>,
    /// Fingerprint of all that is true about it.
    pub(super) fingerprint: String,
}

impl Brand {
    /// Simulates a brand and reads it; `direct` spares the way through a file.
    pub(super) fn draw(class: BrandClass, seed: u64, direct: bool) -> Result<Self, Stop> {
        let world =
            World::simulate(&random_brand(class, seed), seed).map_err(|e| Stop::failed(&e))?;
        let panel = if direct { world.panel.clone() } else { through_file(&world)? };
        let misread = misread(&world.panel, &panel);
        let text = serde_json::to_string(&world.truth).map_err(|e| Stop::failed(&e))?;
        let fingerprint = Fingerprint::of([text.as_bytes()]).short().to_owned();
        let ahead = Ahead::of(&world);
        Ok(Self { class, seed, world, panel, ahead, misread, fingerprint })
    }
}

/// A file that is gone when nobody needs it any more.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        // A file that is left in the folder for such files does no harm.
        let _ = fs::remove_file(&self.0);
    }
}

/// Writes the brand's file and reads it with the mapping that is proposed for it.
fn through_file(world: &World) -> Result<Panel, Stop> {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("outlay-brand-{}-{number}.csv", std::process::id());
    let file = Passing(std::env::temp_dir().join(name));
    fs::write(&file.0, world.to_csv()).map_err(|e| Stop::failed(&e))?;
    let registry = Registry::default();
    let options = ReadOptions::from_registry(&registry);
    let mapped = load(&file.0, None, options).map_err(|e| Stop::failed(&e))?;
    let built = mapped.panel(&registry).map_err(|e| Stop::failed(&e))?;
    Ok(built.panel)
}

/// Names that stand for something else in the panel that was read.
fn misread(simulated: &Panel, read: &Panel) -> Vec<String> {
    let (wanted, found) = (parts(simulated), parts(read));
    let missing = wanted.iter().filter(|part| !found.contains(part)).map(|p| format!("{p} lost"));
    let extra = found.iter().filter(|part| !wanted.contains(part)).map(|p| format!("{p} made up"));
    missing.chain(extra).collect()
}

/// What a panel is made of, each as `kind name`.
fn parts(panel: &Panel) -> Vec<String> {
    let channels = panel.channels.iter().map(|c| format!("channel {}", c.name));
    let organic = panel.organic.iter().map(|o| format!("organic {}", o.name));
    let controls = panel.controls.iter().map(|c| format!("control {}", c.name));
    let treatments = panel.treatments.iter().map(|t| format!("treatment {}", t.name));
    channels.chain(organic).chain(controls).chain(treatments).collect()
}
