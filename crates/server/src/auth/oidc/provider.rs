//! Asking the identity provider. Everything here waits: it is called on blocking threads.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::JwkSet;
use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, ExtraTokenFields,
    HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError,
    Scope, StandardRevocableToken, StandardTokenResponse, TokenResponse, TokenUrl,
};
use outlay_core::registry::{Registry, keys};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use url::Url;

use super::client::Client;
use super::token::{self, Person};
use crate::auth::{access, jose, token as random};
use crate::config::ConfigureError;

/// Longest wait for one answer of the provider: a person looks at an empty page meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is known of a provider is asked again after this time, and where a key is missing not more
/// often than this.
const FRESH: Duration = Duration::from_secs(3600);
const AGAIN: Duration = Duration::from_secs(1);

/// Why signing in at the provider did not work.
#[derive(Debug, Clone, Error)]
pub(crate) enum OidcError {
    /// It does not answer as it should.
    #[error("the identity provider does not answer as it should")]
    Unreachable(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// It says something that it must not.
    #[error("the identity provider says what it must not: {0}")]
    Wrong(String),
    /// It refused.
    #[error("the identity provider refused: {0}")]
    Refused(String),
}

/// What a provider says about itself (OpenID Connect Discovery 1.0, section 3).
#[derive(Debug, Clone, Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

struct Known {
    metadata: Metadata,
    keys: JwkSet,
    at: Instant,
}

/// What became of asking a provider about itself.
#[derive(Default)]
struct Asked {
    /// What it said last.
    said: Option<Known>,
    /// Why it said nothing since, and when.
    failed: Option<(OidcError, Instant)>,
    /// How often it was asked.
    times: u64,
}

type Answer = Result<(Metadata, JwkSet), OidcError>;

impl Asked {
    /// What is answered without asking: what is known, where it is young or else `enough` and not
    /// old; else that the provider has just failed.
    fn kept(&self, enough: impl Fn(&JwkSet) -> bool, pause: Duration) -> Option<Answer> {
        let young = |known: &&Known| {
            let age = known.at.elapsed();
            age < AGAIN || (age < FRESH && enough(&known.keys))
        };
        if let Some(known) = self.said.as_ref().filter(young) {
            return Some(Ok((known.metadata.clone(), known.keys.clone())));
        }
        let failed = self.failed.as_ref().filter(|(_, at)| at.elapsed() < pause);
        failed.map(|(error, _)| Err(error.clone()))
    }

