//! How many entities were found, exactly: same place, same label.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An entity as it is compared: start, end and label.
pub type Mark = (usize, usize, String);

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EntityScore {
    /// `city`, or `city:from` with a role; all of them together in `EntityReport::all`.
    pub name: String,
    /// That should have been found.
    pub examples: usize,
    pub precision: f32,
    pub recall: f32,
    pub f1: f32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EntityReport {
    /// Micro-averaged over all labels.
    pub all: EntityScore,
    pub labels: Vec<EntityScore>,
}

/// One list of marks for each text.
pub fn score(expected: &[Vec<Mark>], found: &[Vec<Mark>]) -> EntityReport {
    // Right, found, expected.
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (expected, found) in expected.iter().zip(found) {
        for mark in found {
            let count = counts.entry(&mark.2).or_default();
            count[0] += usize::from(expected.contains(mark));
            count[1] += 1;
        }
        expected.iter().for_each(|mark| counts.entry(&mark.2).or_default()[2] += 1);
    }
    let share = |part: usize, of: usize| if of == 0 { 0.0 } else { part as f32 / of as f32 };
    let one = |name: &str, [right, found, expected]: [usize; 3]| EntityScore {
        name: name.to_owned(),
        examples: expected,
        precision: share(right, found),
        recall: share(right, expected),
        f1: share(2 * right, found + expected),
    };
    let sum = counts.values().fold([0; 3], |sum, c| [sum[0] + c[0], sum[1] + c[1], sum[2] + c[2]]);
    EntityReport { all: one("", sum), labels: counts.into_iter().map(|(name, c)| one(name, c)).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_place_and_label_count() {
        let mark = |start, end, name: &str| (start, end, name.to_owned());
        let expected = [vec![mark(0, 3, "city"), mark(5, 8, "date")], vec![mark(0, 2, "city")]];
        let found = [vec![mark(0, 3, "city"), mark(5, 7, "date")], vec![]];
        let report = score(&expected, &found);
        assert_eq!((report.all.examples, report.all.precision), (3, 0.5));
        assert!((report.all.f1 - 0.4).abs() < 1e-6);
        assert_eq!(report.labels[0].name, "city");
        assert_eq!((report.labels[0].precision, report.labels[0].recall), (1.0, 0.5));
        assert_eq!(score(&[], &[]), EntityReport::default());
    }
}
