//! How fast a large base is searched: `scale --passages 1000000 [--folder DIR] [--json FILE]`. See `knowledge::scale`.

use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (mut passages, mut folder, mut json) = (10_000usize, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--passages" => passages = value.parse()?,
            "--folder" => folder = Some(PathBuf::from(value)),
            "--json" => json = Some(PathBuf::from(value)),
            _ => return Err(format!("{name} is unknown; --passages N, --folder DIR, --json FILE").into()),
        }
    }
    let scratch = tempfile::tempdir()?;
    let folder: &Path = folder.as_deref().unwrap_or(scratch.path());
    std::fs::create_dir_all(folder)?;
    let report = knowledge::scale::run(passages, folder, &|done| {
        if done % 50_000 == 0 {
            eprintln!("  {done}/{passages}");
        }
    })?;
    let text = serde_json::to_string_pretty(&report)?;
    println!("{text}");
    if let Some(path) = json {
        std::fs::write(path, text + "\n")?;
    }
    Ok(())
}
