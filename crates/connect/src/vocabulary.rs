//! What column names tell: words of several languages, kept in `vocabulary.toml`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::OnceLock;

use serde::Deserialize;

use crate::read::date::fold;

/// A topic of the vocabulary: what a word in a column name speaks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Topic {
    Date,
    Week,
    Year,
    Month,
    Geo,
    Population,
    Revenue,
    Count,
    Outcome,
    RevenuePerUnit,
    Per,
    Spend,
    Impressions,
    Grp,
    Clicks,
    Reach,
    Frequency,
    Organic,
    Treatment,
    Control,
    Competitor,
    Event,
    ChannelColumn,
    VariableColumn,
    ValueColumn,
    Channel,
    Ratio,
    Mediator,
    Ignored,
    Total,
    Filler,
}

#[derive(Deserialize)]
struct Entry {
    words: Vec<String>,
    #[serde(default)]
    stems: Vec<String>,
}

#[derive(Deserialize)]
struct Source {
    aliases: BTreeMap<String, Vec<String>>,
    #[serde(flatten)]
    topics: BTreeMap<Topic, Entry>,
}

/// The words of the vocabulary, ready to be looked up.
#[derive(Default)]
pub(crate) struct Vocabulary {
    words: HashMap<String, Vec<Topic>>,
    stems: Vec<(String, Vec<Topic>)>,
    aliases: HashMap<String, String>,
    longest_phrase: usize,
}

/// A word of a column name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// The word in lower case, without accents.
    pub(crate) text: String,
    /// Where it stands in the name, in bytes.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
}

/// A name taken apart: its words, and for each the topics it speaks about.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    pub(crate) tokens: Vec<Token>,
    pub(crate) topics: Vec<Vec<Topic>>,
}

impl Words {
    /// Whether some word speaks about a topic.
    pub(crate) fn has(&self, topic: Topic) -> bool {
        self.topics.iter().any(|t| t.contains(&topic))
    }

    /// Whether every word speaks about one of the topics.
    pub(crate) fn only(&self, topics: &[Topic]) -> bool {
        !self.topics.is_empty()
            && self.topics.iter().all(|own| own.iter().any(|t| topics.contains(t)))
    }
}

/// Splits a name at everything that is neither letter nor digit, and where a capital follows a
/// small letter or ends an acronym (`tvSpend`, `TVKosten`).
pub(crate) fn tokens(name: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    let chars: Vec<(usize, char)> = name.char_indices().collect();
    let mut open = false;
    for (i, (at, c)) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        let before = i.checked_sub(1).and_then(|j| chars.get(j)).map(|(_, c)| *c);
        let after = chars.get(i + 1).map(|(_, c)| *c);
        let rises = before.is_some_and(|b| b.is_lowercase() && c.is_uppercase());
        let acronym_ends = before.is_some_and(char::is_uppercase)
            && c.is_uppercase()
            && after.is_some_and(char::is_lowercase)
            && chars.get(i + 2).is_some_and(|(_, c)| c.is_lowercase());
        if !open || rises || acronym_ends {
            out.push(Token { text: String::new(), start: *at, end: *at });
            open = true;
        }
        if let Some(token) = out.last_mut() {
            match c {
                'ß' => token.text.push_str("ss"),
                'œ' | 'Œ' => token.text.push_str("oe"),
                'æ' | 'Æ' => token.text.push_str("ae"),
                _ => token.text.push(fold(*c)),
            }
            token.end = at + c.len_utf8();
        }
    }
    out
}

