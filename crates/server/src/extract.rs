//! What requests bring, refused as problems where it makes no sense.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use outlay_store::{Id, Page, Slice, Stored};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::Problem;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(JsonRejection::MissingJsonContentType(_)) => Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "request.media-type",
                "the request is not JSON",
                "send it with Content-Type: application/json",
            )),
            Err(JsonRejection::BytesRejection(error))
                if error.status() == StatusCode::PAYLOAD_TOO_LARGE =>
            {
                Err(too_large())
            }
            Err(JsonRejection::JsonSyntaxError(error)) => Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "request.syntax",
                "the request is not valid JSON",
                "correct the body",
            )
            .because(error.body_text())),
            Err(error) => Err(Problem::refused(
                "request.body",
                "the request does not have the expected form",
                "compare it with /api/openapi.json",
            )
            .because(error.body_text())),
        }
    }
}

/// A request that is larger than allowed.
pub(crate) fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "request.too-large",
        "the request is larger than this server takes",
        "send less; files go to /api/uploads",
    )
}

/// Parameters of the address.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Query::<T>::from_request_parts(parts, state).await;
        found.map(|Query(value)| Self(value)).map_err(|error| {
            let next = "compare the address with /api/openapi.json";
            Problem::refused("request.parameters", "a parameter makes no sense", next)
                .because(error.body_text())
        })
    }
}

/// The identity in the address. One that is none is not found, like one of another workspace.
pub(crate) struct Ident<T>(pub(crate) Id<T>);

impl<T, S: Send + Sync> FromRequestParts<S> for Ident<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Path::<String>::from_request_parts(parts, state).await;
        let id = found.ok().and_then(|Path(text)| text.parse().ok());
        id.map(Self).ok_or_else(|| Problem::not_found("thing"))
    }
}

/// The version that a change is based on, where the request names one.
pub(crate) struct IfMatch(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let value = parts.headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
        Ok(Self(value.map(str::to_owned)))
    }
}

impl IfMatch {
    /// Refuses a change that is based on another version.
    pub(crate) fn check<T>(&self, stored: &Stored<T>) -> Result<(), Problem> {
        match &self.0 {
            Some(tag) if tag != "*" && *tag != stored.etag() => Err(Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "changed-meanwhile",
                "it was changed meanwhile",
                "read it again, then change it",
            )),
            _ => Ok(()),
        }
    }
}

/// What `limit` may be: as the pages of the store may be configured.
const LIMITS: std::ops::RangeInclusive<u32> = 1..=10_000;

/// Which part of a list is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// Where to go on: `next` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many; the server may send fewer.
    #[param(minimum = 1, maximum = 10000)]
    pub(crate) limit: Option<u32>,
}

impl Paging {
    /// The page of the store.
    pub(crate) fn page(&self) -> Result<Page, Problem> {
        if self.limit.is_some_and(|limit| !LIMITS.contains(&limit)) {
            let (least, most) = (LIMITS.start(), LIMITS.end());
            let next = format!("ask for {least} to {most} at once");
            return Err(Problem::refused("request.limit", "`limit` makes no sense", next));
        }
        let cursor = self.cursor.as_deref().filter(|text| !text.is_empty());
        let after = cursor.map(str::parse).transpose()?;
        Ok(Page { after, limit: self.limit })
    }
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// The rows.
    pub(crate) items: Vec<T>,
    /// Where it goes on; `null` at the end.
    pub(crate) next: Option<String>,
}

impl<T> Listed<T> {
    /// All there is.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// A page of the store, each row as it is served.
    pub(crate) fn of<S>(slice: Slice<S>, serve: impl FnMut(S) -> T) -> Self {
        let next = slice.next.map(|cursor| cursor.to_string());
        Self { items: slice.rows.into_iter().map(serve).collect(), next }
    }
}
