#![allow(clippy::unwrap_used)]
use super::*;

/// `per_class` vectors around each of `classes` random directions, with a common offset as e5 has it.
fn blobs(classes: usize, per_class: usize, dimension: usize, noise: f32, seed: u64) -> (Vec<Vec<f32>>, Vec<usize>) {
    let mut state = seed;
    let mut random =
        move || (0..4).map(|_| (split_mix(&mut state) >> 40) as f32 / (1u64 << 24) as f32 - 0.5).sum::<f32>();
    let centres: Vec<Vec<f32>> = (0..classes).map(|_| (0..dimension).map(|_| random()).collect()).collect();
    let mut vectors = Vec::new();
    let mut labels = Vec::new();
    for i in 0..classes * per_class {
        let class = i % classes;
        let mut v: Vec<f32> = centres[class].iter().map(|c| 3.0 + 0.5 * c + noise * random()).collect();
        let norm = dot(&v, &v).sqrt();
        v.iter_mut().for_each(|x| *x /= norm);
        vectors.push(v);
        labels.push(class);
    }
    (vectors, labels)
}

fn best(p: &[f32]) -> usize {
    (0..p.len()).max_by(|&a, &b| p[a].total_cmp(&p[b])).unwrap()
}

#[test]
fn separable_classes_are_told_apart_with_confidence() {
    let (vectors, labels) = blobs(6, 20, 64, 0.2, 1);
    let (test, truth) = blobs(6, 60, 64, 0.2, 1);
    let head = train(&vectors, &labels, 6, &TrainOptions::default()).unwrap();
    assert!(head.is_sound());
    for (v, &label) in test.iter().zip(&truth) {
        let p = head.predict(v);
        assert!((p.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        assert_eq!(best(&p), label);
        assert!(p[label] > 0.8, "{}", p[label]);
        assert_eq!(best(&head.closeness(v)), label);
    }
}

#[test]
fn confidence_is_about_as_high_as_it_is_right() {
    let (vectors, labels) = blobs(8, 40, 64, 3.2, 3);
    let (head, held) = train_with_held_out(&vectors[..160], &labels[..160], 8, &TrainOptions::default()).unwrap();
    assert_eq!(held.len(), 160);
    let (mut sure, mut right) = (0.0, 0.0);
    for (v, &label) in vectors[160..].iter().zip(&labels[160..]) {
        let p = head.predict(v);
        sure += p[best(&p)];
        right += f32::from(u8::from(best(&p) == label));
    }
    let n = 160.0;
    assert!(right / n < 0.97, "the case is too easy to say anything: {}", right / n);
    assert!((sure / n - right / n).abs() < 0.1, "confidence {} accuracy {}", sure / n, right / n);
}

#[test]
fn the_temperature_is_that_of_the_examples_that_it_is_fitted_to() {
    let (vectors, labels) = blobs(8, 60, 64, 3.2, 3);
    let sure = TrainOptions { folds: 0, ..TrainOptions::default() };
    let mut head = train(&vectors[..160], &labels[..160], 8, &sure).unwrap();
    let held = head.calibrate(&vectors[160..320], &labels[160..320]);
    let says = |vectors: &[Vec<f32>], labels: &[usize]| {
        let p: Vec<Vec<f32>> = vectors.iter().map(|v| head.predict(v)).collect();
        let right = p.iter().zip(labels).filter(|(p, l)| best(p) == **l).count() as f32;
        (p.iter().map(|p| p[best(p)]).sum::<f32>() / p.len() as f32, right / p.len() as f32)
    };
    let (confidence, accuracy) = says(&vectors[320..], &labels[320..]);
    assert!((confidence - accuracy).abs() < 0.1, "{confidence} {accuracy}");
    assert_eq!(held.len(), 160);
    assert_eq!(held[0].probabilities, head.predict(&vectors[160]));
    // What does not fit changes nothing.
    let before = head.temperature();
    assert!(head.calibrate(&[vec![0.0; 3]], &[0]).is_empty() && head.calibrate(&vectors[..1], &[99]).is_empty());
    assert_eq!(head.temperature(), before);
}

#[test]
fn one_more_example_does_not_deal_the_folds_anew() {
    let labels: Vec<usize> = (0..60).map(|i| i % 6).collect();
    let keys: Vec<u64> = (0..60).map(|i| i * 977).collect();
    let options = TrainOptions::default();
    let before = folds(&labels[..59], &keys[..59], 6, &options);
    let after = folds(&labels, &keys, 6, &options);
    assert_eq!(after[..59], before[..]);
    // A class is never held out whole, and an only example never.
    let same = folds(&[0, 0, 0, 1], &[5, 5, 5, 5], 2, &options);
    assert!(same[..3].iter().any(|f| *f != same[0]) && same[3].is_none(), "{same:?}");
}

#[test]
fn the_same_seed_gives_the_same_head_on_any_number_of_threads() {
    let (vectors, labels) = blobs(5, 300, 32, 1.0, 5);
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| train(&vectors, &labels, 5, &TrainOptions::default()).unwrap())
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn a_head_survives_its_file() {
    let (vectors, labels) = blobs(3, 5, 16, 0.5, 9);
    let head = train(&vectors, &labels, 3, &TrainOptions::default()).unwrap();
    let back: LinearHead = serde_json::from_str(&serde_json::to_string(&head).unwrap()).unwrap();
    assert_eq!(back.predict(&vectors[0]), head.predict(&vectors[0]));
    let mut broken = head.clone();
    broken.weights.pop();
    assert!(!broken.is_sound());
}

#[test]
fn rare_classes_and_bad_input() {
    let (mut vectors, mut labels) = blobs(3, 10, 16, 0.3, 11);
    // One example of a fourth class, none of a fifth.
    vectors.push(vectors[0].iter().map(|v| -v).collect());
    labels.push(3);
    let (head, held) = train_with_held_out(&vectors, &labels, 5, &TrainOptions::default()).unwrap();
    assert_eq!(held.len(), 31);
    assert_eq!(best(&head.predict(&vectors[30])), 3);
    assert!(head.predict(&vectors[0])[4] < 0.1);

    let o = TrainOptions::default();
    assert!(matches!(train::<Vec<f32>>(&[], &[], 2, &o), Err(HeadError::Empty { .. })));
    assert_eq!(train(&vectors[..2], &[0], 2, &o), Err(HeadError::Lengths { examples: 2, labels: 1 }));
    assert_eq!(train(&vectors[..2], &[0, 2], 2, &o), Err(HeadError::Label(1)));
    assert_eq!(train(&[vec![1.0, 2.0], vec![1.0]], &[0, 1], 2, &o), Err(HeadError::Vector(1)));
    assert_eq!(train(&[vec![1.0], vec![f32::NAN]], &[0, 1], 2, &o), Err(HeadError::Vector(1)));
    // All alike: nothing to learn, nothing to fall over.
    let alike = train(&[vec![1.0, 0.0], vec![1.0, 0.0]], &[0, 1], 2, &o).unwrap();
    assert!((alike.predict(&[1.0, 0.0])[0] - 0.5).abs() < 1e-3);
}
