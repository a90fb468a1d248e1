//! `kefu tune`: trains the service adapter of the encoder on public data sets and the bot's own examples.

use crate::config::Config;
use crate::content;
use crate::eval::data_sets::DataSets;
use crate::eval::material::material;
use anyhow::Context;
use clap::Args;
use models::Adaptation;
use models::tune::{TuneOptions, tune};
use std::path::PathBuf;

#[derive(Args)]
pub struct Options {
    /// Folder with the data sets, each in a folder of its name.
    #[arg(long, default_value = "../shared/data")]
    data: PathBuf,
    /// Where the adapter is written (safetensors).
    #[arg(long)]
    out: PathBuf,
    /// Sets that it must not see, so that they can be tested on with few examples.
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,
    #[arg(long, default_value_t = TuneOptions::default().steps)]
    steps: usize,
    #[arg(long, default_value_t = TuneOptions::default().seed)]
    seed: u64,
}

pub fn run(config: &Config, options: &Options) -> anyhow::Result<()> {
    let sets = DataSets::open(&options.data)?;
    let scratch = config.models.cache.join("scratch");
    std::fs::create_dir_all(&scratch)?;
    let own = content::load(&config.content.directory, &scratch)?.intents;
    let material = material(&sets, &own, &options.without)?;
    eprintln!("  tuning on {} texts from {} sources", material.texts.len(), material.sources.len());
    let tuning = TuneOptions { steps: options.steps, seed: options.seed, first_layer: 3, ..TuneOptions::default() };
    let bar = indicatif::ProgressBar::new(options.steps as u64).with_style(
        indicatif::ProgressStyle::with_template("  step {pos}/{len} {bar:30} {eta} left, loss {msg}")
            .unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()),
    );
    let mut smooth = None;
    let adapter = tune(&crate::app::encoder_dir(config)?, &Adaptation::Plain, &material, &tuning, &mut |step| {
        let value = smooth.map_or(step.loss, |s: f32| 0.97 * s + 0.03 * step.loss);
        smooth = Some(value);
        bar.set_position(step.step as u64);
        bar.set_message(format!("{value:.2}"));
        if bar.is_hidden() && step.step.is_multiple_of(50) {
            eprintln!("  step {} of {}, loss {value:.2}", step.step, options.steps);
        }
        true
    })?;
    bar.finish_and_clear();
    let bytes = adapter.to_bytes()?;
    let half_done = options.out.with_extension("part");
    std::fs::write(&half_done, &bytes).with_context(|| format!("cannot write {}", half_done.display()))?;
    std::fs::rename(&half_done, &options.out)?;
    println!("{} ({} KB, loss {:.2})", options.out.display(), bytes.len() / 1000, smooth.unwrap_or_default());
    Ok(())
}
