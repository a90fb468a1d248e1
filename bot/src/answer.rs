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

/// A passage as an answer: whole sentences and lines up to `limit` Chinese characters, or twice as many Latin ones,
/// which take half the room and say half as much. A list number or an announcement ("Then:") is never left hanging.
pub fn fit(text: &str, limit: usize) -> String {
    let text = text.trim();
    let limit = limit.saturating_mul(2);
    let mut width = 0;
    let mut end = 0;
    let mut cut = text.len();
    for (at, c) in text.char_indices() {
        width += if c < '\u{1100}' { 1 } else { 2 };
        if width > limit {
            cut = at;
            break;
        }
        if ends_sentence(text, at, c) {
            end = at + c.len_utf8();
        }
    }
    if cut == text.len() {
        return text.to_owned();
    }
    let whole = without_hanging_line(text[..end].trim_end());
    if whole.len() >= cut / 3 {
        return whole.to_owned();
    }
    format!("{}…", text[..cut].trim_end())
}

fn ends_sentence(text: &str, at: usize, c: char) -> bool {
    match c {
        '。' | '！' | '？' | '\n' => true,
        '.' | '!' | '?' => {
            let gap = text[at + 1..].chars().next().is_none_or(char::is_whitespace);
            let line = text[..at].rsplit('\n').next().unwrap_or_default().trim();
            // "3." at the start of a line is a number, not a sentence.
            gap && !line.is_empty() && !line.chars().all(|c| c.is_ascii_digit())
        }
        _ => false,
    }
}

/// Without last lines that only announce what was cut off.
fn without_hanging_line(mut text: &str) -> &str {
    while text.ends_with([':', '：', '•']) {
        match text.rfind('\n') {
            Some(at) => text = text[..at].trim_end(),
            None => break,
        }
    }
    text
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
        assert_eq!(fit("Costs 3.50 euros. Then more words follow here.", 15), "Costs 3.50 euros.");
        assert_eq!(fit("短", 8), "短");
        assert!(fit(&"长".repeat(50), 10).ends_with('…'));
    }

    #[test]
    fn a_list_is_cut_between_its_lines() {
        let steps =
            "Add it later:\n1. Open the order and tap it.\n2. Fill in the title.\n3. Download the invoice from there.";
        for limit in 8..steps.len() / 2 {
            let cut = fit(steps, limit);
            assert!(!cut.ends_with("2.") && !cut.ends_with("3."), "{cut}");
        }
        assert_eq!(fit(steps, 41), "Add it later:\n1. Open the order and tap it.\n2. Fill in the title.");
        let zh = "签收后开出电子发票，与纸质发票同等效力。\n忘了选也可以补：\n1. 打开“我的订单”，点进订单。";
        assert_eq!(fit(zh, 32), "签收后开出电子发票，与纸质发票同等效力。");
        // English has the room of the same bubble.
        let english = "Twenty letters here. ".repeat(40);
        assert!(fit(&english, 420).len() > 800);
    }
}
