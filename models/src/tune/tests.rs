#![allow(clippy::unwrap_used)]
use super::*;
use crate::adapter::LayerDeltas;
use crate::bert::{Layer, Linear, Norm};
use crate::head::split_mix;
use crate::{Kind, q4};

const HIDDEN: usize = 32;
const INNER: usize = 64;
const WORDS: usize = 20;

/// Two layers with made-up weights.
fn tiny() -> Bert {
    let mut random = 3;
    let mut numbers = |n: usize, size: f32| -> Vec<f32> {
        (0..n).map(|_| ((split_mix(&mut random) % 2001) as f32 / 1000.0 - 1.0) * size).collect()
    };
    let norm = |n: Vec<f32>, s: Vec<f32>| Norm { weight: n.iter().map(|v| 1.0 + v).collect(), shift: s };
    let mut layers = Vec::new();
    for _ in 0..2 {
        layers.push(Layer {
            qkv: Linear::new(numbers(HIDDEN * 3 * HIDDEN, 0.3), numbers(3 * HIDDEN, 0.1), HIDDEN, 3 * HIDDEN).unwrap(),
            output: Linear::new(numbers(HIDDEN * HIDDEN, 0.3), numbers(HIDDEN, 0.1), HIDDEN, HIDDEN).unwrap(),
            attention_norm: norm(numbers(HIDDEN, 0.2), numbers(HIDDEN, 0.2)),
            up: Linear::new(numbers(HIDDEN * INNER, 0.3), numbers(INNER, 0.1), HIDDEN, INNER).unwrap(),
            down: Linear::new(numbers(INNER * HIDDEN, 0.3), numbers(HIDDEN, 0.1), INNER, HIDDEN).unwrap(),
            output_norm: norm(numbers(HIDDEN, 0.2), numbers(HIDDEN, 0.2)),
        });
    }
    let mut words = Vec::new();
    for _ in 0..WORDS {
        words.extend(half::f16::from_f32(0.2).to_le_bytes());
        words.extend(numbers(q4::BLOCK_BYTES - 2, 1.0).iter().map(|v| (v * 100.0) as i8 as u8));
    }
    let positions = numbers(16 * HIDDEN, 0.3);
    Bert {
        words,
        positions,
        norm: norm(vec![0.0; HIDDEN], vec![0.0; HIDDEN]),
        layers,
        hidden: HIDDEN,
        heads: 4,
        epsilon: 1e-12,
    }
}

/// Loss and gradient of the contrastive loss, with a softmax over classes of every row.
fn learnt(bert: &Bert, adapter: &Adapter, temperature: f32, softmax: f32) -> (f32, Vec<layer::LayerGradient>) {
    let lowest = adapter.layers.iter().position(Option::is_some).unwrap_or(bert.layers.len());
    let mut order: Vec<usize> = (0..TEXTS.len()).collect();
    order.sort_by_key(|&i| TEXTS[i].len());
    let texts: Vec<&[u32]> = order.iter().map(|&i| TEXTS[i]).collect();
    let labels: Vec<usize> = order.iter().map(|&i| CLASSES[i]).collect();
    let lengths: Vec<usize> = texts.iter().map(|t| t.len()).collect();
    let x = bert.states(&texts, lowest).unwrap();
    let x = Tensor::from_vec(x, (lengths.iter().sum::<usize>(), HIDDEN), &Device::Cpu).unwrap();
    let mut classifier = loss::Classifier::zero(4, HIDDEN);
    classifier.weights.iter_mut().enumerate().for_each(|(i, w)| *w = ((i * 37) % 19) as f32 / 19.0 - 0.5);
    gradient(bert, adapter, x, &lengths, |rows| {
        let pooled = loss::Pooled::of(rows, HIDDEN, &lengths);
        let mut slopes = vec![0f32; pooled.units.len()];
        let mut sum = loss::contrastive(&pooled.units, HIDDEN, &labels, temperature, &mut slopes);
        let mut slopes = pooled.rows(&slopes);
        let mut own = classifier.slopes();
        for (row, slope) in rows.chunks_exact(HIDDEN).zip(slopes.chunks_exact_mut(HIDDEN)) {
            sum += classifier.loss(row, 2, softmax / rows.len() as f32, slope, &mut own);
        }
        (sum, slopes)
    })
    .unwrap()
}

/// An adapter whose deltas are not zero, so that both halves have gradients.
fn filled(bert: &Bert, first: usize) -> Adapter {
    let mut adapter = Adapter::new(bert, 2, first, 5);
    let mut random = 11;
    for deltas in adapter.layers.iter_mut().flatten() {
        for delta in deltas.parts_mut() {
            let up: Vec<f32> =
                (0..delta.up.elem_count()).map(|_| (split_mix(&mut random) % 2001) as f32 / 10000.0 - 0.1).collect();
            delta.add(&vec![0.0; delta.down.elem_count()], &up);
        }
    }
    adapter
}

const TEXTS: [&[u32]; 6] = [&[1, 5, 9, 2], &[1, 7, 2], &[1, 5, 8, 2], &[1, 3, 4, 6, 2], &[1, 7, 4, 2], &[1, 11, 12, 2]];
const CLASSES: [usize; 6] = [0, 1, 0, 2, 1, 3];

