//! `kefu bench`: measures this binary as it ships.

#[derive(Debug, clap::Args)]
pub struct Options {
    /// Conversations at once.
    #[arg(long, default_value_t = 50)]
    pub conversations: usize,
}

pub async fn run(_: Options) -> anyhow::Result<()> {
    anyhow::bail!("not measured yet")
}
