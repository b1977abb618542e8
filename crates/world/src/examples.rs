//! Commented worlds that come with Outlay.

/// A world that comes with Outlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Short name.
    pub name: &'static str,
    /// What it shows, in a few words.
    pub about: &'static str,
    /// The commented specification.
    pub toml: &'static str,
}

/// Every example; the first is the brand of the demo.
pub const EXAMPLES: &[Example] = &[
    Example {
        name: "shop",
        about: "a national shop: five channels, three years of weeks, spend that chases demand, promotions",
        toml: include_str!("../../../examples/worlds/shop.toml"),
    },
    Example {
        name: "regions",
        about: "a brand in twelve regions, each with its own level, spend and effect",
        toml: include_str!("../../../examples/worlds/regions.toml"),
    },
    Example {
        name: "broadcast",
        about: "a broadcaster's advertiser that counts orders and knows reach and frequency",
        toml: include_str!("../../../examples/worlds/broadcast.toml"),
    },
    Example {
        name: "daily",
        about: "an online brand by the day, with a week's rhythm and noise that lasts",
        toml: include_str!("../../../examples/worlds/daily.toml"),
    },
];

/// The example called `name`.
pub fn example(name: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.name == name)
}