#[test]
fn the_gradient_is_that_of_the_loss() {
    let bert = tiny();
    for first in [0, 1] {
        let adapter = filled(&bert, first);
        let loss = |adapter: &Adapter| learnt(&bert, adapter, 0.2, 0.5);
        let (_, gradients) = loss(&adapter);
        assert_eq!(gradients.len(), 2 - first);
        let mut checked = 0;
        for (at, gradient) in gradients.iter().enumerate() {
            let parts = [&gradient.qkv, &gradient.output, &gradient.up, &gradient.down];
            for (part, gradient) in parts.into_iter().enumerate() {
                for (is_up, values) in [(false, &gradient.down), (true, &gradient.up)] {
                    // The steepest number of each half: the others drown in rounding.
                    let (place, slope) =
                        values.iter().copied().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())).unwrap();
                    let moved = |by: f32| {
                        let mut adapter = adapter.clone();
                        let delta: &mut LayerDeltas = adapter.layers[at + first].as_mut().unwrap();
                        let delta = delta.parts_mut().into_iter().nth(part).unwrap();
                        let mut down = vec![0.0; delta.down.elem_count()];
                        let mut up = vec![0.0; delta.up.elem_count()];
                        if is_up {
                            up[place] = by
                        } else {
                            down[place] = by
                        }
                        delta.add(&down, &up);
                        loss(&adapter).0
                    };
                    let measured = (moved(4e-3) - moved(-4e-3)) / 8e-3;
                    assert!(
                        (measured - slope).abs() < 0.02 * slope.abs() + 1e-3,
                        "layer {at} part {part} up {is_up}: {measured} {slope}"
                    );
                    checked += 1;
                }
            }
        }
        assert_eq!(checked, 8 * (2 - first));
    }
}

#[test]
fn steps_make_the_loss_smaller_and_the_merged_encoder_is_the_tuned_one() {
    let mut bert = tiny();
    let mut adapter = Adapter::new(&bert, 4, 0, 5);
    let mut adam = Adam::new(&adapter);
    let (first, _) = learnt(&bert, &adapter, 0.1, 0.0);
    for _ in 0..40 {
        let (_, g) = learnt(&bert, &adapter, 0.1, 0.0);
        adam.step(&mut adapter, &g, 3e-3);
    }
    let (last, _) = learnt(&bert, &adapter, 0.1, 0.0);
    assert!(last < 0.5 * first, "{first} {last}");

    let read = Adapter::from_bytes(&adapter.to_bytes().unwrap()).unwrap();
    assert_eq!(read.id().unwrap(), adapter.id().unwrap());
    read.merge(&mut bert).unwrap();
    let none = Adapter { layers: vec![None, None] };
    let (merged, _) = learnt(&bert, &none, 0.1, 0.0);
    assert!((merged - last).abs() < 0.02 * last.abs() + 1e-3, "{merged} {last}");
}

#[test]
fn an_adapter_upon_an_adapter_is_both() {
    let bert = tiny();
    let (a, b) = (filled(&bert, 0), filled(&bert, 1));
    let mut half = a.clone();
    half.scale(0.5).unwrap();
    let (mut joined, mut in_turn) = (tiny(), tiny());
    half.joined(&b).unwrap().merge(&mut joined).unwrap();
    half.merge(&mut in_turn).unwrap();
    b.merge(&mut in_turn).unwrap();
    let none = Adapter { layers: vec![None, None] };
    let loss = |bert: &Bert| learnt(bert, &none, 0.2, 0.0).0;
    assert!((loss(&joined) - loss(&in_turn)).abs() < 1e-4);
    assert!((loss(&joined) - loss(&tiny())).abs() > 1e-3);
}

#[test]
fn a_damaged_adapter_is_refused() {
    let bytes = filled(&tiny(), 1).to_bytes().unwrap();
    assert!(Adapter::from_bytes(&bytes).is_ok());
    for end in [0, 5, 8, 100, bytes.len() - 1] {
        assert!(Adapter::from_bytes(&bytes[..end]).is_err(), "{end}");
    }
    let mut bert = tiny();
    bert.layers.pop();
    assert!(Adapter::from_bytes(&bytes).unwrap().merge(&mut bert).is_err());
}

#[test]
fn batches_have_pairs_of_a_class() {
    let mut material = Material::default();
    let classes = (0..5).map(|c| (0..=c).map(|i| material.add(&format!("{c} {i}"), Kind::Query)).collect()).collect();
    let pairs = (0..9).map(|i| (i, i + 1, i % 2 == 0)).collect();
    material.sources = vec![(Source::Classes(classes), 1.0), (Source::Pairs(pairs), 1.0)];
    let mut sampler = sampler::Sampler::new(&material, 8, 1).unwrap();
    for _ in 0..50 {
        let batch = sampler.next();
        assert!(batch.texts.len() <= 16 && batch.labels.len() == batch.texts.len());
        assert!(batch.texts.iter().all(|text| *text < material.texts.len()));
    }
    assert!(sampler::Sampler::new(&Material::default(), 8, 1).is_none());
}
