//! From the sources to the settings, layer by layer.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::catalogue::{Entry, entries, entry};
use crate::environment::Environment;
use crate::form::Wrong;
use crate::nearest::nearest;
use crate::problem::{ConfigError, Problem};
use crate::settings::{Origin, Settings};

/// Short variables beside the systematic ones (`OUTLAY__SECTION__KEY`), and the keys that they set.
pub const VARIABLES: [(&str, &str); 5] = [
    ("OUTLAY_LISTEN", "server.listen"),
    ("OUTLAY_DATA", "server.data"),
    ("OUTLAY_DATABASE", "store.url"),
    ("OUTLAY_SECURE_COOKIES", "server.secure_cookies"),
    ("OUTLAY_LOG", "log.filter"),
];

/// What the binary carries below the environment's file.
const BASE: &str = include_str!("../../../config/base.toml");
const PREFIX: &str = "OUTLAY__";

/// A value from the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flag {
    key: String,
    flag: String,
    value: String,
}

impl Flag {
    /// The value of a flag with a name of its own.
    pub fn named(flag: &str, key: &str, value: impl Into<String>) -> Self {
        Self { key: key.to_owned(), flag: flag.to_owned(), value: value.into() }
    }

    /// The value of `--set KEY=VALUE`.
    pub fn set(key: &str, value: &str) -> Self {
        Self { key: key.trim().to_owned(), flag: "--set".to_owned(), value: value.to_owned() }
    }
}

/// Where the settings come from. Files are read by [`Sources::load`], every time.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// A folder with `base.toml`, `development.toml`, `staging.toml`, `production.toml`, any of
    /// them; or one file.
    pub config: Option<PathBuf>,
    /// The variables of the process; those of others are left alone.
    pub variables: Vec<(String, String)>,
    /// The flags, the last of a key counts.
    pub flags: Vec<Flag>,
}

/// What one source sets, and what is wrong with it.
#[derive(Default)]
pub(crate) struct Layer {
    pub(crate) values: Vec<(Entry, Value, Origin)>,
    problems: Vec<Problem>,
}

impl Sources {
    /// The variables of this process; the folder that `OUTLAY_CONFIG` names where no other does.
    pub fn of_process(config: Option<PathBuf>, flags: Vec<Flag>) -> Self {
        // A name or value that is no Unicode is none of ours.
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        let variables: Vec<_> = std::env::vars_os().filter_map(text).collect();
        Self { config, variables, flags }
    }

    fn variable(&self, name: &str) -> Option<&str> {
        let found = self.variables.iter().find(|(known, _)| known == name)?;
        Some(found.1.as_str()).filter(|value| !value.trim().is_empty())
    }

    /// The folder or file of the configuration, where one is named.
    pub fn place(&self) -> Option<PathBuf> {
        self.config.clone().or_else(|| self.variable("OUTLAY_CONFIG").map(PathBuf::from))
    }

    /// Reads all sources.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong, each with place, key, value, what is allowed
    /// and what to do.
    pub fn load(&self) -> Result<Settings, ConfigError> {
        let mut layer = Layer::default();
        let environment = match self.variable("OUTLAY_ENV") {
            None => Environment::default(),
            Some(name) => Environment::named(name).unwrap_or_else(|| {
                layer.environment(name);
                Environment::default()
            }),
        };
        layer.file("base.toml", BASE, &|name| Origin::Carried(name.to_owned()));
        let carried = environment.embedded();
        layer.file(&environment.file(), carried, &|name| Origin::Carried(name.to_owned()));
        if let Some(place) = self.place() {
            layer.place(&place, environment);
        }
        for (name, value) in &self.variables {
            layer.variable(name, value);
        }
        for flag in &self.flags {
            layer.flag(flag);
        }
        layer.done()?;
        let mut settings = Settings { environment, ..Settings::default() };
        settings.put(layer.values);
        Ok(settings)
    }
}

impl Layer {
    pub(crate) fn done(&mut self) -> Result<(), ConfigError> {
        match std::mem::take(&mut self.problems) {
            problems if problems.is_empty() => Ok(()),
            problems => Err(ConfigError { problems }),
        }
    }

    fn say(&mut self, place: &str, key: &str, value: String, allowed: String, next: String) {
        let (place, key) = (place.to_owned(), key.to_owned());
        self.problems.push(Problem { place, key, value, allowed, next });
    }

    fn environment(&mut self, name: &str) {
        let names = Environment::ALL.map(Environment::name);
        let next = match nearest(name, names.into_iter()) {
            Some(near) => format!("set OUTLAY_ENV={near}, or leave it out for development"),
            None => "set OUTLAY_ENV to one of them, or leave it out for development".to_owned(),
        };
        let allowed = format!("one of {}", names.join(", "));
        self.say(
            "variable OUTLAY_ENV",
            "",
            format!("there is no environment {name:?}"),
            allowed,
            next,
        );
    }

