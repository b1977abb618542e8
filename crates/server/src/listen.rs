//! Connections: plain or with TLS, no slower than allowed, and ended in order.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use outlay_core::registry::{Registry, keys};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::task::JoinHandle;

use crate::config::ConfigureError;
use crate::edge::TlsFiles;

/// Time between two looks whether the certificate was renewed: they last for weeks, and are renewed
/// days before they end.
const LOOK: Duration = Duration::from_secs(60);

/// What is listened with.
pub(crate) struct Listening {
    pub(crate) handle: Handle<SocketAddr>,
    pub(crate) http: JoinHandle<io::Result<()>>,
    renewal: Option<JoinHandle<()>>,
}

impl Listening {
    /// Serves on a listener.
    pub(crate) fn start(
        listener: TcpListener,
        router: Router,
        tls: Option<(TlsFiles, RustlsConfig)>,
        registry: &Registry,
    ) -> io::Result<Self> {
        let handle = Handle::new();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let patience = Duration::from_secs_f64(registry.get(&keys::SERVER_HEADER_SECONDS));
        let mut server = axum_server::from_tcp(listener)?
            .handle(handle.clone())
            .first_request_timeout(patience)
            .accept_error_handler(|from, error| {
                tracing::debug!(?from, %error, "a connection was not taken");
            });
        server.http_builder().http1().header_read_timeout(patience);
        let (http, renewal) = match tls {
            None => (tokio::spawn(server.serve(service)), None),
            Some((files, config)) => {
                let acceptor = RustlsAcceptor::new(config.clone()).handshake_timeout(patience);
                let renewal = tokio::spawn(renew(files, config));
                (tokio::spawn(server.acceptor(acceptor).serve(service)), Some(renewal))
            }
        };
        Ok(Self { handle, http, renewal })
    }

    /// Takes no more connections, and waits for those that are there; no longer than `patience`.
    pub(crate) async fn stop(mut self, patience: Duration) {
        self.handle.graceful_shutdown(Some(patience));
        // A little longer than the server itself waits, so that it is the one that ends it.
        let late = patience + Duration::from_secs(1);
        if tokio::time::timeout(late, &mut self.http).await.is_err() {
            self.http.abort();
        }
        if let Some(renewal) = self.renewal {
            renewal.abort();
        }
    }
}

/// TLS with the files as they are now.
///
/// # Errors
/// [`ConfigureError::File`] naming the file that cannot be used.
pub(crate) fn tls(files: &TlsFiles) -> Result<RustlsConfig, ConfigureError> {
    Ok(RustlsConfig::from_config(Arc::new(read(files)?)))
}

fn read(files: &TlsFiles) -> Result<ServerConfig, ConfigureError> {
    let certificate = |reason: String| ConfigureError::File {
        key: "server.tls_certificate",
        path: files.certificate.clone(),
        reason,
    };
    let key = |reason: String| ConfigureError::File {
        key: "server.tls_key",
        path: files.key.clone(),
        reason,
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect)
        .map_err(|error| certificate(error.to_string()))?;
    if chain.is_empty() {
        return Err(certificate("it holds no certificate".to_owned()));
    }
    let private =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|error| key(error.to_string()))?;
    // The provider is named: which one is the default depends on what else is built in.
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| certificate(error.to_string()))?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| key(format!("it does not belong to the certificate: {error}")))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// Takes renewed files over. What cannot be used changes nothing.
async fn renew(files: TlsFiles, config: RustlsConfig) {
    let mut known = (written(&files.certificate), written(&files.key));
    loop {
        tokio::time::sleep(LOOK).await;
        let now = (written(&files.certificate), written(&files.key));
        if now == known {
            continue;
        }
        match read(&files) {
            Ok(renewed) => {
                config.reload_from_config(Arc::new(renewed));
                known = now;
                tracing::info!("the certificate was renewed");
            }
            Err(error) => tracing::warn!(%error, "the renewed certificate cannot be used"),
        }
    }
}

fn written(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|found| found.modified()).ok()
}
