//! Failures as `application/problem+json` (RFC 9457), each with a code, a cause and a next step.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use outlay_engine::{EngineError, Kind, sentence};
use outlay_store::{ObjectError, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

/// A failure as it is answered.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Problem {
    /// A page about this kind of failure.
    #[schema(value_type = String)]
    pub r#type: Box<str>,
    /// What happened, in one sentence.
    #[schema(value_type = String)]
    pub title: Box<str>,
    /// HTTP status.
    pub status: u16,
    /// Stable name of the kind of failure.
    pub code: String,
    /// More about the cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub detail: Option<Box<str>>,
    /// What to do now.
    #[schema(value_type = String)]
    pub next: Box<str>,
    /// What is wrong with single fields.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// What is wrong with one field of a request.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// The field.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl Problem {
    /// A failure.
    pub fn new(
        status: StatusCode,
        code: impl Into<String>,
        title: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        let code = code.into();
        Self {
            r#type: format!("https://outlay.dev/errors/{code}").into(),
            title: title.into().into(),
            status: status.as_u16(),
            code,
            detail: None,
            next: next.into().into(),
            errors: Vec::new(),
        }
    }

    /// A request that says something that is not allowed.
    pub fn refused(code: &str, title: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, title, next)
    }

    /// What was named is not there.
    pub fn not_found(what: &str) -> Self {
        let next = "check the address; it may have been deleted, or belong to another workspace";
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("there is no such {what}"), next)
    }

    /// What is there stands in the way.
    pub fn conflict(code: &str, title: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, title, next)
    }

    /// A fault of ours: logged with its causes, told without them.
    pub fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = %sentence(error), "a request failed");
        let next =
            "try again; if it stays like this, look at the server's log under this request's id";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong here", next)
    }

    /// With more about the cause.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into().into());
        self
    }

    /// With what is wrong about a field.
    #[must_use]
    pub fn field(mut self, field: &str, message: impl Into<String>) -> Self {
        self.errors.push(FieldProblem { field: field.to_owned(), message: message.into() });
        self
    }

    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status_code(), Json(self)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let (status, next) = match &error {
            StoreError::NotFound { kind, .. } => return Self::not_found(kind),
            StoreError::Conflict { .. } => (StatusCode::CONFLICT, "read it again, then change it"),
            StoreError::Duplicate { .. } => (StatusCode::CONFLICT, "choose another name"),
            StoreError::Reference { .. } => {
                (StatusCode::CONFLICT, "remove what still refers to it first")
            }
            StoreError::Refused { .. } | StoreError::Invalid { .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, "correct the value and send it again")
            }
            StoreError::Cursor => {
                (StatusCode::UNPROCESSABLE_ENTITY, "start the list again without a cursor")
            }
            StoreError::KeyReused => {
                (StatusCode::UNPROCESSABLE_ENTITY, "send a new Idempotency-Key")
            }
            StoreError::Busy { .. } | StoreError::Connect { .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, "try again in a moment")
            }
            StoreError::Object(ObjectError::NotFound(_)) => {
                return Self::not_found("stored file");
            }
            StoreError::Object(ObjectError::Key(_)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "use letters, digits, `.`, `_` and `-`")
            }
            _ => return Self::internal(&error),
        };
        Self::new(status, error.code(), error.to_string(), next)
    }
}

impl From<ObjectError> for Problem {
    fn from(error: ObjectError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        let status = match error.kind() {
            Kind::Data | Kind::Specification | Kind::NoAnswer => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Conflict | Kind::Cancelled => StatusCode::CONFLICT,
            Kind::Storage => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Damaged | Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            tracing::error!(error = %sentence(&error), "a step failed");
        }
        Self::new(status, error.code(), sentence(&error), error.next())
    }
}

impl From<tokio::task::JoinError> for Problem {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::internal(&error)
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        Self::internal(&error)
    }
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(&error)
    }
}
