//! Numbers in Rust sources, with where they stand: comments, attributes, tests and text left out.
//!
//! A lexer, not a parser: it needs no dependency, and what it must know of the grammar is little.

/// A number found in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    /// Line, from 1.
    pub line: usize,
    /// As it is written, without separators and suffix.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// Where a number stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the code.
    Code,
    /// Between the brackets of an index alone: `row[3]`.
    Index,
    /// In a text that is SQL.
    Sql,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Number(String),
    Text(String),
    Mark(char),
}

/// The numbers of a source, tests left out.
pub(crate) fn numbers(source: &str) -> Vec<Number> {
    let tokens = without_tests(without_attributes(tokens(source)));
    let mut found = Vec::new();
    for (at, (line, token)) in tokens.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).map(|i| &tokens[i].1);
        let after = tokens.get(at + 1).map(|(_, token)| token);
        match token {
            Token::Number(text) => {
                let indexed = matches!(before(1), Some(Token::Mark('[')))
                    && matches!(
                        before(2),
                        Some(Token::Word(_) | Token::Mark(')') | Token::Mark(']'))
                    )
                    && matches!(after, Some(Token::Mark(']')));
                let place = if indexed { Place::Index } else { Place::Code };
                found.push(Number { line: *line, text: plain(text), place });
            }
            Token::Text(text) if is_sql(text) => {
                for text in numbers_of_sql(text) {
                    found.push(Number { line: *line, text, place: Place::Sql });
                }
            }
            _ => {}
        }
    }
    found
}