impl Vocabulary {
    /// The vocabulary of the crate.
    pub(crate) fn get() -> &'static Self {
        static VOCABULARY: OnceLock<Vocabulary> = OnceLock::new();
        VOCABULARY.get_or_init(|| Self::parse(include_str!("vocabulary.toml")).unwrap_or_default())
    }

    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let source: Source = toml::from_str(text)?;
        let mut vocabulary = Self::default();
        let mut stems: BTreeMap<String, Vec<Topic>> = BTreeMap::new();
        for (topic, entry) in source.topics {
            for word in entry.words.into_iter().collect::<HashSet<_>>() {
                let length = word.split(' ').count();
                vocabulary.longest_phrase = vocabulary.longest_phrase.max(length);
                vocabulary.words.entry(word).or_default().push(topic);
            }
            for stem in entry.stems {
                stems.entry(stem).or_default().push(topic);
            }
        }
        vocabulary.stems = stems.into_iter().collect();
        vocabulary.stems.sort_by_key(|(stem, _)| std::cmp::Reverse(stem.len()));
        for (name, others) in source.aliases {
            for other in others {
                vocabulary.aliases.insert(other, name.clone());
            }
        }
        Ok(vocabulary)
    }

    /// The name that stands for a word when columns are paired.
    pub(crate) fn canonical<'a>(&'a self, word: &'a str) -> &'a str {
        self.aliases.get(word).map_or(word, String::as_str)
    }

    /// Takes a name apart.
    pub(crate) fn words(&self, name: &str) -> Words {
        let mut tokens: Vec<Token> =
            tokens(name).into_iter().flat_map(|token| self.split_compound(token)).collect();
        let mut topics: Vec<Vec<Topic>> = vec![Vec::new(); tokens.len()];
        // Longest phrases first; a word inside a phrase speaks with the phrase.
        let mut taken = vec![false; tokens.len()];
        for length in (1..=self.longest_phrase).rev() {
            for start in 0..(tokens.len() + 1).saturating_sub(length) {
                let Some(window) = tokens.get(start..start + length) else { continue };
                if taken.iter().skip(start).take(length).any(|t| *t) {
                    continue;
                }
                let phrase = window.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
                if let Some(found) = self.words.get(&phrase) {
                    for i in start..start + length {
                        if let (Some(own), Some(taken)) = (topics.get_mut(i), taken.get_mut(i)) {
                            own.extend(found);
                            *taken = true;
                        }
                    }
                }
            }
        }
        for ((token, own), _) in
            tokens.iter().zip(topics.iter_mut()).zip(&taken).filter(|(_, t)| !**t)
        {
            if let Some((_, found)) = self.stems.iter().find(|(stem, _)| *stem == token.text) {
                own.extend(found);
            }
        }
        robyn_suffix(name, &mut tokens, &mut topics);
        Words { tokens, topics }
    }

    /// Splits `werbekosten` into `werbe` and `kosten`, when it is not itself a known word.
    fn split_compound(&self, token: Token) -> Vec<Token> {
        if self.words.contains_key(&token.text) {
            return vec![token];
        }
        for (stem, _) in &self.stems {
            // Folding keeps one letter per letter except for ligatures, where the place in the
            // name is only used to cut out a display name.
            let is_word = |part: &str| part.len() > 1 && part.chars().all(char::is_alphabetic);
            if let Some(head) = token.text.strip_suffix(stem.as_str()).filter(|h| is_word(h)) {
                let cut = token.end.saturating_sub(stem.len()).max(token.start);
                return vec![
                    Token { text: head.to_owned(), start: token.start, end: cut },
                    Token { text: stem.clone(), start: cut, end: token.end },
                ];
            }
            if let Some(tail) = token.text.strip_prefix(stem.as_str()).filter(|t| is_word(t)) {
                let cut = (token.start + stem.len()).min(token.end);
                return vec![
                    Token { text: stem.clone(), start: token.start, end: cut },
                    Token { text: tail.to_owned(), start: cut, end: token.end },
                ];
            }
        }
        vec![token]
    }

    /// Whether a header says that its column holds dates.
    pub(crate) fn names_date(&self, name: &str) -> bool {
        self.words(name).has(Topic::Date)
    }

    /// Whether a header says that its column holds weeks.
    pub(crate) fn names_week(&self, name: &str) -> bool {
        self.words(name).has(Topic::Week)
    }

    /// Whether a header speaks about a topic.
    pub(crate) fn names(&self, name: &str, topic: Topic) -> bool {
        self.words(name).has(topic)
    }

    /// Whether a cell starts a row of totals.
    pub(crate) fn is_total_word(&self, cell: &str) -> bool {
        cell.len() <= 40
            && self.words(cell).topics.first().is_some_and(|t| t.contains(&Topic::Total))
    }
}

/// The habit of one well-known tool: `tv_S` spend, `facebook_I` impressions, `search_P` clicks,
/// `weather_B` a control, `blog_O` organic.
fn robyn_suffix(name: &str, tokens: &mut [Token], topics: &mut [Vec<Topic>]) {
    let topic = match name.trim().rsplit_once('_') {
        Some(("", _)) => return,
        Some((_, "S")) => Topic::Spend,
        Some((_, "I")) => Topic::Impressions,
        Some((_, "P")) => Topic::Clicks,
        Some((_, "G")) => Topic::Grp,
        Some((_, "B")) => Topic::Control,
        Some((_, "O")) => Topic::Organic,
        _ => return,
    };
    if let (Some(_), Some(last)) = (tokens.last(), topics.last_mut()) {
        *last = vec![topic];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_list_parses() {
        let vocabulary = Vocabulary::parse(include_str!("vocabulary.toml")).unwrap();
        assert!(vocabulary.words.len() > 500);
        for word in vocabulary.words.keys().chain(vocabulary.stems.iter().map(|(s, _)| s)) {
            let folded: String = word.chars().map(fold).collect();
            assert_eq!(&folded, word, "words are kept folded");
        }
    }

    #[test]
    fn names_are_taken_apart() {
        let texts = |name| {
            Vocabulary::get().words(name).tokens.into_iter().map(|t| t.text).collect::<Vec<_>>()
        };
        assert_eq!(texts("Channel0_impression"), ["channel0", "impression"]);
        assert_eq!(texts("TVKosten (EUR)"), ["tv", "kosten", "eur"]);
        assert_eq!(texts("facebookspend"), ["facebook", "spend"]);
        assert_eq!(texts("Dépenses télé"), ["depenses", "tele"]);
        assert_eq!(texts("Chiffre d'affaires"), ["chiffre", "d", "affaires"]);
    }

    #[test]
    fn words_of_several_languages_speak() {
        for (name, topic) in [
            ("Datum", Topic::Date),
            ("Umsatz netto", Topic::Revenue),
            ("Nettoumsatz", Topic::Revenue),
            ("Chiffre d'affaires", Topic::Revenue),
            ("Werbekosten", Topic::Spend),
            ("TV-Ausgaben", Topic::Spend),
            ("Dépenses Facebook", Topic::Spend),
            ("Impressionen", Topic::Impressions),
            ("tv_S", Topic::Spend),
            ("facebook_I", Topic::Impressions),
            ("search_clicks_P", Topic::Clicks),
            ("competitor_sales_B", Topic::Competitor),
            ("Bevölkerung", Topic::Population),
        ] {
            assert!(Vocabulary::get().words(name).has(topic), "{name}");
        }
    }
}
