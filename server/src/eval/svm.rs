//! The usual baseline: words and pairs of words weighted by TF-IDF, and a linear support vector machine, one against
//! the rest, trained by dual coordinate descent (Hsieh et al. 2008, squared hinge loss, C = 1).

use std::collections::HashMap;

type Sparse = Vec<(usize, f32)>;

pub struct Baseline {
    rarity: HashMap<String, (usize, f32)>,
    /// Classes × features, the last feature being the bias.
    weights: Vec<Vec<f32>>,
}

fn terms(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let pairs = words.windows(2).map(|w| w.join(" "));
    words.iter().map(|w| (*w).to_owned()).chain(pairs).collect()
}

impl Baseline {
    pub fn train(texts: &[&str], labels: &[usize], classes: usize) -> Baseline {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for text in texts {
            let mut once = terms(text);
            once.sort();
            once.dedup();
            once.into_iter().for_each(|term| *counts.entry(term).or_default() += 1);
        }
        let mut names: Vec<(String, usize)> = counts.into_iter().collect();
        names.sort();
        let total = texts.len() as f32;
        let rarity = names
            .into_iter()
            .enumerate()
            .map(|(at, (term, count))| (term, (at, ((1.0 + total) / (1.0 + count as f32)).ln() + 1.0)))
            .collect();
        let mut baseline = Baseline { rarity, weights: Vec::new() };
        let rows: Vec<Sparse> = texts.iter().map(|text| baseline.row(text)).collect();
        baseline.weights = (0..classes)
            .map(|class| {
                separate(&rows, &labels.iter().map(|l| *l == class).collect::<Vec<_>>(), baseline.rarity.len() + 1)
            })
            .collect();
        baseline
    }

    fn row(&self, text: &str) -> Sparse {
        let mut values: HashMap<usize, f32> = HashMap::new();
        for (at, rarity) in terms(text).iter().filter_map(|term| self.rarity.get(term)) {
            *values.entry(*at).or_default() += rarity;
        }
        let mut row: Sparse = values.into_iter().collect();
        row.sort_unstable_by_key(|v| v.0);
        let length = row.iter().map(|v| v.1 * v.1).sum::<f32>().sqrt().max(1e-9);
        row.iter_mut().for_each(|v| v.1 /= length);
        row.push((self.rarity.len(), 1.0));
        row
    }

    pub fn predict(&self, text: &str) -> usize {
        let row = self.row(text);
        let score = |weights: &[f32]| row.iter().map(|(at, v)| weights[*at] * v).sum::<f32>();
        let scores: Vec<f32> = self.weights.iter().map(|w| score(w)).collect();
        (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0)
    }
}

/// Weights of one class against the rest.
fn separate(rows: &[Sparse], positive: &[bool], features: usize) -> Vec<f32> {
    const C: f32 = 1.0;
    let diagonal = 0.5 / C;
    let mut weights = vec![0f32; features];
    let mut alphas = vec![0f32; rows.len()];
    let squares: Vec<f32> = rows.iter().map(|row| row.iter().map(|v| v.1 * v.1).sum::<f32>() + diagonal).collect();
    for _ in 0..60 {
        let mut largest = 0f32;
        for (i, row) in rows.iter().enumerate() {
            let sign = if positive[i] { 1.0 } else { -1.0 };
            let slope = sign * row.iter().map(|(at, v)| weights[*at] * v).sum::<f32>() - 1.0 + diagonal * alphas[i];
            let projected = if alphas[i] == 0.0 { slope.min(0.0) } else { slope };
            largest = largest.max(projected.abs());
            if projected.abs() > 1e-6 {
                let new = (alphas[i] - slope / squares[i]).max(0.0);
                let change = (new - alphas[i]) * sign;
                alphas[i] = new;
                row.iter().for_each(|(at, v)| weights[*at] += change * v);
            }
        }
        if largest < 0.01 {
            break;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_topics_apart() {
        let texts =
            ["where is my parcel", "track my parcel", "i want a refund", "refund my money", "hello there", "hello"];
        let baseline = Baseline::train(&texts, &[0, 0, 1, 1, 2, 2], 3);
        let said: Vec<usize> =
            ["parcel please", "a refund now", "oh hello"].iter().map(|t| baseline.predict(t)).collect();
        assert_eq!(said, [0, 1, 2]);
    }
}
