//! Files to import: from disk, from a folder, from an archive. All of them are bounded.

use std::io::Read;
use std::path::{Path, PathBuf};

use zip::ZipArchive;

/// 200,000 examples have about 20 MB.
const MAX_BYTES: u64 = 256 << 20;
const MAX_FILES: usize = 5_000;
const MAX_DEPTH: usize = 12;
/// Unpacked size of an archive: a small one can unpack to anything.
const MAX_UNPACKED: u64 = 128 << 20;
/// Only these are read; of others only the name is reported.
const READ: [&str; 8] = ["yml", "yaml", "md", "json", "jsonl", "ndjson", "txt", "csv"];
/// Folders of tools, and Rasa's own output: no training data, or the same examples once more.
const SKIPPED: [&str; 6] = ["node_modules", "__pycache__", "venv", "models", "results", "train_test_split"];

/// A file with its name (with folders, as far as they are known).
#[derive(Debug, Clone, Default)]
pub struct Source {
    pub name: String,
    pub bytes: Vec<u8>,
    /// Named by the user himself: it must be training data.
    pub named: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("{file}: {error}")]
    Read { file: String, error: std::io::Error },
    #[error("{file} has {bytes} bytes; at most {MAX_BYTES} are read")]
    TooLarge { file: String, bytes: u64 },
    #[error("there are more than {MAX_FILES} files; name the folder with the training data")]
    TooMany,
    #[error("the archive cannot be read: {0}")]
    Archive(String),
    #[error("the archive unpacks to more than {MAX_UNPACKED} bytes")]
    Bomb,
}

fn extension(name: &str) -> String {
    Path::new(name).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default()
}

fn hidden(name: &str) -> bool {
    name.starts_with('.') || name.starts_with("__MACOSX") || SKIPPED.contains(&name)
}

pub(super) fn walk(paths: &[PathBuf]) -> Result<Vec<Source>, ImportError> {
    let mut found = Vec::new();
    let mut left = MAX_BYTES;
    for path in paths {
        let error = |error| ImportError::Read { file: path.display().to_string(), error };
        if std::fs::metadata(path).map_err(error)?.is_dir() {
            folder(path, 0, &mut left, &mut found)?;
        } else {
            found.push(Source { name: path.display().to_string(), bytes: read(path, &mut left)?, named: true });
        }
    }
    Ok(found)
}

fn folder(dir: &Path, depth: usize, left: &mut u64, found: &mut Vec<Source>) -> Result<(), ImportError> {
    let error = |error| ImportError::Read { file: dir.display().to_string(), error };
    let mut entries: Vec<_> = std::fs::read_dir(dir).map_err(error)?.collect::<Result<_, _>>().map_err(error)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type().map_err(error)?);
        let name = entry.file_name().to_string_lossy().into_owned();
        if hidden(&name) {
            continue;
        }
        // Links to folders are not followed: they may lead in a circle.
        if kind.is_dir() {
            if depth < MAX_DEPTH {
                folder(&path, depth + 1, left, found)?;
            }
            continue;
        }
        if !std::fs::metadata(&path).is_ok_and(|m| m.is_file()) {
            continue; // sockets and dangling links
        }
        if found.len() >= MAX_FILES {
            return Err(ImportError::TooMany);
        }
        let bytes = if READ.contains(&extension(&name).as_str()) { read(&path, left)? } else { Vec::new() };
        found.push(Source { name: path.display().to_string(), bytes, named: false });
    }
    Ok(())
}

fn read(path: &Path, left: &mut u64) -> Result<Vec<u8>, ImportError> {
    let file = path.display().to_string();
    let error = |error| ImportError::Read { file: file.clone(), error };
    let mut bytes = Vec::new();
    // A pipe (`--nlu /dev/stdin`) has no size that could be asked for before.
    std::fs::File::open(path).map_err(error)?.take(*left + 1).read_to_end(&mut bytes).map_err(error)?;
    let size = bytes.len() as u64;
    *left = left.checked_sub(size).ok_or(ImportError::TooLarge { file, bytes: size })?;
    Ok(bytes)
}

pub(super) fn unzip(bytes: &[u8]) -> Result<Vec<Source>, ImportError> {
    let damaged = |e: &dyn std::fmt::Display| ImportError::Archive(e.to_string());
    let mut archive = ZipArchive::new(std::io::Cursor::new(bytes)).map_err(|e| damaged(&e))?;
    if archive.len() > MAX_FILES {
        return Err(ImportError::TooMany);
    }
    let mut left = MAX_UNPACKED;
    let mut found = Vec::new();
    for i in 0..archive.len() {
        let entry = archive.by_index(i).map_err(|e| damaged(&e))?;
        let name = match entry.name() {
            Ok(name) => name.into_owned(),
            Err(_) => String::from_utf8_lossy(entry.name_raw()).into_owned(), // packed on Windows in China
        };
        if entry.is_dir() || name.split('/').any(hidden) {
            continue;
        }
        let mut bytes = Vec::new();
        if READ.contains(&extension(&name).as_str()) {
            entry.take(left + 1).read_to_end(&mut bytes).map_err(|e| damaged(&e))?;
            left = left.checked_sub(bytes.len() as u64).ok_or(ImportError::Bomb)?;
        }
        found.push(Source { name, bytes, named: false });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}
