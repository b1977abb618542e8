//! Colours: one set of tokens for light, dark and paper, and ten channel colours that stay apart
//! for every common kind of colour vision. Red is for harm only, grey for what we did not cause.

use std::fmt::Write;

/// Channel colours on white.
pub(crate) const LIGHT: [&str; 10] = [
    "#36688d", "#bb872e", "#582b89", "#57d2e0", "#881948", "#92a6f1", "#c8d56c", "#8f6ad6",
    "#8a5e36", "#eca0a0",
];

/// The same hues on a dark ground.
pub(crate) const DARK: [&str; 10] = [
    "#5787ac", "#d3a151", "#7743b2", "#74e5f3", "#ad4369", "#a9bdff", "#d9e684", "#a987f0",
    "#a87c56", "#ffb6b4",
];

/// Name, value on white, value on a dark ground.
const TOKENS: [(&str, &str, &str); 13] = [
    ("ground", "#ffffff", "#14171b"),
    ("raised", "#f6f7f8", "#1c2025"),
    ("ink", "#191d22", "#e9ebee"),
    ("quiet", "#59626d", "#a0a9b4"),
    ("hair", "#e2e5e9", "#2c323a"),
    ("axis", "#b9c0c8", "#4a525c"),
    ("accent", "#1d4f91", "#8ab4f8"),
    ("grey", "#c9ced4", "#4d555f"),
    ("grey-ink", "#7b8490", "#939ca8"),
    ("ok", "#1b6e4b", "#6fcf9f"),
    ("review", "#8a5a00", "#f0b950"),
    ("harm", "#b3261e", "#ff8a80"),
    ("others", "#aab8c8", "#64748a"),
];

/// The style rules that define every token: light, dark where asked for, light on paper.
pub(crate) fn style() -> String {
    let light = tokens(|t| t.1, &LIGHT);
    let dark = tokens(|t| t.2, &DARK);
    let mut css = format!(
        ":root{{color-scheme:light;{light}}}\n\
         @media (prefers-color-scheme:dark){{:root[data-theme=system]{{color-scheme:dark;{dark}}}}}\n\
         :root[data-theme=dark]{{color-scheme:dark;{dark}}}\n\
         @media print{{:root:root[data-theme]{{color-scheme:light;{light}}}}}\n"
    );
    for index in 0..LIGHT.len() {
        let _ = writeln!(css, ".k{index}{{--k:var(--k{index})}}");
    }
    css
}

fn tokens(
    pick: impl Fn(&(&'static str, &'static str, &'static str)) -> &'static str,
    channels: &[&str],
) -> String {
    let mut css = String::new();
    for token in &TOKENS {
        let _ = write!(css, "--{}:{};", token.0, pick(token));
    }
    for (index, colour) in channels.iter().enumerate() {
        let _ = write!(css, "--k{index}:{colour};");
    }
    css
}

/// A channel's look: colour, and a pattern or mark from the eleventh channel on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    index: usize,
}

impl Look {
    /// The look of the channel at a place in the panel: the same on every chart and page.
    pub(crate) fn of(index: usize) -> Self {
        Self { index }
    }

    /// The class that sets the colour.
    pub(crate) fn class(self) -> String {
        format!("k{}", self.index % LIGHT.len())
    }

    /// Which pattern lies over the colour: 0 is none.
    pub(crate) fn pattern(self) -> usize {
        (self.index / LIGHT.len()) % 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rgb = [f64; 3];

    fn linear(hex: &str) -> Rgb {
        [1, 3, 5].map(|i| {
            let c = f64::from(u8::from_str_radix(&hex[i..i + 2], 16).unwrap()) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn times(m: &[[f64; 3]; 3], c: Rgb) -> Rgb {
        [0, 1, 2].map(|i| (0..3).map(|j| m[i][j] * c[j]).sum::<f64>().clamp(0.0, 1.0))
    }

    /// Oklab (Ottosson 2020).
    fn oklab(c: Rgb) -> Rgb {
        let lms = times(
            &[
                [0.412_221_47, 0.536_332_54, 0.051_445_99],
                [0.211_903_5, 0.680_699_55, 0.107_396_96],
                [0.088_302_46, 0.281_718_84, 0.629_978_7],
            ],
            c,
        )
        .map(f64::cbrt);
        [
            0.210_454_26 * lms[0] + 0.793_617_79 * lms[1] - 0.004_072_05 * lms[2],
            1.977_998_5 * lms[0] - 2.428_592_2 * lms[1] + 0.450_593_7 * lms[2],
            0.025_904_04 * lms[0] + 0.782_771_77 * lms[1] - 0.808_675_77 * lms[2],
        ]
    }

    /// Colour vision deficiencies at full severity (Machado, Oliveira and Fernandes 2009).
    const VISIONS: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ],
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ],
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ],
    ];

    #[test]
    fn channel_colours_stay_apart_for_every_vision() {
        for (palette, least) in [(LIGHT, 0.08), (DARK, 0.07)] {
            for vision in &VISIONS {
                let seen = palette.map(|hex| oklab(times(vision, linear(hex))));
                for i in 0..seen.len() {
                    for j in 0..i {
                        let d =
                            (0..3).map(|k| (seen[i][k] - seen[j][k]).powi(2)).sum::<f64>().sqrt();
                        assert!(d > least, "{} and {}: {d}", palette[i], palette[j]);
                    }
                }
            }
        }
    }

    #[test]
    fn words_can_be_read_on_their_ground() {
        let luminance = |hex: &str| {
            let [r, g, b] = linear(hex);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let contrast = |a: &str, b: &str| {
            let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
            a.max(b) / a.min(b)
        };
        for token in TOKENS
            .iter()
            .filter(|t| ["ink", "quiet", "accent", "ok", "review", "harm"].contains(&t.0))
        {
            assert!(contrast(token.1, "#f6f7f8") >= 4.5, "{token:?}");
            assert!(contrast(token.2, "#1c2025") >= 4.5, "{token:?}");
        }
    }

    #[test]
    fn the_eleventh_channel_has_the_first_colour_and_a_pattern() {
        assert_eq!((Look::of(0).class(), Look::of(0).pattern()), ("k0".into(), 0));
        assert_eq!((Look::of(10).class(), Look::of(10).pattern()), ("k0".into(), 1));
    }
}
