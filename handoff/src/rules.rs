//! Routing rules: an ordered table, first match wins, the last row matches everything.
//!
//! ```yaml
//! rules:
//!   - name: angry customer
//!     when: { reason: [angry, complaint], tier: [vip, gold] }
//!     priority: 1
//!     answer_within_minutes: 2
//!   - name: default
//!     priority: 3
//!     answer_within_minutes: 10
//! ```

use crate::ticket::{Priority, Routing};
use bot::conversation::{Customer, Escalation, Language, Millis, Reason};
use nlu::understanding::Mood;
use serde::{Deserialize, Serialize};

#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    #[error("routing rules: {0}")]
    Yaml(#[from] serde_yaml_ng::Error),
    #[error("routing rules: {0}")]
    Invalid(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    name: String,
    #[serde(default, skip_serializing_if = "When::is_empty")]
    when: When,
    priority: Priority,
    answer_within_minutes: u32,
}

/// Every field that is given must match; a list matches when it holds the value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct When {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reason: Vec<Reason>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tier: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mood: Vec<Mood>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    language: Vec<Language>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    intent: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_left: Option<bool>,
}

impl When {
    fn is_empty(&self) -> bool {
        *self == When::default()
    }

    fn matches(&self, e: &Escalation, c: &Customer) -> bool {
        fn among<T: PartialEq>(list: &[T], value: Option<&T>) -> bool {
            list.is_empty() || value.is_some_and(|v| list.contains(v))
        }
        among(&self.reason, Some(&e.reason))
            && among(&self.tier, c.tier.as_ref())
            && among(&self.mood, Some(&e.mood))
            && among(&self.language, Some(&e.language))
            && among(&self.intent, e.intent.as_ref())
            && self.message_left.is_none_or(|wanted| wanted == e.message_left.is_some())
    }
}

impl Rules {
    pub fn parse(yaml: &str) -> Result<Rules, RulesError> {
        let rules: Rules = serde_yaml_ng::from_str(yaml)?;
        let Some(last) = rules.rules.last() else {
            return Err(RulesError::Invalid("there is no rule; add one named `default` without `when`".into()));
        };
        if !last.when.is_empty() {
            return Err(RulesError::Invalid(format!(
                "the last rule, `{}`, must match everything: remove its `when`",
                last.name
            )));
        }
        if let Some(r) = rules.rules.iter().find(|r| !(1..=7 * 24 * 60).contains(&r.answer_within_minutes)) {
            return Err(RulesError::Invalid(format!("rule `{}`: answer_within_minutes must be 1 to 10080", r.name)));
        }
        Ok(rules)
    }

    pub fn to_yaml(&self) -> Result<String, RulesError> {
        Ok(serde_yaml_ng::to_string(self)?)
    }
}

/// Which queue position class and deadline an escalation gets.
pub fn route(escalation: &Escalation, customer: &Customer, rules: &Rules, now: Millis) -> Routing {
    let rule = rules.rules.iter().find(|r| r.when.matches(escalation, customer)).or(rules.rules.last());
    // `parse` guarantees a last rule; an empty table (never built) still gets a sane answer.
    let (name, priority, minutes) = rule.map_or(("default".to_owned(), Priority::NORMAL, 10), |r| {
        (r.name.clone(), r.priority, r.answer_within_minutes)
    });
    Routing { rule: name, priority, deadline: now + i64::from(minutes) * 60_000 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use bot::conversation::{CustomerId, LeftMessage};

    const TABLE: &str = "
rules:
  - name: angry vip
    when: { reason: [angry], tier: [vip] }
    priority: 1
    answer_within_minutes: 2
  - name: left a message
    when: { message_left: true }
    priority: 4
    answer_within_minutes: 720
  - name: default
    priority: 3
    answer_within_minutes: 10
";

    fn escalation(reason: Reason) -> Escalation {
        Escalation {
            reason,
            summary: String::new(),
            intent: None,
            confidence: 0.0,
            slots: Default::default(),
            tried: vec![],
            mood: Mood::Calm,
            mood_curve: vec![],
            language: Language::Zh,
            suggested_reply: None,
            message_left: None,
        }
    }

    fn customer(tier: Option<&str>) -> Customer {
        Customer {
            id: CustomerId::from("c1"),
            name: None,
            signed_in: true,
            tier: tier.map(str::to_owned),
            email: None,
            phone: None,
        }
    }

    #[test]
    fn first_match_wins_and_the_default_catches_the_rest() {
        let rules = Rules::parse(TABLE).unwrap();
        let r = route(&escalation(Reason::Angry), &customer(Some("vip")), &rules, 1_000);
        assert_eq!((r.rule.as_str(), r.priority, r.deadline), ("angry vip", Priority::URGENT, 121_000));
        assert_eq!(route(&escalation(Reason::Angry), &customer(None), &rules, 0).rule, "default");
        let mut left = escalation(Reason::Asked);
        left.message_left = Some(LeftMessage { contact: "a@b.c".into(), text: "hi".into() });
        assert_eq!(route(&left, &customer(None), &rules, 0).priority, Priority::LOW);
    }

    #[test]
    fn bad_tables_say_what_to_do() {
        let none = Rules::parse("rules: []").unwrap_err().to_string();
        assert!(none.contains("default"), "{none}");
        let last = Rules::parse("rules:\n  - {name: x, when: {tier: [vip]}, priority: 1, answer_within_minutes: 5}")
            .unwrap_err()
            .to_string();
        assert!(last.contains("remove its `when`"), "{last}");
        let priority =
            Rules::parse("rules:\n  - {name: x, priority: 9, answer_within_minutes: 5}").unwrap_err().to_string();
        assert!(priority.contains("1 (urgent) to 4 (low)"), "{priority}");
        assert!(Rules::parse("rules:\n  - {name: x, prio: 1, answer_within_minutes: 5}").is_err());
    }

    #[test]
    fn yaml_round_trip() {
        let rules = Rules::parse(TABLE).unwrap();
        let again = Rules::parse(&rules.to_yaml().unwrap()).unwrap();
        assert_eq!(again.to_yaml().unwrap(), rules.to_yaml().unwrap());
    }
}
