//! Where a command writes a folder: whole or not at all. It is made beside its place and put there by one rename, so that
//! whoever reads it, and whenever the process is killed, there is the old folder or the new one.

use anyhow::Context;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::fs::File;
use std::path::{Path, PathBuf};

/// What is wrong with a place for a `what` is said before hours of work, not after.
pub fn check(to: &Path, what: &str, is_one: impl Fn(&Path) -> bool) -> anyhow::Result<()> {
    anyhow::ensure!(to.file_name().is_some(), "--out {} names no folder", to.display());
    if to.exists() {
        anyhow::ensure!(to.is_dir(), "{} is no folder; choose another --out", to.display());
        let empty = std::fs::read_dir(to).with_context(|| format!("{} cannot be read", to.display()))?.next().is_none();
        anyhow::ensure!(
            empty || is_one(to),
            "{} holds something else than {what}, which would be lost; choose another --out",
            to.display()
        );
    }
    let parent = parent(to);
    std::fs::create_dir_all(&parent)
        .and_then(|()| tempfile::tempdir_in(&parent)?.close())
        .with_context(|| format!("{} is not writable; choose another --out", parent.display()))
}

pub fn parent(of: &Path) -> PathBuf {
    match of.parent() {
        Some(p) if !p.as_os_str().is_empty() => p.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Puts the folder `fresh` in the place of `to`; what was there is removed.
pub fn replace(fresh: &Path, to: &Path) -> std::io::Result<()> {
    File::open(fresh).and_then(|f| f.sync_all())?;
    if to.exists() {
        exchange(fresh, to)?;
        std::fs::remove_dir_all(fresh)?; // now the old one
    } else {
        std::fs::rename(fresh, to)?;
    }
    File::open(parent(to)).and_then(|f| f.sync_all())
}

/// The two folders change places in one step, where the file system can do that; else in two.
fn exchange(a: &Path, b: &Path) -> std::io::Result<()> {
    if renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).is_ok() {
        return Ok(());
    }
    let aside = a.with_extension("old");
    std::fs::rename(b, &aside)?;
    std::fs::rename(a, b)?;
    std::fs::rename(aside, a)
}

/// A folder that takes long to make: it stays beside its place when the process is killed, and the next one goes on in it.
pub struct Unfinished {
    path: PathBuf,
    to: PathBuf,
    lock: File,
}

const LOCK: &str = "lock";

impl Unfinished {
    /// Of what an earlier process left, only the file `keep` is of use.
    pub fn open(to: &Path, keep: &str) -> anyhow::Result<Unfinished> {
        // Through links, so that what they point to is replaced and not they.
        let to = std::fs::canonicalize(to).unwrap_or_else(|_| to.to_owned());
        let name = to.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = parent(&to).join(format!(".{name}.unfinished"));
        let context = || format!("{} cannot be written", path.display());
        std::fs::create_dir_all(&path).with_context(context)?;
        let lock = File::create(path.join(LOCK)).with_context(context)?;
        anyhow::ensure!(lock.try_lock().is_ok(), "another process is writing {}; wait for it", to.display());
        for entry in std::fs::read_dir(&path).with_context(context)? {
            let old = entry.with_context(context)?.path();
            if old.is_dir() {
                std::fs::remove_dir_all(&old).with_context(context)?;
            } else if old.file_name().is_none_or(|n| n != keep && n != LOCK) {
                std::fs::remove_file(&old).with_context(context)?;
            }
        }
        Ok(Unfinished { path, to, lock })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Nothing was made that a next one could use.
    pub fn discard(self) {
        let _ = std::fs::remove_dir_all(&self.path);
    }

    pub fn publish(self) -> anyhow::Result<()> {
        let context = || format!("{} cannot be put in its place", self.to.display());
        std::fs::remove_file(self.path.join(LOCK)).with_context(context)?;
        replace(&self.path, &self.to).with_context(context)?;
        drop(self.lock);
        Ok(())
    }
}
