//! The server's edge to the network: who stands in front of it, whose pages may ask it, how it is
//! reached, and TLS.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use outlay_config::{Settings, keys};
use outlay_core::registry::{Registry, keys as numbers};
use tower_http::cors::{AllowOrigin, CorsLayer};
use url::Url;

use crate::config::ConfigureError;

/// Files with which the server speaks TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// Certificate chain, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// The edge as it is configured.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    /// Address under which people reach the server.
    pub public_url: Option<Url>,
    /// Files for TLS; plain HTTP without.
    pub tls: Option<TlsFiles>,
    /// Proxies whose word about the caller's address is believed.
    pub proxies: Vec<IpAddr>,
    /// Origins whose pages may ask the API with a token.
    pub origins: Vec<String>,
}

impl Edge {
    /// As configured.
    ///
    /// # Errors
    /// [`ConfigureError`] for an address or origin that is none, and for a certificate without a
    /// key.
    pub fn of(settings: &Settings) -> Result<Self, ConfigureError> {
        let public_url = settings.get(&keys::SERVER_PUBLIC_URL).map(|text| {
            Url::parse(&text).map_err(|_| {
                ConfigureError::value(
                    "server.public_url",
                    &text,
                    "use an address such as https://outlay.example.com",
                )
            })
        });
        let proxies = settings.get(&keys::SERVER_PROXIES).into_iter().map(|text| {
            text.parse().map_err(|_| {
                ConfigureError::value("server.proxies", &text, "use IP addresses such as 10.0.0.2")
            })
        });
        let origins = settings.get(&keys::SERVER_CORS_ORIGINS).into_iter().map(|text| {
            let origin = Url::parse(&text).ok().map(|url| url.origin());
            match origin {
                Some(origin) if origin.is_tuple() && origin.ascii_serialization() == text => {
                    Ok(text)
                }
                _ => Err(ConfigureError::value(
                    "server.cors_origins",
                    &text,
                    "use scheme and host only, such as https://reports.example.com",
                )),
            }
        });
        let files =
            (settings.get(&keys::SERVER_TLS_CERTIFICATE), settings.get(&keys::SERVER_TLS_KEY));
        let tls = match files {
            (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
            (None, None) => None,
            (Some(_), None) => {
                return Err(ConfigureError::lacks("server.tls_certificate", "server.tls_key"));
            }
            (None, Some(_)) => {
                return Err(ConfigureError::lacks("server.tls_key", "server.tls_certificate"));
            }
        };
        Ok(Self {
            public_url: public_url.transpose()?,
            tls,
            proxies: proxies.collect::<Result<_, _>>()?,
            origins: origins.collect::<Result<_, _>>()?,
        })
    }

    /// Who asks: the address that is connected, or the one that proxies of ours say they were asked
    /// from. What stands left of the first stranger was sent by that one and proves nothing.
    pub(crate) fn client(&self, connected: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = connected;
        let named = headers.get_all("x-forwarded-for").into_iter();
        let named = named.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(','));
        let named: Vec<&str> = named.collect();
        for text in named.into_iter().rev() {
            if !self.proxies.contains(&client) {
                break;
            }
            match text.trim().parse() {
                Ok(address) => client = address,
                Err(_) => break,
            }
        }
        client
    }

    /// What pages of other origins may do: ask with a token, never with a session's cookie.
    pub(crate) fn cors(&self) -> CorsLayer {
        let origins = self.origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
        let name = HeaderName::from_static;
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers([
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                header::IF_MATCH,
                header::IF_NONE_MATCH,
                name("idempotency-key"),
                name("last-event-id"),
                name("x-file-name"),
                name("x-workspace"),
            ])
            .expose_headers([
                header::ETAG,
                header::LOCATION,
                header::RETRY_AFTER,
                header::CONTENT_DISPOSITION,
                name("x-request-id"),
            ])
    }
}

/// What makes browsers come over TLS only, for as long as configured.
pub(crate) fn strict_transport(registry: &Registry) -> Option<HeaderValue> {
    let days = registry.get(&numbers::SERVER_HSTS_DAYS);
    let time = Duration::try_from_secs_f64(days * 86_400.0).ok().filter(|time| !time.is_zero())?;
    HeaderValue::from_str(&format!("max-age={}; includeSubDomains", time.as_secs())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(edge: &Edge, connected: &str, headers: &[&str]) -> String {
        let mut map = HeaderMap::new();
        for text in headers {
            map.append("x-forwarded-for", HeaderValue::from_str(text).unwrap());
        }
        edge.client(connected.parse().unwrap(), &map).to_string()
    }

    #[test]
    fn only_our_proxies_are_believed() {
        let proxies = ["10.0.0.1", "10.0.0.2"].map(|text| text.parse().unwrap()).to_vec();
        let edge = Edge { proxies, ..Edge::default() };
        assert_eq!(asked(&edge, "10.0.0.1", &["198.51.100.7"]), "198.51.100.7");
        assert_eq!(asked(&edge, "10.0.0.1", &["198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(asked(&edge, "10.0.0.1", &["198.51.100.7", "10.0.0.2"]), "198.51.100.7");
        // What the caller itself made up stands further left.
        assert_eq!(asked(&edge, "10.0.0.1", &["127.0.0.1, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(asked(&edge, "203.0.113.9", &["198.51.100.7"]), "203.0.113.9");
        assert_eq!(asked(&edge, "10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(asked(&edge, "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(asked(&Edge::default(), "10.0.0.1", &["198.51.100.7"]), "10.0.0.1");
    }

    #[test]
    fn what_is_configured_is_checked() {
        let with = |pairs: &[(&str, &str)]| {
            let mut settings = Settings::default();
            for (key, value) in pairs {
                settings = settings.with(key, value).unwrap();
            }
            Edge::of(&settings)
        };
        let good = with(&[
            ("server.proxies", "10.0.0.1, ::1"),
            ("server.cors_origins", "https://reports.example.com,http://127.0.0.1:3000"),
            ("server.public_url", "https://outlay.example.com"),
        ])
        .unwrap();
        assert_eq!((good.proxies.len(), good.origins.len()), (2, 2));
        for (key, value) in [
            ("server.proxies", "proxy.example.com"),
            ("server.cors_origins", "*"),
            ("server.cors_origins", "https://reports.example.com/"),
            ("server.tls_key", "key.pem"),
            ("server.tls_certificate", "certificate.pem"),
        ] {
            assert!(with(&[(key, value)]).is_err(), "{key} = {value}");
        }
    }
}
