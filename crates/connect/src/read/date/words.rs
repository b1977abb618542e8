//! Words in dates: months, weekdays, "week", "to", in the languages of Europe's files.

/// Month names and their abbreviations, without accents: English, German, French, Spanish,
/// Italian, Portuguese, Dutch, Danish, Swedish, Polish. A prefix of three letters or more counts.
const MONTHS: [&[&str]; 12] = [
    &[
        "january", "januar", "janner", "janvier", "enero", "gennaio", "janeiro", "januari",
        "styczen",
    ],
    &["february", "februar", "fevrier", "febrero", "febbraio", "fevereiro", "februari", "luty"],
    &["march", "marz", "maerz", "mars", "marzo", "marco", "maart", "marts", "mrt", "mrz", "marzec"],
    &["april", "avril", "abril", "aprile", "kwiecien"],
    &["may", "mai", "mayo", "maggio", "maio", "mei", "maj"],
    &["june", "juni", "juin", "junio", "giugno", "junho", "czerwiec"],
    &["july", "juli", "juillet", "julio", "luglio", "julho", "lipiec"],
    &["august", "aout", "agosto", "augustus", "augusti", "sierpien"],
    &["september", "septembre", "septiembre", "settembre", "setembro", "sept", "wrzesien"],
    &["october", "oktober", "octobre", "octubre", "ottobre", "outubro", "pazdziernik"],
    &["november", "novembre", "noviembre", "novembro", "listopad"],
    &["december", "dezember", "decembre", "diciembre", "dicembre", "dezembro", "grudzien"],
];

/// A letter without its accent, in lower case.
pub(crate) fn fold(c: char) -> char {
    match c.to_lowercase().next().unwrap_or(c) {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' | 'ů' => 'u',
        'ç' | 'ć' | 'č' => 'c',
        'ñ' | 'ń' => 'n',
        'š' | 'ś' => 's',
        'ž' | 'ź' | 'ż' => 'z',
        'ý' => 'y',
        'ł' => 'l',
        'ř' => 'r',
        other => other,
    }
}

/// The month that a word names; `None` for none or several.
pub(super) fn month_of(word: &str) -> Option<u32> {
    let folded: String = word.chars().map(fold).collect();
    if folded.len() < 3 {
        return None;
    }
    let mut found = None;
    for (index, names) in MONTHS.iter().enumerate() {
        let month = index as u32 + 1;
        if names.contains(&folded.as_str()) {
            return Some(month);
        }
        if names.iter().any(|name| name.starts_with(&folded)) {
            if found.is_some() {
                return None;
            }
            found = Some(month);
        }
    }
    found
}

/// Words before a week number, folded.
const WEEK_WORDS: &[&str] = &[
    "w",
    "kw",
    "cw",
    "wk",
    "week",
    "woche",
    "kalenderwoche",
    "sem",
    "semaine",
    "semana",
    "s",
    "uge",
    "vecka",
    "v",
];
/// Words between the two ends of a range, folded.
pub(super) const RANGE_WORDS: &[&str] =
    &["bis", "to", "au", "a", "al", "until", "till", "tot", "til", "do"];

pub(super) fn is_week_word(word: &str) -> bool {
    let folded: String = word.chars().map(fold).collect();
    WEEK_WORDS.contains(&folded.as_str())
}

pub(super) fn is_weekday(word: &str) -> bool {
    const DAYS: &[&str] = &[
        "mo", "tu", "we", "th", "fr", "sa", "su", "di", "mi", "do", "so", "lu", "ma", "me", "je",
        "ve", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "lun", "mar", "mer", "jeu", "ven",
        "sam", "dim", "mie", "jue", "vie", "sab", "dom", "gio",
    ];
    let folded: String = word.chars().map(fold).collect();
    DAYS.contains(&folded.as_str())
        || (folded.len() > 3 && folded.get(..3).is_some_and(|p| DAYS.contains(&p)))
        || ["montag", "dienstag", "mittwoch", "donnerstag"].contains(&folded.as_str())
}
