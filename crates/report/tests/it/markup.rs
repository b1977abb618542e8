//! A small checker of markup: elements are balanced, attributes are quoted.

/// One start tag with its attributes.
#[derive(Debug)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
}

const VOID: [&str; 4] = ["meta", "input", "br", "link"];

/// Reads a page strictly; panics with the place where elements do not balance.
pub(crate) fn read(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        let place: String = rest[start..].chars().take(120).collect();
        rest = &rest[start + 1..];
        if let Some(after) = rest.strip_prefix("!doctype html>") {
            rest = after;
            continue;
        }
        if let Some(after) = rest.strip_prefix('/') {
            let end = after.find('>').expect("an end tag is closed");
            assert_eq!(open.pop().as_deref(), Some(&after[..end]), "at {place}");
            rest = &after[end + 1..];
            continue;
        }
        let (tag, closed, after) = start_tag(rest, &place);
        rest = after;
        if tag.name == "style" || tag.name == "script" {
            let end = rest.find(&format!("</{}>", tag.name)).expect("raw text ends");
            rest = &rest[end..];
        }
        if !closed && !VOID.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        tags.push(tag);
    }
    assert!(open.is_empty(), "left open: {open:?}");
    tags
}

fn start_tag<'a>(text: &'a str, place: &str) -> (Tag, bool, &'a str) {
    let end =
        text.find(|c: char| c.is_whitespace() || c == '>' || c == '/').expect("a tag name ends");
    let name = text[..end].to_owned();
    assert!(!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric()), "at {place}");
    let mut attributes = Vec::new();
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>") {
            return (Tag { name, attributes }, true, after);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (Tag { name, attributes }, false, after);
        }
        let end = rest.find(['=', '>', ' ', '/']).expect("an attribute ends");
        let key = rest[..end].to_owned();
        assert!(key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{key} at {place}");
        rest = &rest[end..];
        let value = match rest.strip_prefix("=\"") {
            Some(after) => {
                let end = after.find('"').expect("a value ends");
                rest = &after[end + 1..];
                after[..end].to_owned()
            }
            None => String::new(),
        };
        attributes.push((key, value.replace("&#x2f;", "/").replace("&#x27;", "'")));
    }
}

/// The page without its script, whose words are not the reader's.
pub(crate) fn without_script(page: &str) -> String {
    let start = page.find("<script>").expect("there is a script");
    let end = page.find("</script>").expect("the script ends");
    format!("{}{}", &page[..start], &page[end..])
}
