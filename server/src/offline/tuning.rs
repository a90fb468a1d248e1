//! `kefu train --mode full`: the encoder learns from the examples, too, as an adapter in the model's folder.

use super::progress::Progress;
use crate::app::encoder_dir;
use crate::config::Config;
use models::Kind;
use models::tune::{Material, Source, TuneOptions, tune};
use nlu::{FALLBACK, TrainingData};

/// Every example is seen about so often.
const EPOCHS: usize = 10;
/// Chosen on the validation parts of public sets, as the rate is.
const STEPS: std::ops::RangeInclusive<usize> = 40..=400;
const RATE: f32 = 5e-4;

pub fn adapter(config: &Config, data: &TrainingData, seed: u64) -> anyhow::Result<Vec<u8>> {
    anyhow::ensure!(
        config.models.encoder.as_os_str().is_empty(),
        "--mode full tunes only the packaged encoder; use --mode head with --encoder"
    );
    let mut material = Material::default();
    let mut classes: Vec<Vec<usize>> = Vec::new();
    // What is none of the intents has nothing in common.
    for intent in data.intents.iter().filter(|i| i.name != FALLBACK) {
        classes.push(intent.examples.iter().map(|e| material.add(&nlu::for_encoder(&e.text), Kind::Query)).collect());
    }
    material.sources.push((Source::Classes(classes), 1.0));
    let default = TuneOptions::default();
    let steps = (EPOCHS * material.texts.len() / default.batch).clamp(*STEPS.start(), *STEPS.end());
    let options = TuneOptions { seed, steps, rate: RATE, warm_up: steps / 10, keep: 1.0, first_layer: 3, ..default };
    let progress = Progress::new("tuning the encoder");
    let base = config.models.adapter.parse()?;
    let adapter = tune(&encoder_dir(config)?, &base, &material, &options, &mut |step| {
        progress.at(step.step, steps);
        true
    })?;
    progress.finish();
    Ok(adapter.to_bytes()?)
}
