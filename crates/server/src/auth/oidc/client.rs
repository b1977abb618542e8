//! What is configured about the identity provider.

use std::path::PathBuf;

use outlay_config::{Secret, Settings, keys};
use outlay_store::Role;
use url::{Host, Url};

use crate::config::ConfigureError;
use crate::edge::Edge;

/// Where the provider sends people back to.
pub(crate) const CALLBACK: &str = "/api/session/sign-on/callback";

/// This server as a client of an identity provider.
#[derive(Debug, Clone)]
pub struct Client {
    /// The provider, exactly as it names itself.
    pub issuer: String,
    /// What the button says.
    pub name: String,
    /// Name by which the provider knows this server.
    pub id: String,
    /// Secret with which this server proves itself; none for a public client.
    pub secret: Option<Secret>,
    /// Where the provider sends people back to.
    pub callback: Url,
    /// Authorities that are trusted instead of the usual ones, PEM.
    pub ca: Option<PathBuf>,
    /// Domains of addresses that may sign in; all where none is named.
    pub domains: Vec<String>,
    /// Role of people who come for the first time; nothing refuses them.
    pub new_role: Option<Role>,
}

impl Client {
    /// As configured; nothing where no provider is.
    ///
    /// # Errors
    /// [`ConfigureError`] where something that belongs to it is missing, or could be listened to.
    pub fn of(settings: &Settings, edge: &Edge) -> Result<Option<Self>, ConfigureError> {
        let key = "auth.oidc_issuer";
        let Some(issuer) = settings.get(&keys::AUTH_OIDC_ISSUER) else { return Ok(None) };
        let secure = Url::parse(&issuer).is_ok_and(|url| url.scheme() == "https" || local(&url));
        if !secure {
            let next = "use its https:// address: over plain HTTP anybody on the way could sign in";
            return Err(ConfigureError::value(key, &issuer, next));
        }
        let id = settings.get(&keys::AUTH_OIDC_CLIENT);
        let id = id.ok_or_else(|| ConfigureError::lacks(key, "auth.oidc_client_id"))?;
        let public = edge.public_url.clone();
        let mut callback = public.ok_or_else(|| ConfigureError::lacks(key, "server.public_url"))?;
        callback.set_path(CALLBACK);
        Ok(Some(Self {
            issuer,
            name: settings.get(&keys::AUTH_OIDC_NAME),
            id,
            secret: settings.secret(&keys::AUTH_OIDC_SECRET)?,
            callback,
            ca: settings.get(&keys::AUTH_OIDC_CA),
            domains: settings.get(&keys::AUTH_OIDC_DOMAINS),
            new_role: settings.get(&keys::AUTH_OIDC_NEW_ROLE).parse().ok(),
        }))
    }

    /// Whether an address may sign in.
    pub(crate) fn admits(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map(|(_, domain)| domain);
        self.domains.is_empty()
            || domain.is_some_and(|d| self.domains.iter().any(|one| one.eq_ignore_ascii_case(d)))
    }
}

/// Whether an address is on this machine.
fn local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
