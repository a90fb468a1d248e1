//! `kefu train --mode full`: the encoder learns from the examples, too, as an adapter in the model's folder.

use super::progress::Progress;
use crate::app::encoder_dir;
use crate::config::Config;
use models::Adaptation;
use nlu::TrainingData;

/// The adapter's bytes; upon `base`.
pub fn adapter(config: &Config, base: &Adaptation, data: &TrainingData, seed: u64) -> anyhow::Result<Vec<u8>> {
    anyhow::ensure!(
        config.models.encoder.as_os_str().is_empty(),
        "--mode full tunes only the packaged encoder; use --mode head with --encoder"
    );
    let progress = Progress::new("tuning the encoder");
    let adapter = nlu::tune(&encoder_dir(config)?, base, data, seed, &mut |done, steps| progress.at(done, steps))?;
    progress.finish();
    Ok(adapter.to_bytes()?)
}