/// Without separators and suffix: `1_000f64` is `1000`.
fn plain(text: &str) -> String {
    let text = text.replace('_', "");
    if text.starts_with("0x") {
        return text;
    }
    let suffix =
        ["f64", "f32", "usize", "isize", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
    let end = suffix.iter().find_map(|suffix| text.strip_suffix(suffix));
    end.unwrap_or(&text).to_owned()
}

fn tokens(source: &str) -> Vec<(usize, Token)> {
    let text: Vec<char> = source.chars().collect();
    let (mut at, mut line) = (0, 1);
    let mut tokens = Vec::new();
    while at < text.len() {
        let from = at;
        let here = text[at];
        let next = text.get(at + 1).copied().unwrap_or(' ');
        let token = match here {
            '/' if next == '/' => {
                at = end(&text, at, |c| c == '\n');
                None
            }
            '/' if next == '*' => {
                at = end_of_block(&text, at);
                None
            }
            '"' => Some(Token::Text(quoted(&text, &mut at))),
            'r' | 'b' | 'c' if raw_quotes(&text, at).is_some() => Some(raw(&text, &mut at)),
            'b' if next == '\'' => {
                at += 1;
                character(&text, &mut at);
                None
            }
            '\'' => {
                character(&text, &mut at);
                None
            }
            c if c.is_ascii_digit() => {
                // A field of a tuple is no number: `pair.0`, and `pair.0.1` is two of them.
                let field = matches!(tokens.last(), Some((_, Token::Mark('.'))))
                    && !matches!(tokens.iter().rev().nth(1), Some((_, Token::Mark('.'))) | None);
                let text = if field { field_of(&text, &mut at) } else { number(&text, &mut at) };
                Some(if field { Token::Word(text) } else { Token::Number(text) })
            }
            c if c.is_alphabetic() || c == '_' => {
                at = end(&text, at, |c| !(c.is_alphanumeric() || c == '_'));
                Some(Token::Word(text[from..at].iter().collect()))
            }
            c if c.is_whitespace() => {
                at += 1;
                None
            }
            c => {
                at += 1;
                Some(Token::Mark(c))
            }
        };
        tokens.extend(token.map(|token| (line, token)));
        line += text[from..at].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

fn end(text: &[char], from: usize, stop: impl Fn(char) -> bool) -> usize {
    (from..text.len()).find(|at| stop(text[*at])).unwrap_or(text.len())
}

fn end_of_block(text: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0);
    while at < text.len() {
        match (text[at], text.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn quoted(text: &[char], at: &mut usize) -> String {
    let from = *at + 1;
    *at = from;
    while *at < text.len() && text[*at] != '"' {
        *at += if text[*at] == '\\' { 2 } else { 1 };
    }
    let inside = text[from..(*at).min(text.len())].iter().collect();
    *at = (*at + 1).min(text.len());
    inside
}

/// Where the quotes of a raw or byte text begin, and how many `#` are around them.
fn raw_quotes(text: &[char], at: usize) -> Option<(usize, usize)> {
    let prefix = text[at..].iter().take(2).take_while(|c| "rbc".contains(**c)).count();
    let hashes = text[at + prefix..].iter().take_while(|c| **c == '#').count();
    (text.get(at + prefix + hashes) == Some(&'"')).then_some((at + prefix + hashes, hashes))
}

fn raw(text: &[char], at: &mut usize) -> Token {
    let Some((quote, hashes)) = raw_quotes(text, *at) else { return Token::Mark('"') };
    if !text[*at..quote].contains(&'r') {
        *at = quote;
        return Token::Text(quoted(text, at));
    }
    let closes = |i: usize| {
        text[i] == '"' && text[i + 1..].iter().take_while(|c| **c == '#').count() >= hashes
    };
    let close = (quote + 1..text.len()).find(|i| closes(*i)).unwrap_or(text.len());
    *at = (close + 1 + hashes).min(text.len());
    Token::Text(text[quote + 1..close].iter().collect())
}

/// Skips a character, or the quote of a lifetime.
fn character(text: &[char], at: &mut usize) {
    let escaped = text.get(*at + 1) == Some(&'\\');
    let close = if escaped { end(text, *at + 3, |c| c == '\'') } else { *at + 2 };
    *at = if text.get(close) == Some(&'\'') { close + 1 } else { *at + 1 };
}

fn field_of(text: &[char], at: &mut usize) -> String {
    let from = *at;
    *at = end(text, from, |c| !c.is_ascii_digit());
    text[from..*at].iter().collect()
}

fn number(text: &[char], at: &mut usize) -> String {
    let from = *at;
    while let Some(&c) = text.get(*at) {
        let next = text.get(*at + 1).copied().unwrap_or(' ');
        let sign = "+-".contains(c) && "eE".contains(text[*at - 1]) && text[from + 1] != 'x';
        // `1..2` is a range and `1.max(x)` a call.
        let point = c == '.' && next != '.' && !next.is_alphabetic() && next != '_';
        if !(c.is_ascii_alphanumeric() || c == '_' || point || sign && *at > from) {
            break;
        }
        *at += 1;
    }
    text[from..*at].iter().collect()
}

/// `#[…]` and `#![…]` say something about code; `#[cfg(test)]` stays, as one word.
fn without_attributes(tokens: Vec<(usize, Token)>) -> Vec<(usize, Token)> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let open = match (&tokens[at].1, tokens.get(at + 1), tokens.get(at + 2)) {
            (Token::Mark('#'), Some((_, Token::Mark('['))), _) => Some(at + 1),
            (Token::Mark('#'), Some((_, Token::Mark('!'))), Some((_, Token::Mark('[')))) => {
                Some(at + 2)
            }
            _ => None,
        };
        let Some(open) = open else {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        };
        let close = closing(&tokens, open, '[', ']');
        let words: Vec<_> = tokens[open..close]
            .iter()
            .filter_map(|(_, token)| match token {
                Token::Word(word) => Some(word.as_str()),
                _ => None,
            })
            .collect();
        if words == ["cfg", "test"] || words.last() == Some(&"test") && words.len() <= 2 {
            kept.push((tokens[at].0, Token::Word(TEST.to_owned())));
        }
        at = close + 1;
    }
    kept
}

/// Stands for the attribute of a test; no word of Rust.
const TEST: &str = "#test";

/// Leaves out what follows the attribute of a test, up to the end of its block or its semicolon.
fn without_tests(tokens: Vec<(usize, Token)>) -> Vec<(usize, Token)> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].1 != Token::Word(TEST.to_owned()) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        while at < tokens.len() && !matches!(tokens[at].1, Token::Mark('{' | ';')) {
            at += 1;
        }
        if matches!(tokens.get(at), Some((_, Token::Mark('{')))) {
            at = closing(&tokens, at, '{', '}');
        }
        at += 1;
    }
    kept
}

