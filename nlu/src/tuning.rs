//! Tuning of the encoder on the examples of one bot: intents and annotated entities. Upon the service adapter it needs few
//! steps; what it learns is an adapter that is kept beside the model.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use models::tune::{Material, Source, Span, Step, TuneOptions, tune as tune_encoder};
use models::{Adaptation, Adapter, Kind, ModelError};

use crate::names;
use crate::tagger;
use crate::text;
use crate::training::TrainingData;
use crate::understanding::FALLBACK;

/// Steps against the root of the number of texts, and their bounds: few texts are learnt by heart soon, of many not all
/// need be seen. Chosen with the other numbers on the validation parts of public sets.
const INTENT_STEPS: f32 = 2.0;
const INTENT_BOUNDS: (usize, usize) = (40, 300);
const ENTITY_STEPS: f32 = 4.0;
const ENTITY_BOUNDS: (usize, usize) = (20, 400);
const RATE: f32 = 5e-4;
/// The layers below stay as they are: no worse on the validation parts, and a third of the time.
const FIRST_LAYER: usize = 8;

fn steps(texts: usize, by_root: f32, (least, most): (usize, usize)) -> usize {
    ((by_root * (texts as f32).sqrt()) as usize).clamp(least, most)
}

/// Steps and material for the examples; none when there is nothing to learn from.
fn plan(data: &TrainingData, seed: u64) -> Option<(Material, TuneOptions)> {
    let mut material = Material::default();
    let mut names: BTreeMap<usize, String> = names::names(data).into_iter().collect();
    let mut classes: Vec<Vec<usize>> = Vec::new();
    for (place, intent) in data.intents.iter().enumerate() {
        let examples = intent.examples.iter().map(|e| text::for_encoder(&e.text));
        let texts = examples.chain(names.remove(&place).map(Cow::Owned));
        // What is none of the intents has nothing in common.
        if intent.name != FALLBACK {
            classes.push(texts.map(|text| material.add(&text, Kind::Query)).collect());
        }
    }
    classes.retain(|texts| texts.len() > 1);
    let mut total = 0;
    if classes.len() > 1 {
        total = steps(material.texts.len(), INTENT_STEPS, INTENT_BOUNDS);
        material.sources.push((Source::Classes(classes), total as f32));
    } else {
        material.texts.clear();
    }
    let mut marked: Vec<(usize, Vec<Span>)> = Vec::new();
    for (encoded, spans) in tagger::marked(data, seed) {
        marked.push((material.add(&encoded, Kind::Query), spans));
    }
    if marked.iter().any(|m| !m.1.is_empty()) {
        let by_entities = steps(marked.len(), ENTITY_STEPS, ENTITY_BOUNDS);
        total += by_entities;
        material.sources.push((Source::Spans(marked), by_entities as f32));
    }
    let options = TuneOptions {
        seed,
        steps: total,
        rate: RATE,
        warm_up: total / 10,
        keep: 1.0,
        first_layer: FIRST_LAYER,
        ..TuneOptions::default()
    };
    (total > 0).then_some((material, options))
}

/// An adapter for the encoder in `dir` that knows what `base` knows and these examples. Minutes of arithmetic; the same
/// data and seed give the same. `progress` hears the steps done and all steps.
pub fn tune(
    dir: &Path,
    base: &Adaptation,
    data: &TrainingData,
    seed: u64,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Adapter, ModelError> {
    let (material, options) = plan(data, seed)
        .ok_or_else(|| ModelError::Failed("there is nothing to tune on: two intents with two examples each".into()))?;
    tune_encoder(dir, base, &material, &options, &mut |Step { step, .. }| {
        progress(step, options.steps);
        true
    })
}