    /// What came of the last time.
    fn last(&self) -> Option<Answer> {
        match (&self.failed, &self.said) {
            (Some((error, _)), _) => Some(Err(error.clone())),
            (None, Some(known)) => Some(Ok((known.metadata.clone(), known.keys.clone()))),
            (None, None) => None,
        }
    }
}

/// What begins here and must come back the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flow {
    /// Comes back with the answer, so that nobody can be signed in by somebody else's link.
    pub(crate) state: String,
    /// Comes back within the token.
    pub(crate) nonce: String,
    /// Proves that who redeems the code has asked for it.
    pub(crate) verifier: String,
    /// Where to go afterwards.
    pub(crate) next: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct IdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdToken {}

type Tokens = StandardTokenResponse<IdToken, BasicTokenType>;
type Asking<A, T> = oauth2::Client<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    A,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    oauth2::EndpointNotSet,
    T,
>;

/// An identity provider, and what is known of it.
pub(crate) struct Provider {
    pub(crate) client: Client,
    agent: Agent,
    leeway: TimeDelta,
    /// How long it is left alone after it failed.
    pause: Duration,
    asked: Mutex<Asked>,
    /// Held by whoever asks, so that one does at a time. What was asked can be read meanwhile.
    turn: Mutex<()>,
}

impl Provider {
    /// Nothing is asked yet: a provider that is down must not keep the server from starting.
    pub(crate) fn new(client: Client, registry: &Registry) -> Result<Self, ConfigureError> {
        jose::install();
        let mut tls = TlsConfig::builder();
        if let Some(path) = &client.ca {
            tls = tls.root_certs(authorities(path)?);
        }
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE))
            // A redirected answer could come from anywhere.
            .max_redirects(0)
            .tls_config(tls.build())
            .build()
            .new_agent();
        let leeway = access::leeway(registry);
        let pause = Duration::from_secs_f64(registry.get(&keys::SERVER_SIGN_ON_PAUSE));
        let (asked, turn) = (Mutex::default(), Mutex::default());
        Ok(Self { client, agent, leeway, pause, asked, turn })
    }

    /// Where to send somebody who wants to sign in, and what must come back.
    pub(crate) fn begin(&self, next: String) -> Result<(Url, Flow), OidcError> {
        let (metadata, _) = self.known(|_| true)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let nonce = random::random();
        let (url, state) = self
            .asking(&metadata)?
            .authorize_url(CsrfToken::new_random)
            .add_scopes(["openid", "email", "profile"].map(|scope| Scope::new(scope.to_owned())))
            .add_extra_param("nonce", nonce.clone())
            .set_pkce_challenge(challenge)
            .url();
        let (state, verifier) = (state.into_secret(), verifier.into_secret());
        Ok((url, Flow { state, nonce, verifier, next }))
    }

    /// Who came back with a code.
    pub(crate) fn finish(
        &self,
        code: String,
        flow: &Flow,
        now: DateTime<Utc>,
    ) -> Result<Person, OidcError> {
        let (metadata, _) = self.known(|_| true)?;
        let answer = self
            .asking(&metadata)?
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier.clone()))
            .request(&|request| self.send(request))
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(refusal) => {
                    OidcError::Refused(refusal.to_string())
                }
                other => OidcError::Unreachable(Arc::new(other)),
            })?;
        let text = answer.extra_fields().id_token.as_deref();
        let text = text.ok_or_else(|| OidcError::Wrong("there is no ID token".to_owned()))?;
        let header = token::header(text)?;
        let (metadata, keys) = self.known(|keys| token::key(keys, &header).is_some())?;
        let wanted = token::Wanted {
            issuer: &metadata.issuer,
            client: &self.client.id,
            nonce: &flow.nonce,
            leeway: self.leeway,
        };
        let mut person = token::read(text, &header, &keys, &wanted, now)?;
        if person.email.is_none()
            && let Some(address) = &metadata.userinfo_endpoint
        {
            let more: Person = self.get(address, Some(answer.access_token().secret()))?;
            // Core, section 5.3.2: it must be about the same person.
            if more.sub != person.sub {
                return Err(OidcError::Wrong("two answers are about different people".to_owned()));
            }
            person = more;
        }
        Ok(person)
    }

    /// Whether the provider answers and names itself as configured.
    pub(crate) fn look(&self) -> Result<(), OidcError> {
        self.known(|_| true).map(|_| ())
    }

    fn asking(
        &self,
        metadata: &Metadata,
    ) -> Result<Asking<oauth2::EndpointSet, oauth2::EndpointSet>, OidcError> {
        let wrong = |error: url::ParseError| OidcError::Wrong(error.to_string());
        let client: Asking<oauth2::EndpointNotSet, oauth2::EndpointNotSet> =
            oauth2::Client::new(ClientId::new(self.client.id.clone()));
        let mut client = client
            .set_auth_uri(AuthUrl::new(metadata.authorization_endpoint.clone()).map_err(wrong)?)
            .set_token_uri(TokenUrl::new(metadata.token_endpoint.clone()).map_err(wrong)?)
            .set_redirect_uri(RedirectUrl::from_url(self.client.callback.clone()));
        if let Some(secret) = &self.client.secret {
            client = client.set_client_secret(ClientSecret::new(secret.reveal().to_owned()));
            let knows = |method| {
                metadata.token_endpoint_auth_methods_supported.iter().any(|one| one == method)
            };
            // The header is what is meant where nothing is said.
            if knows("client_secret_post") && !knows("client_secret_basic") {
                client = client.set_auth_type(AuthType::RequestBody);
            }
        }
        Ok(client)
    }

    /// What is known of the provider, asked again where it is old or not `enough`. Who comes while
    /// it is being asked waits for that answer, and does not ask once more: a provider that is down
    /// would keep each of them waiting behind the others.
    fn known(&self, enough: impl Fn(&JwkSet) -> bool) -> Answer {
        let seen = {
            let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(answer) = asked.kept(&enough, self.pause) {
                return answer;
            }
            asked.times
        };
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            let meanwhile = (asked.times != seen).then(|| asked.last()).flatten();
            if let Some(answer) = meanwhile {
                return answer;
            }
        }
        let answer = self.discover();
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.times += 1;
        let at = Instant::now();
        match &answer {
            Ok((metadata, keys)) => {
                asked.said = Some(Known { metadata: metadata.clone(), keys: keys.clone(), at });
                asked.failed = None;
            }
            Err(error) => asked.failed = Some((error.clone(), at)),
        }
        answer
    }

    /// Asks the provider what it says about itself.
    fn discover(&self) -> Answer {
        let issuer = self.client.issuer.trim_end_matches('/');
        let address = format!("{issuer}/.well-known/openid-configuration");
        let metadata: Metadata = self.get(&address, None)?;
        // Discovery, section 4.3: exactly the same.
        if metadata.issuer != self.client.issuer {
            let text = format!("it calls itself {:?}", metadata.issuer);
            return Err(OidcError::Wrong(text));
        }
        let keys: JwkSet = self.get(&metadata.jwks_uri, None)?;
        Ok((metadata, keys))
    }

    fn get<T: DeserializeOwned>(&self, url: &str, bearer: Option<&str>) -> Result<T, OidcError> {
        let mut request = self.agent.get(url).header("accept", "application/json");
        if let Some(token) = bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let unreachable = |error: ureq::Error| OidcError::Unreachable(Arc::new(error));
        let mut answer = request.call().map_err(unreachable)?;
        if !answer.status().is_success() {
            return Err(OidcError::Wrong(format!("{url} answers {}", answer.status())));
        }
        answer.body_mut().read_json().map_err(unreachable)
    }

    fn send(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let (parts, mut body) = self.agent.run(request)?.into_parts();
        Ok(HttpResponse::from_parts(parts, body.read_to_vec()?))
    }
}

fn authorities(path: &std::path::Path) -> Result<RootCerts, ConfigureError> {
    let wrong = |reason: String| ConfigureError::File {
        key: "auth.oidc_ca",
        path: path.to_owned(),
        reason,
    };
    let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
    let mut found = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(one) = item.map_err(|error| wrong(error.to_string()))? {
            found.push(one);
        }
    }
    match found.is_empty() {
        true => Err(wrong("it holds no certificate".to_owned())),
        false => Ok(RootCerts::new_with_certs(&found)),
    }
}
