//! What is true of every endpoint, added to the description so that no endpoint has to repeat it.

use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{
    Content, ContentBuilder, OpenApi as Document, Ref, RefOr, Response, ResponseBuilder, Schema,
};

/// Where the description of a failure is.
const PROBLEM: &str = "#/components/schemas/Problem";
/// What the answer to `If-None-Match` means.
const KNOWN: &str = "as the caller has it: the tag of `If-None-Match` is still the answer's `ETag`";
/// Media type of failures.
const MEDIA_TYPE: &str = "application/problem+json";

/// Adds the failures that stand before every endpoint, and gives failures their media type.
pub(crate) fn complete(document: &mut Document) {
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("delete", &mut item.delete),
            ("head", &mut item.head),
            ("patch", &mut item.patch),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            operation.operation_id = Some(identity(method, path));
            failures(operation);
            if method == "get" && operation.responses.responses.contains_key("200") {
                let known = ResponseBuilder::new().description(KNOWN).build();
                operation.responses.responses.insert("304".to_owned(), known.into());
            }
            operation.responses.responses.values_mut().for_each(typed);
            operation.responses.responses.values_mut().for_each(raw);
            if let Some(RefOr::T(body)) = &mut operation.request_body {
                bytes(body.content.iter_mut());
            }
        }
    }
}

/// The name of an operation, from what makes it the only one: `get_campaigns_id_metrics`.
fn identity(method: &str, path: &str) -> String {
    let words = path.trim_start_matches("/api/").split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

/// Statuses that the guard, the extractors and the limits answer with.
fn failures(operation: &mut Operation) {
    let mut add = |status: &str, what: &str| {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| problem(what).into());
    };
    add("429", "too many requests");
    add("401", "nobody is signed in, or the token is not valid");
    add("500", "a fault of ours");
    add("503", "the store does not answer, or it took too long");
    let asks = operation.security.as_ref().is_some_and(|needs| !needs.is_empty());
    let parameters = operation.parameters.as_deref().unwrap_or_default();
    let named = |place: ParameterIn| {
        parameters.iter().any(|p| matches!(p, RefOr::T(p) if p.parameter_in == place))
    };
    let (path, query) = (named(ParameterIn::Path), named(ParameterIn::Query));
    let body = operation.request_body.is_some();
    let mut add = |status: &str, what: &str| {
        let responses = &mut operation.responses.responses;
        responses.entry(status.to_owned()).or_insert_with(|| problem(what).into());
    };
    if asks {
        add("403", "the role is not enough, or the request does not come from a page of ours");
    }
    if path || asks {
        // A workspace may be named by a header.
        add("404", "it is not there, or in another workspace");
    }
    if query || body {
        add("422", "something in the request makes no sense");
    }
    if body {
        add("400", "the body cannot be read");
        add("409", "the request with this Idempotency-Key is still at work");
        add("413", "the body is too large");
        add("415", "the body has another media type");
    }
}

fn problem(what: &str) -> Response {
    let schema = RefOr::<Schema>::Ref(Ref::new(PROBLEM));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(what).content(MEDIA_TYPE, content).build()
}

/// Answers that are files.
fn raw(response: &mut RefOr<Response>) {
    if let RefOr::T(response) = response {
        bytes(response.content.iter_mut());
    }
}

/// A file is bytes, which OpenAPI 3.1 describes by its media type alone; a list of numbers is what
/// the type of our code would make of it.
fn bytes<'c>(contents: impl Iterator<Item = (&'c String, &'c mut RefOr<Content>)>) {
    for (kind, content) in contents {
        let told = kind.ends_with("json")
            || kind.starts_with("text/")
            || kind.starts_with("application/openmetrics");
        if let (false, RefOr::T(content)) = (told, content) {
            content.schema = None;
        }
    }
}

/// Failures are `application/problem+json`.
fn typed(response: &mut RefOr<Response>) {
    let RefOr::T(response) = response else { return };
    let failure = response.content.get("application/json").is_some_and(|content| {
        let RefOr::T(content) = content else { return false };
        matches!(&content.schema, Some(RefOr::Ref(to)) if to.ref_location == PROBLEM)
    });
    if failure && let Some(content) = response.content.shift_remove("application/json") {
        let _ = response.content.insert(MEDIA_TYPE.to_owned(), content);
    }
}
