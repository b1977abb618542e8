//! How often one may ask.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use outlay_core::registry::{Registry, keys};
use outlay_store::{Id, User};

use crate::problem::Problem;

/// Keys from which those that are at rest are forgotten.
const MANY: usize = 10_000;

/// Limits of this process. Sign-ins by name and by address, requests by address and by person.
pub(crate) struct Throttle {
    sign_ins: DefaultKeyedRateLimiter<String>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    people: DefaultKeyedRateLimiter<Id<User>>,
}

/// One asked too often.
pub(crate) struct TooOften {
    seconds: u64,
}

impl Throttle {
    pub(crate) fn new(registry: &Registry) -> Self {
        let number = |setting| {
            let number = registry.get(setting) as u32;
            NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
        };
        let per_second = |setting| {
            let requests = number(setting);
            // A page that opens asks for much at once.
            let burst = requests.saturating_mul(NonZeroU32::MIN.saturating_add(1));
            Quota::per_second(requests).allow_burst(burst)
        };
        Self {
            sign_ins: RateLimiter::keyed(Quota::per_minute(number(&keys::SERVER_LOGIN_ATTEMPTS))),
            addresses: RateLimiter::keyed(per_second(&keys::SERVER_ADDRESS_REQUESTS)),
            people: RateLimiter::keyed(per_second(&keys::SERVER_REQUESTS)),
        }
    }

    /// One more sign-in for this name from this address.
    pub(crate) fn sign_in(&self, name: &str, address: Option<IpAddr>) -> Result<(), TooOften> {
        let address = address.map(|address| format!("address {address}"));
        let name = format!("name {}", name.trim().to_lowercase());
        for key in address.into_iter().chain([name]) {
            check(&self.sign_ins, &key)?;
        }
        Ok(())
    }

    /// One more request from an address, before anything is looked up for it.
    pub(crate) fn address(&self, address: IpAddr) -> Result<(), TooOften> {
        check(&self.addresses, &address)
    }

    /// One more request of a person.
    pub(crate) fn person(&self, person: Id<User>) -> Result<(), TooOften> {
        check(&self.people, &person)
    }
}

fn check<K: Hash + Eq + Clone>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
) -> Result<(), TooOften> {
    if limiter.len() > MANY {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|not_yet| {
        let wait = not_yet.wait_time_from(DefaultClock::default().now());
        TooOften { seconds: wait.as_secs() + 1 }
    })
}

impl From<TooOften> for Problem {
    fn from(too_often: TooOften) -> Self {
        let next = format!("try again in {} seconds", too_often.seconds);
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "too many requests", next)
    }
}

impl IntoResponse for TooOften {
    fn into_response(self) -> Response {
        let wait = HeaderValue::from(self.seconds);
        let mut response = Problem::from(self).into_response();
        response.headers_mut().insert(header::RETRY_AFTER, wait);
        response
    }
}
