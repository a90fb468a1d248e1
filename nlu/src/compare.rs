//! What editors look at before they publish a model: how it reads texts that another one read before, and examples that
//! say nearly the same under two intents.

use models::{Embedder, Embedding, Kind, ModelError};
use serde::{Deserialize, Serialize};

use crate::intent::IntentModel;
use crate::text;
use crate::training::TrainingData;
use crate::understanding::FALLBACK;

/// Comparing each with each is quadratic; beyond this only equal texts are found.
const MOST: usize = 12_000;
/// Cosine of centred vectors: at this level two sentences differ in a word that carries no meaning.
const NEAR: f32 = 0.93;
/// Pairs that a report holds.
const PAIRS: usize = 200;

/// The intent that a model gives a text (`nlu_fallback` when it is none of them).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub intent: String,
    pub confidence: f32,
}

/// Two examples of different intents that say nearly or exactly the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NearDuplicate {
    pub intent: String,
    pub text: String,
    pub other_intent: String,
    pub other_text: String,
    /// 1 when the texts are equal but for case, marks and blanks.
    pub similarity: f32,
}

/// How each of `models` reads the texts; every text is encoded once. `progress` hears (done, total).
pub async fn read_all(
    embedder: &Embedder,
    models: &[&IntentModel],
    texts: &[String],
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Vec<Vec<Reading>>, ModelError> {
    let encoded: Vec<String> = texts.iter().map(|t| text::for_encoder(t).into_owned()).collect();
    let vectors = embedder.embed_all(&encoded, Kind::Query, &|done| progress(done, encoded.len())).await?;
    let read = |model: &IntentModel, ((said, text), vector): ((&String, &String), &Embedding)| {
        // As `Nlu::understand` does: marks and digits alone have no intent.
        if !text.chars().any(char::is_alphabetic) {
            return Reading { intent: FALLBACK.to_owned(), confidence: 0.0 };
        }
        let guess = model.guess(said, vector);
        Reading { intent: guess.intent, confidence: guess.confidence }
    };
    Ok(models.iter().map(|m| texts.iter().zip(&encoded).zip(&vectors).map(|one| read(m, one)).collect()).collect())
}

/// The nearest pairs first; examples of `nlu_fallback` count like others.
pub async fn near_duplicates(embedder: &Embedder, data: &TrainingData) -> Result<Vec<NearDuplicate>, ModelError> {
    let mut examples: Vec<(usize, &str)> = Vec::new();
    for (label, intent) in data.intents.iter().enumerate() {
        examples.extend(intent.examples.iter().map(|e| (label, e.text.as_str())));
    }
    let texts: Vec<String> = examples.iter().map(|(_, t)| text::for_encoder(t).into_owned()).collect();
    let labels: Vec<usize> = examples.iter().map(|(label, _)| *label).collect();
    let vectors =
        if texts.len() > MOST { Vec::new() } else { embedder.embed_all(&texts, Kind::Query, &|_| {}).await? };
    let keys: Vec<String> = texts.iter().map(|t| key(t)).collect();
    let (sent, received) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("near-duplicates".into())
        .spawn(move || sent.send(pairs(&labels, &keys, &vectors)).ok())
        .map_err(|e| ModelError::Failed(e.to_string()))?;
    let found = received.await.map_err(|_| ModelError::Stopped)?;
    let name = |label: usize| data.intents[label].name.clone();
    Ok(found
        .into_iter()
        .map(|(a, b, similarity)| NearDuplicate {
            intent: name(examples[a].0),
            text: examples[a].1.to_owned(),
            other_intent: name(examples[b].0),
            other_text: examples[b].1.to_owned(),
            similarity,
        })
        .collect())
}

/// Letters and digits only, in lower case.
fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn pairs(labels: &[usize], keys: &[String], vectors: &[Embedding]) -> Vec<(usize, usize, f32)> {
    let mut found = Vec::new();
    let mut seen: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
    for (i, key) in keys.iter().enumerate().filter(|(_, k)| !k.is_empty()) {
        match seen.get(key.as_str()) {
            Some(&first) if labels[first] != labels[i] => found.push((first, i, 1.0)),
            Some(_) => {}
            None => {
                seen.insert(key, i);
            }
        }
    }
    let centred = centre(vectors);
    for (i, a) in centred.iter().enumerate() {
        for (j, b) in centred.iter().enumerate().skip(i + 1).filter(|(j, _)| labels[*j] != labels[i]) {
            let similarity = dot(a, b);
            if similarity >= NEAR && keys[i] != keys[j] {
                found.push((i, j, similarity.min(0.999)));
            }
        }
    }
    found.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(&b.0)).then(a.1.cmp(&b.1)));
    found.truncate(PAIRS);
    found
}

/// The vectors of e5 all point the same way: without their mean, cosines say something.
fn centre(vectors: &[Embedding]) -> Vec<Vec<f32>> {
    let Some(first) = vectors.first() else { return Vec::new() };
    let mut mean = vec![0f32; first.len()];
    for vector in vectors {
        mean.iter_mut().zip(vector.iter()).for_each(|(m, v)| *m += v / vectors.len() as f32);
    }
    let unit = |vector: &Embedding| {
        let mut out: Vec<f32> = vector.iter().zip(&mean).map(|(v, m)| v - m).collect();
        let length = out.iter().map(|v| v * v).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        out.iter_mut().for_each(|v| *v /= length);
        out
    };
    vectors.iter().map(unit).collect()
}

/// In sixteen lanes: the compiler may not reorder a sum of floats by itself, and there are millions of pairs.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0f32; 16];
    for (x, y) in a.chunks(16).zip(b.chunks(16)) {
        lanes.iter_mut().zip(x.iter().zip(y)).for_each(|(lane, (x, y))| *lane += x * y);
    }
    lanes.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_under_two_intents_are_a_pair() {
        let keys: Vec<String> = ["怎么退货？", "怎么退货", "运费多少", "How much?", "how much"].map(key).into();
        let found = pairs(&[0, 1, 1, 0, 0], &keys, &[]);
        assert_eq!(found, [(0, 1, 1.0)]);
    }

    #[test]
    fn near_vectors_are_a_pair_only_across_intents() {
        let vector = |x: f32, y: f32, z: f32| Embedding::from(vec![x, y, z]);
        let vectors = [vector(1.0, 0.0, 0.0), vector(0.99, 0.05, 0.0), vector(0.0, 1.0, 0.0), vector(0.0, 0.0, 1.0)];
        let keys: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).into();
        assert_eq!(pairs(&[0, 1, 2, 3], &keys, &vectors).iter().map(|p| (p.0, p.1)).collect::<Vec<_>>(), [(0, 1)]);
        assert!(pairs(&[0, 0, 2, 3], &keys, &vectors).is_empty());
    }
}