    /// A folder with files of the known names, or one file.
    fn place(&mut self, place: &Path, environment: Environment) {
        let mut files = vec![place.to_path_buf()];
        if place.is_dir() {
            files = vec![place.join("base.toml"), place.join(environment.file())];
            files.retain(|file| file.exists());
            if files.is_empty() {
                let names = format!("base.toml or {}", environment.file());
                let what = format!("the folder has no {names}");
                let next = "name the folder of your files with --config or OUTLAY_CONFIG";
                self.say(&place.display().to_string(), "", what, String::new(), next.to_owned());
            }
        }
        for file in files {
            let name = file.display().to_string();
            match std::fs::read_to_string(&file) {
                Ok(text) => self.file(&name, &text, &|place| Origin::File(place.to_owned())),
                Err(error) => {
                    let what = format!("cannot be read: {error}");
                    let next = "check the path given with --config or OUTLAY_CONFIG";
                    self.say(&name, "", what, String::new(), next.to_owned());
                }
            }
        }
    }

    fn file(&mut self, name: &str, text: &str, origin: &dyn Fn(&str) -> Origin) {
        let table: toml::Table = match text.parse() {
            Ok(table) => table,
            Err(error) => {
                // The message without the line itself, which may be anything.
                let error: toml::de::Error = error;
                let before = error.span().and_then(|span| text.get(..span.start));
                let line = before.map_or(1, |before| before.matches('\n').count() + 1);
                let what = format!("line {line} is no TOML: {}", error.message());
                let next = format!("correct line {line}; texts stand in quotes");
                return self.say(name, "", what, String::new(), next);
            }
        };
        for (section, inside) in table {
            let toml::Value::Table(keys) = inside else {
                self.unknown(name, &section);
                continue;
            };
            for (key, value) in keys {
                let dotted = format!("{section}.{key}");
                let value = serde_json::to_value(&value).unwrap_or_default();
                self.take(name, &dotted, &value, origin(name), |entry| entry.value(&value));
            }
        }
    }

    fn variable(&mut self, name: &str, value: &str) {
        let place = format!("variable {name}");
        let key = match VARIABLES.iter().find(|(short, _)| *short == name) {
            Some((_, key)) => (*key).to_owned(),
            None => match name.strip_prefix(PREFIX) {
                Some(rest) => rest.replacen("__", ".", 1).to_lowercase(),
                None => return,
            },
        };
        let origin = Origin::Variable(name.to_owned());
        self.take(&place, &key, &Value::from(value), origin, |entry| entry.text(value));
    }

    pub(crate) fn flag(&mut self, flag: &Flag) {
        let place = format!("flag {}", flag.flag);
        let shown = Value::from(flag.value.as_str());
        let origin = Origin::Flag(place.clone());
        self.take(&place, &flag.key, &shown, origin, |entry| entry.text(&flag.value));
    }

    fn take(
        &mut self,
        place: &str,
        key: &str,
        given: &Value,
        origin: Origin,
        read: impl Fn(&Entry) -> Result<Value, Wrong>,
    ) {
        let Some(entry) = entry(key) else { return self.unknown(place, key) };
        match read(&entry) {
            Ok(value) => self.values.push((entry, value, origin)),
            Err(wrong) => self.wrong(place, entry, given, wrong),
        }
    }

    fn wrong(&mut self, place: &str, entry: Entry, given: &Value, wrong: Wrong) {
        let empty = given.as_str().is_some_and(|text| text.trim().is_empty());
        let value = match (empty, entry.form().may_be_shown()) {
            (true, _) => "empty".to_owned(),
            (_, true) => given.to_string(),
            (_, false) => "a value that is not shown here".to_owned(),
        };
        let next = match wrong {
            Wrong::Literal => {
                "put the secret into a variable or a file, and write env:NAME or file:/path here"
                    .to_owned()
            }
            Wrong::Form if empty => "give it a value, or leave it out for the default".to_owned(),
            Wrong::Form => format!("correct it; `outlay config` explains {}", entry.name()),
        };
        self.say(place, entry.name(), value, entry.form().allowed(), next);
    }

    fn unknown(&mut self, place: &str, key: &str) {
        let near = nearest(key, entries().map(|entry| entry.name()));
        let section = || nearest(key, entries().map(|entry| entry.section()));
        let next = match near.or_else(section) {
            Some(near) => format!("did you mean {near}? `outlay config` lists all keys"),
            None => "remove it; `outlay config` lists all keys".to_owned(),
        };
        self.say(place, key, "no key".to_owned(), String::new(), next);
    }
}
