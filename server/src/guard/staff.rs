//! Staff: passwords (argon2id), sessions (an opaque cookie), and what each role may do.

use crate::app::App;
use crate::error::{Error, Result};
use crate::store::staff::Agent;
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use axum::extract::{FromRef, FromRequestParts};
use axum::http::{HeaderMap, Method, header, request::Parts};
use sha2::{Digest, Sha256};
use std::marker::PhantomData;
use std::sync::Arc;

pub const COOKIE: &str = "kefu_session";
/// A page of another site can send our cookie with a form, but cannot set this header.
pub const CSRF_HEADER: &str = "x-kefu-csrf";

pub fn hash_password(password: &str) -> anyhow::Result<String> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|e| anyhow::anyhow!("argon2: {e}"))?;
    let hash =
        Argon2::default().hash_password(password.as_bytes(), &salt).map_err(|e| anyhow::anyhow!("argon2: {e}"))?;
    Ok(hash.to_string())
}

/// Takes as long for an unknown e-mail address as for a wrong password, so that nobody learns which exist.
pub fn password_matches(password: &str, hash: Option<&str>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5$9ap5xwT4qtEdPmCnOY0iRWLSzzzBHmXShq9bGGm2TcU";
    let Ok(parsed) = PasswordHash::new(hash.unwrap_or(NOBODY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && hash.is_some()
}

pub fn token_hash(token: &str) -> String {
    use std::fmt::Write;
    Sha256::digest(token.as_bytes()).iter().fold(String::with_capacity(64), |mut hex, b| {
        let _ = write!(hex, "{b:02x}");
        hex
    })
}

pub fn cookie(headers: &HeaderMap) -> Option<&str> {
    headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE && !value.is_empty()).then_some(value)
    })
}

/// What a route asks of its caller. A handler that takes `Can<P>` cannot be reached without P.
pub trait Permission: Send + Sync + 'static {
    fn allows(role: &str) -> bool;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident: $($role:literal)|+),* $(,)?) => {$(
        $(#[$doc])*
        pub struct $name;
        impl Permission for $name {
            fn allows(role: &str) -> bool {
                matches!(role, $($role)|+)
            }
        }
    )*};
}

permissions! {
    /// Anybody who is signed in.
    Staff: "agent" | "editor" | "supervisor" | "admin",
    /// Queue, conversations, customers.
    Console: "agent" | "supervisor" | "admin",
    /// Articles, intents, training.
    Edit: "editor" | "supervisor" | "admin",
    /// Figures about everybody's work.
    Supervise: "supervisor" | "admin",
}

pub struct Can<P: Permission> {
    pub agent: Agent,
    permission: PhantomData<P>,
}

impl<P: Permission, S> FromRequestParts<S> for Can<P>
where
    Arc<App>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let app = Arc::<App>::from_ref(state);
        let token = cookie(&parts.headers).ok_or_else(Error::unauthorized)?;
        let agent = app.store.agent_of_session(&token_hash(token)).await?.ok_or_else(Error::unauthorized)?;
        if parts.method != Method::GET && !parts.headers.contains_key(CSRF_HEADER) {
            return Err(Error::client(
                axum::http::StatusCode::FORBIDDEN,
                "csrf",
                "缺少 X-Kefu-Csrf 请求头。",
                "The X-Kefu-Csrf header is missing.",
            ));
        }
        if !P::allows(&agent.role) {
            return Err(Error::forbidden());
        }
        app.presence.heard(&agent.id, agent.presence == "online", Console::allows(&agent.role), app.clock.now());
        Ok(Can { agent, permission: PhantomData })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn passwords() {
        let hash = hash_password("correct horse").unwrap();
        assert!(password_matches("correct horse", Some(&hash)));
        assert!(!password_matches("wrong", Some(&hash)));
        assert!(!password_matches("nobody", None));
        assert!(!password_matches("x", Some("not a hash")));
    }

    #[test]
    fn the_cookie_among_others() {
        let mut h = HeaderMap::new();
        h.insert(header::COOKIE, "a=1; kefu_session=abc; b=2".parse().unwrap());
        assert_eq!(cookie(&h), Some("abc"));
        h.insert(header::COOKIE, "xkefu_session=abc".parse().unwrap());
        assert_eq!(cookie(&h), None);
    }
}
