//! The bot's own sentences: templates in both languages from `responses.yml`, and passages cut to a fitting length.

use crate::conversation::Language;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

#[derive(Debug, thiserror::Error)]
pub enum ResponsesError {
    #[error("responses: {0}")]
    Yaml(#[from] serde_yaml_ng::Error),
    #[error("response `{key}` has no text in `{language}`")]
    MissingLanguage { key: String, language: &'static str },
    #[error("response `{0}` is missing")]
    MissingKey(String),
    #[error("response `{key}` ({language}): {message}")]
    Template { key: String, language: &'static str, message: String },
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Variants {
    #[serde(default)]
    zh: Vec<String>,
    #[serde(default)]
    en: Vec<String>,
}

impl Variants {
    fn of(&self, language: Language) -> &[String] {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// All response templates, parsed and checked once.
#[derive(Clone)]
pub struct Responses {
    texts: Arc<BTreeMap<String, Variants>>,
    templates: Arc<Environment<'static>>,
}

impl fmt::Debug for Responses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Responses({} keys)", self.texts.len())
    }
}

impl Responses {
    /// Reads `responses.yml`: `key: {zh: [variants], en: [variants]}`. Both languages are required.
    pub fn parse(yaml: &str) -> Result<Self, ResponsesError> {
        let texts: BTreeMap<String, Variants> = serde_yaml_ng::from_str(yaml)?;
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::None);
        templates.set_undefined_behavior(UndefinedBehavior::Lenient);
        for (key, variants) in &texts {
            for language in Language::ALL {
                let list = variants.of(language);
                if list.is_empty() {
                    return Err(ResponsesError::MissingLanguage { key: key.clone(), language: language.code() });
                }
                for (i, text) in list.iter().enumerate() {
                    templates
                        .add_template_owned(template_name(key, language, i), text.trim_end().to_owned())
                        .map_err(|e| template_error(key, language, &e))?;
                }
            }
        }
        Ok(Self { texts: Arc::new(texts), templates: Arc::new(templates) })
    }

    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// One variant of `key`, chosen by `pick` (the message's seq): the same turn run again says the same.
    pub fn render(&self, key: &str, language: Language, pick: i64, with: &Value) -> Result<String, ResponsesError> {
        let variants = self.texts.get(key).ok_or_else(|| ResponsesError::MissingKey(key.to_owned()))?;
        let count = variants.of(language).len() as i64;
        let index = usize::try_from(pick.rem_euclid(count.max(1))).unwrap_or(0);
        self.render_variant(key, language, index, with, UndefinedBehavior::Lenient)
    }

    /// Renders every variant with undefined names forbidden: finds misspelt names before a customer does.
    pub fn check(&self, sample: &Value) -> Result<(), ResponsesError> {
        for (key, variants) in self.texts.iter() {
            for language in Language::ALL {
                for index in 0..variants.of(language).len() {
                    self.render_variant(key, language, index, sample, UndefinedBehavior::Strict)?;
                }
            }
        }
        Ok(())
    }

    fn render_variant(
        &self,
        key: &str,
        language: Language,
        index: usize,
        with: &Value,
        undefined: UndefinedBehavior,
    ) -> Result<String, ResponsesError> {
        let name = template_name(key, language, index);
        let rendered = if undefined == UndefinedBehavior::Lenient {
            self.templates.get_template(&name).and_then(|t| t.render(minijinja::Value::from(Serde(with))))
        } else {
            let mut strict = (*self.templates).clone();
            strict.set_undefined_behavior(undefined);
            strict.get_template(&name).and_then(|t| t.render(minijinja::Value::from(Serde(with))))
        };
        let text = rendered.map_err(|e| template_error(key, language, &e))?;
        Ok(text.trim().to_owned())
    }
}

fn template_name(key: &str, language: Language, index: usize) -> String {
    format!("{key}.{}.{index}", language.code())
}

fn template_error(key: &str, language: Language, error: &minijinja::Error) -> ResponsesError {
    ResponsesError::Template { key: key.to_owned(), language: language.code(), message: format!("{error:#}") }
}

/// A passage as an answer: whole sentences up to `limit` characters, so that a chat bubble stays readable.
pub fn fit(text: &str, limit: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut end = 0;
    let mut cut = text.len();
    for (n, (at, c)) in text.char_indices().enumerate() {
        if n >= limit {
            cut = at;
            break;
        }
        let next_is_gap = text[at + c.len_utf8()..].chars().next().is_none_or(char::is_whitespace);
        if matches!(c, '。' | '！' | '？' | '\n') || (matches!(c, '.' | '!' | '?') && next_is_gap) {
            end = at + c.len_utf8();
        }
    }
    if end >= cut / 3 {
        return text[..end].trim_end().to_owned();
    }
    format!("{}…", text[..cut].trim_end())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_language_cannot_be_forgotten() {
        let error = Responses::parse("hello:\n  zh: [\"你好\"]\n").unwrap_err();
        assert!(error.to_string().contains("`en`"), "{error}");
    }

    #[test]
    fn variants_follow_the_sequence_and_html_stays_text() {
        let r = Responses::parse("hi:\n  zh: [\"你好\"]\n  en: [\"Hi {{ name }}\", \"Hello {{ name }}\"]\n").unwrap();
        let with = json!({"name": "<b>Ann</b>"});
        assert_eq!(r.render("hi", Language::En, 4, &with).unwrap(), "Hi <b>Ann</b>");
        assert_eq!(r.render("hi", Language::En, 5, &with).unwrap(), "Hello <b>Ann</b>");
        assert_eq!(r.render("hi", Language::En, -1, &with).unwrap(), "Hello <b>Ann</b>");
    }

    #[test]
    fn a_customer_cannot_write_templates() {
        let r = Responses::parse("hi:\n  zh: [\"{{ name }}\"]\n  en: [\"{{ name }}\"]\n").unwrap();
        let text = r.render("hi", Language::En, 0, &json!({"name": "{{ 7 * 7 }}"})).unwrap();
        assert_eq!(text, "{{ 7 * 7 }}");
    }

    #[test]
    fn passages_end_at_a_sentence() {
        assert_eq!(fit("第一句。第二句很长很长很长。", 8), "第一句。");
        assert_eq!(fit("Costs 3.50 euros. Then more words follow here.", 30), "Costs 3.50 euros.");
        assert_eq!(fit("短", 8), "短");
        assert!(fit(&"长".repeat(50), 10).ends_with('…'));
    }
}
