//! Customers' and agents' texts: bounded, without control characters, never empty. Never changed otherwise: HTML
//! stays text, and every screen shows it as text.

use crate::error::{Error, Result};
use axum::http::StatusCode;

/// Client ids are names a program chose, not prose.
const CLIENT_ID: usize = 100;
const PAYLOAD: usize = 2_000;

pub fn clean(text: &str, max_chars: usize) -> Result<String> {
    let text: String = text
        .chars()
        // Overrides of the writing direction only serve to disguise text; marks that Arabic or Hebrew need stay.
        .filter(|&c| (!c.is_control() || c == '\n' || c == '\t') && !matches!(c, '\u{202D}' | '\u{202E}' | '\u{FEFF}'))
        .take(max_chars.saturating_add(1))
        .collect();
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::client(
            StatusCode::UNPROCESSABLE_ENTITY,
            "empty_message",
            "消息是空的，请输入文字。",
            "The message is empty; please write something.",
        ));
    }
    if text.chars().count() > max_chars {
        return Err(Error::client(
            StatusCode::PAYLOAD_TOO_LARGE,
            "message_too_long",
            format!("消息太长了，最多 {max_chars} 个字符，请分几条发送。"),
            format!("The message is too long: at most {max_chars} characters. Please send it in parts."),
        ));
    }
    Ok(text.to_owned())
}

pub fn client_id(id: &str) -> Result<&str> {
    if id.is_empty() || id.len() > CLIENT_ID || id.chars().any(char::is_control) {
        return Err(Error::invalid(
            format!("client_id 必须是 1 到 {CLIENT_ID} 个字符。"),
            format!("client_id must have 1 to {CLIENT_ID} characters."),
        ));
    }
    Ok(id)
}

pub fn payload(payload: Option<String>) -> Result<Option<String>> {
    match payload {
        Some(p) if p.len() > PAYLOAD => Err(Error::invalid("payload 太长了。", "The payload is too long.")),
        Some(p) if p.contains('\0') => {
            Err(Error::invalid("payload 里有不能使用的字符。", "The payload has characters that cannot be used."))
        }
        Some(p) if p.is_empty() => Ok(None),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn keeps_what_people_write() {
        for text in ["你好", "<b>hi</b>", "مرحبا بك", "🙂🙂", "a\nb\tc"] {
            assert_eq!(clean(text, 100).unwrap(), text);
        }
        assert_eq!(clean(" a\u{0}\u{7}b\u{202E}c\r\n", 100).unwrap(), "abc");
    }

    #[test]
    fn refuses_nothing_and_too_much() {
        for text in ["", "  \n ", "\u{0}\u{1}"] {
            assert_eq!(clean(text, 100).unwrap_err().code(), "empty_message");
        }
        assert_eq!(clean(&"好".repeat(101), 100).unwrap_err().code(), "message_too_long");
        assert!(clean(&"好".repeat(100), 100).is_ok());
        assert!(client_id("").is_err() && client_id(&"x".repeat(101)).is_err() && client_id("a-1").is_ok());
    }
}
