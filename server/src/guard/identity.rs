//! Who a customer is: a token that the business signed (JWT, HS256, key per inbox), or a visitor whom we signed.

use crate::error::{Error, Result};
use crate::store::Store;
use axum::http::StatusCode;
use bot::conversation::{Customer, CustomerId, Millis};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

/// The inbox whose key counts when a token names none (`kid`).
pub const DEFAULT_INBOX: &str = "web";
const VISITOR: &str = "visitor:";

/// What the business says about its customer.
#[derive(Debug, Serialize, Deserialize)]
pub struct CustomerClaims {
    /// The customer's id in the business's own order system.
    pub sub: String,
    pub exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
}

/// Our own tokens: for a chat session, or for a visitor's browser to keep.
#[derive(Debug, Serialize, Deserialize)]
struct OwnClaims {
    sub: String,
    exp: i64,
    aud: String,
}

fn bad_token(en: &str) -> Error {
    Error::client(
        StatusCode::UNAUTHORIZED,
        "bad_token",
        "身份令牌无效或已过期，请重新登录商城后再试。",
        format!("The identity token is not valid ({en}); sign in to the shop again."),
    )
}

fn validation(audience: Option<&str>) -> Validation {
    let mut v = Validation::new(Algorithm::HS256);
    // Against our own clock, below: the library asks the system's.
    v.validate_exp = false;
    v.set_required_spec_claims(&["exp", "sub"]);
    match audience {
        Some(a) => v.set_audience(&[a]),
        None => v.validate_aud = false,
    }
    v
}

/// A customer token of the business, verified with the key of the inbox that it names.
pub async fn verify_customer(store: &Store, token: &str) -> Result<Customer> {
    let header = decode_header(token).map_err(|_| bad_token("it is not a JWT"))?;
    let inbox = header.kid.as_deref().unwrap_or(DEFAULT_INBOX);
    let secret = store.inbox_secret(inbox).await?.ok_or_else(|| bad_token("its `kid` names no inbox"))?;
    let now = store.clock.now();
    let claims = decode::<CustomerClaims>(token, &DecodingKey::from_secret(secret.as_bytes()), &validation(None))
        .map_err(|e| bad_token(&e.to_string()))?
        .claims;
    if claims.exp * 1000 < now {
        return Err(bad_token("it has expired"));
    }
    let ok = |s: &str| !s.is_empty() && s.len() <= 200 && !s.chars().any(char::is_control);
    if !ok(&claims.sub) || claims.sub.starts_with(VISITOR) {
        return Err(bad_token("its `sub` is not a customer id"));
    }
    let field = |f: Option<String>| f.filter(|s| ok(s));
    Ok(Customer {
        id: CustomerId(claims.sub),
        name: field(claims.name),
        signed_in: true,
        tier: field(claims.tier),
        email: field(claims.email),
        phone: field(claims.phone),
    })
}

pub fn sign_customer(claims: &CustomerClaims, inbox: &str, secret: &str) -> Result<String> {
    let header = Header { kid: Some(inbox.to_owned()), ..Header::new(Algorithm::HS256) };
    Ok(encode(&header, claims, &EncodingKey::from_secret(secret.as_bytes())).map_err(anyhow::Error::from)?)
}

pub fn new_visitor(store: &Store) -> Customer {
    let id = CustomerId(format!("{VISITOR}{}", store.clock.id()));
    Customer { id, name: None, signed_in: false, tier: None, email: None, phone: None }
}

pub enum Audience {
    /// Bearer of the chat API.
    Chat,
    /// Kept by a visitor's browser so that the visitor is known again.
    Visitor,
}

impl Audience {
    fn name(&self) -> &'static str {
        match self {
            Audience::Chat => "chat",
            Audience::Visitor => "visitor",
        }
    }
}

pub fn sign(secret: &str, audience: &Audience, subject: &str, expires: Millis) -> Result<String> {
    let claims = OwnClaims { sub: subject.to_owned(), exp: expires / 1000, aud: audience.name().to_owned() };
    let key = EncodingKey::from_secret(secret.as_bytes());
    Ok(encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(anyhow::Error::from)?)
}

/// The customer id in a token of ours.
pub fn verify(secret: &str, audience: &Audience, token: &str, now: Millis) -> Result<String> {
    let claims =
        decode::<OwnClaims>(token, &DecodingKey::from_secret(secret.as_bytes()), &validation(Some(audience.name())))
            .map_err(|e| bad_token(&e.to_string()))?
            .claims;
    if claims.exp * 1000 < now {
        return Err(bad_token("it has expired"));
    }
    Ok(claims.sub)
}
