//! The encoder is tuned on the examples of one bot.
#![allow(clippy::unwrap_used)]

use models::{Adaptation, Embedder, EmbedderOptions, Kind, Precision, testing, weights};
use nlu::{Annotation, Example, TrainingData};

const EXAMPLES: [(&str, &[&str]); 2] = [
    ("book", &["a table for two in Paris", "订一张北京的桌子", "reserve a seat in Rome", "在上海订位"]),
    ("cancel", &["no table after all", "不要桌子了", "drop my seat in Rome", "上海的位子不要了"]),
];

fn data() -> TrainingData {
    let mut data = TrainingData::default();
    for (intent, texts) in EXAMPLES {
        let example = |text: &&str| {
            let place = ["Paris", "北京", "Rome", "上海"].iter().find_map(|city| Some((text.find(city)?, city.len())));
            let entities = place.map(|(start, length)| Annotation {
                start,
                end: start + length,
                entity: "city".into(),
                ..Annotation::default()
            });
            Example { text: (*text).into(), entities: entities.into_iter().collect(), ..Example::default() }
        };
        data.set_intent(intent, texts.iter().map(example).collect());
    }
    data
}

/// Mean cosine of texts of one intent, less that of texts of two.
async fn apart(adaptation: Adaptation) -> f32 {
    let options = EmbedderOptions {
        encoder: weights::prepared_dir(&testing::cache_dir(), &["zh", "en"]),
        adaptation,
        cache: Vec::new(),
        queue: 64,
        threads: 1,
        precision: Precision::Auto,
    };
    let embedder = Embedder::start(&options).unwrap();
    let texts: Vec<String> = EXAMPLES.iter().flat_map(|(_, texts)| *texts).map(|t| (*t).to_owned()).collect();
    let vectors = embedder.embed_all(&texts, Kind::Query, &|_| ()).await.unwrap();
    let mut sums = [(0f32, 0f32); 2];
    for i in 0..texts.len() {
        for j in 0..i {
            let cosine: f32 = vectors[i].iter().zip(vectors[j].iter()).map(|(a, b)| a * b).sum();
            let sum = &mut sums[usize::from(i / 4 == j / 4)];
            *sum = (sum.0 + cosine, sum.1 + 1.0);
        }
    }
    sums[1].0 / sums[1].1 - sums[0].0 / sums[0].1
}

#[tokio::test]
async fn texts_of_one_intent_come_together() {
    let encoder = weights::prepared_dir(&testing::cache_dir(), &["zh", "en"]);
    let mut heard = Vec::new();
    let adapter =
        nlu::tune(&encoder, &Adaptation::Service, &data(), 3, &mut |done, steps| heard.push((done, steps))).unwrap();
    let (done, steps) = *heard.last().unwrap();
    assert_eq!((done, heard.len()), (steps, steps));
    let dir = std::env::temp_dir().join(format!("kefu-tuning-{}.safetensors", std::process::id()));
    std::fs::write(&dir, adapter.to_bytes().unwrap()).unwrap();
    let (before, after) = (apart(Adaptation::Service).await, apart(Adaptation::File(dir.clone())).await);
    std::fs::remove_file(dir).unwrap();
    assert!(after > before + 0.1, "{before} {after}");
}

#[test]
fn nothing_to_learn_from_is_said() {
    let encoder = weights::prepared_dir(&testing::cache_dir(), &["zh", "en"]);
    let error = nlu::tune(&encoder, &Adaptation::Service, &TrainingData::default(), 3, &mut |_, _| ()).err().unwrap();
    assert!(error.to_string().contains("nothing to tune on"), "{error}");
}