/// The position of the bracket that closes the one at `open`.
fn closing(tokens: &[(usize, Token)], open: usize, opens: char, closes: char) -> usize {
    let mut depth = 0;
    for (at, (_, token)) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Mark(c) if *c == opens => depth += 1,
            Token::Mark(c) if *c == closes => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}

fn is_sql(text: &str) -> bool {
    let has = |words: &[&str]| words.iter().all(|word| text.contains(word));
    has(&["SELECT ", " FROM "])
        || has(&["INSERT INTO "])
        || has(&["DELETE FROM "])
        || has(&["UPDATE ", " SET "])
        || text.starts_with("WHERE ")
        || text.contains(" WHERE ")
}

/// Numbers of a statement; `$1` is a place, `x2` a name, `'2'` a text.
fn numbers_of_sql(text: &str) -> Vec<String> {
    let outside: String = text.split('\'').step_by(2).collect::<Vec<_>>().join(" ");
    outside
        .split(|c: char| !(c.is_alphanumeric() || "._$".contains(c)))
        .map(|word| word.trim_end_matches('.'))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Place, numbers};

    fn of(source: &str) -> Vec<String> {
        numbers(source).into_iter().map(|n| n.text).collect()
    }

    #[test]
    fn numbers_are_found_where_they_stand() {
        assert_eq!(of("let a = 0.35 * x; if b > 1_000.0f64 {}"), ["0.35", "1000.0"]);
        assert_eq!(
            of("const A: f64 = 1e-9; let b = -3; 4..5; 6.max(7)"),
            ["1e-9", "3", "4", "5", "6", "7"]
        );
        let lines: Vec<_> = numbers("// 1\n\nlet a =\n 5;").iter().map(|n| n.line).collect();
        assert_eq!(lines, [4]);
    }

    #[test]
    fn comments_texts_attributes_and_fields_are_no_numbers() {
        assert_eq!(
            of("/* 3 /* 4 */ 5 */ // 6\n \"7 \\\" 8\" r#\"9 \" 10\"# '5' b'6' b\"7\""),
            [""; 0]
        );
        assert_eq!(of("#[repr(align(64))] struct A<'a>(&'a str); pair.0.1 + x.3"), [""; 0]);
    }

    #[test]
    fn tests_are_left_out_and_what_follows_is_not() {
        let source = "#[cfg(test)] mod tests { fn a() { 3 } } fn b() { 4 } #[test] fn c() { 5 }";
        assert_eq!(of(source), ["4"]);
    }

    #[test]
    fn an_index_is_told_from_a_length() {
        let places: Vec<_> = numbers("row[3]; [0.3; 4]; f()[5]").iter().map(|n| n.place).collect();
        assert_eq!(places, [Place::Index, Place::Code, Place::Code, Place::Index]);
    }

    #[test]
    fn sql_is_read_as_well() {
        let found =
            numbers("let s = \"SELECT a2 FROM t WHERE spend > 250.5 AND b = $3 AND c = '7'\";");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].text.as_str(), found[0].place), ("250.5", Place::Sql));
        assert_eq!(of("\"WHERE the money went: 300 euros\""), ["300"]);
        assert_eq!(of("\"at most 300 euros\""), [""; 0]);
    }
}
