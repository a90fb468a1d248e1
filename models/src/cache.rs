//! Embeddings that were computed before: recent ones in memory, those of the content in files.
//!
//! A file is a header and records of one size, appended in one write each: key, vector in half precision, checksum.
//! Records that do not check, and a tail that was cut off, are ignored; they are computed again.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use half::f16;
use sha2::{Digest, Sha256};

use crate::{Embedding, Kind};

const MAGIC: &[u8; 8] = b"KEFUEMB1";
const HEADER: usize = 12;
const KEY: usize = 16;
const CHECK: usize = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key([u8; KEY]);

impl Key {
    pub fn new(encoder: &str, kind: Kind, text: &str) -> Key {
        let mut hash = Sha256::new();
        hash.update(encoder.as_bytes());
        hash.update(match kind {
            Kind::Query => [0, b'q'],
            Kind::Passage => [0, b'p'],
        });
        hash.update(text.as_bytes());
        let digest = hash.finalize();
        let mut key = [0; KEY];
        key.copy_from_slice(&digest[..KEY]);
        Key(key)
    }
}

/// Recent answers in two generations: a hit moves to the young one; when that is full, the old one is dropped.
pub struct Recent<T = Embedding> {
    generation: usize,
    maps: Mutex<Generations<T>>,
}

type Generations<T> = (HashMap<Key, T>, HashMap<Key, T>);

impl<T: Clone> Recent<T> {
    pub fn new(capacity: usize) -> Self {
        Recent { generation: (capacity / 2).max(1), maps: Mutex::new((HashMap::new(), HashMap::new())) }
    }

    pub fn get(&self, key: &Key) -> Option<T> {
        let mut maps = self.maps.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = maps.0.get(key) {
            return Some(found.clone());
        }
        let found = maps.1.remove(key)?;
        self.insert(&mut maps, *key, found.clone());
        Some(found)
    }

    pub fn put(&self, key: Key, value: T) {
        let mut maps = self.maps.lock().unwrap_or_else(PoisonError::into_inner);
        self.insert(&mut maps, key, value);
    }

    fn insert(&self, maps: &mut Generations<T>, key: Key, value: T) {
        if maps.0.len() >= self.generation {
            maps.1 = std::mem::take(&mut maps.0);
        }
        maps.0.insert(key, value);
    }
}

struct Store {
    files: Vec<File>,
    /// File and offset of each record.
    index: HashMap<Key, (usize, u64)>,
    /// Where the next record goes in the last file; None when it cannot be written.
    append: Option<u64>,
}

/// All cache files: read from each, written to the last.
pub struct Files {
    dimension: usize,
    store: Mutex<Store>,
}

fn check(bytes: &[u8]) -> [u8; CHECK] {
    let digest = Sha256::digest(bytes);
    [digest[0], digest[1], digest[2], digest[3]]
}

fn unit(mut vector: Vec<f32>) -> Embedding {
    let norm = vector.iter().map(|v| v * v).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|v| *v /= norm);
    vector.into()
}

/// A vector as it comes back from a file.
pub fn as_kept(vector: &[f32]) -> Embedding {
    unit(vector.iter().map(|v| f16::from_f32(*v).to_f32()).collect())
}

impl Files {
    /// A file that cannot be used is left out with a warning: without it, texts are computed again.
    pub fn open(paths: &[PathBuf], dimension: usize) -> Files {
        let mut store = Store { files: Vec::new(), index: HashMap::new(), append: None };
        for (i, path) in paths.iter().enumerate() {
            let last = i + 1 == paths.len();
            let opened = if last { open_for_writing(path, dimension) } else { File::open(path).map(|f| (f, false)) };
            match opened.and_then(|(file, writable)| read_index(&mut store, file, dimension, writable)) {
                Ok(()) => {}
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => {
                    tracing::warn!(file = %path.display(), error = %e, "cached embeddings cannot be used")
                }
            }
        }
        Files { dimension, store: Mutex::new(store) }
    }

    fn lock(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self) -> usize {
        KEY + 2 * self.dimension + CHECK
    }

    pub fn get(&self, key: &Key) -> Option<Embedding> {
        let mut record = vec![0; self.record()];
        let mut store = self.lock();
        let &(file, offset) = store.index.get(key)?;
        let file = &mut store.files[file];
        file.seek(SeekFrom::Start(offset)).ok()?;
        file.read_exact(&mut record).ok()?;
        drop(store);
        let (body, sum) = record.split_at(record.len() - CHECK);
        if body[..KEY] != key.0 || check(body) != sum {
            return None;
        }
        let half = body[KEY..].chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]));
        let vector = unit(half.map(f16::to_f32).collect());
        vector.iter().all(|v| v.is_finite()).then_some(vector)
    }

    pub fn put(&self, key: Key, vector: &[f32]) {
        let mut record = Vec::with_capacity(self.record());
        record.extend_from_slice(&key.0);
        record.extend(vector.iter().flat_map(|v| f16::from_f32(*v).to_le_bytes()));
        record.extend(check(&record));
        let mut store = self.lock();
        let Some(offset) = store.append else { return };
        if store.index.contains_key(&key) {
            return;
        }
        let last = store.files.len() - 1;
        let written =
            store.files[last].seek(SeekFrom::Start(offset)).and_then(|_| store.files[last].write_all(&record));
        match written {
            Ok(()) => {
                store.append = Some(offset + record.len() as u64);
                store.index.insert(key, (last, offset));
            }
            Err(e) => {
                tracing::warn!(error = %e, "embeddings are not cached any more");
                store.append = None;
            }
        }
    }
}

/// The file and whether this process may append to it: one at a time holds its lock.
fn open_for_writing(path: &Path, dimension: usize) -> std::io::Result<(File, bool)> {
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir)?;
    }
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
    if file.try_lock().is_err() {
        return Ok((file, false));
    }
    let mut header = Vec::new();
    (&mut file).take(HEADER as u64).read_to_end(&mut header)?;
    if header != expected_header(dimension) {
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&expected_header(dimension))?;
    }
    Ok((file, true))
}

fn expected_header(dimension: usize) -> Vec<u8> {
    [MAGIC.as_slice(), &(dimension as u32).to_le_bytes()].concat()
}

fn read_index(store: &mut Store, mut file: File, dimension: usize, writable: bool) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    if !bytes.starts_with(&expected_header(dimension)) {
        return Ok(());
    }
    let size = KEY + 2 * dimension + CHECK;
    let mut end = HEADER as u64;
    for record in bytes[HEADER..].chunks_exact(size) {
        let (body, sum) = record.split_at(size - CHECK);
        if check(body) == sum {
            let mut key = [0; KEY];
            key.copy_from_slice(&body[..KEY]);
            store.index.insert(Key(key), (store.files.len(), end));
        }
        end += size as u64;
    }
    store.append = writable.then_some(end); // over a tail that was cut off
    store.files.push(file);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn unit(at: usize) -> Vec<f32> {
        (0..8).map(|i| if i == at { 1.0 } else { 0.0 }).collect()
    }

    fn key(text: &str) -> Key {
        Key::new("e", Kind::Query, text)
    }

    #[test]
    fn vectors_come_back_from_files_and_only_the_last_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let paths = [dir.path().join("content.bin"), dir.path().join("new/own.bin")];
        {
            let files = Files::open(&paths[..1], 8);
            files.put(key("a"), &unit(0));
            files.put(key("a"), &unit(5)); // the first stays
        }
        let before = std::fs::metadata(&paths[0]).unwrap().len();
        {
            let files = Files::open(&paths, 8);
            assert_eq!(files.get(&key("a")).unwrap()[..], unit(0)[..]);
            files.put(key("b"), &unit(1));
            assert_eq!(files.get(&key("b")).unwrap()[..], unit(1)[..]);
            // A second process may read, but not write.
            let second = Files::open(&paths, 8);
            second.put(key("c"), &unit(2));
            assert!(second.get(&key("b")).is_some() && second.get(&key("c")).is_none());
        }
        assert_eq!(std::fs::metadata(&paths[0]).unwrap().len(), before);
        assert!(Files::open(&paths, 8).get(&key("b")).is_some());
        for other in [Key::new("f", Kind::Query, "a"), Key::new("e", Kind::Passage, "a"), key("x")] {
            assert!(Files::open(&paths, 8).get(&other).is_none());
        }
    }

    #[test]
    fn damage_costs_no_more_than_what_it_hit() {
        let dir = tempfile::tempdir().unwrap();
        let path = [dir.path().join("c.bin")];
        {
            let files = Files::open(&path, 8);
            ["a", "b", "c"].iter().enumerate().for_each(|(i, t)| files.put(key(t), &unit(i)));
        }
        let mut bytes = std::fs::read(&path[0]).unwrap();
        bytes[HEADER + (KEY + 16 + CHECK) + KEY + 3] ^= 1; // in the vector of b
        bytes.truncate(bytes.len() - 5); // in the middle of c
        std::fs::write(&path[0], &bytes).unwrap();
        {
            let files = Files::open(&path, 8);
            assert!(files.get(&key("a")).is_some());
            assert!(files.get(&key("b")).is_none() && files.get(&key("c")).is_none());
            files.put(key("d"), &unit(3));
            files.put(key("b"), &unit(1));
        }
        let files = Files::open(&path, 8);
        for (text, at) in [("a", 0), ("b", 1), ("d", 3)] {
            assert_eq!(files.get(&key(text)).unwrap()[..], unit(at)[..], "{text}");
        }
        drop(files);
        // Another encoder's file, and something else entirely: begun anew.
        assert!(Files::open(&path, 4).get(&key("a")).is_none());
        std::fs::write(&path[0], b"not a cache").unwrap();
        let files = Files::open(&path, 8);
        files.put(key("a"), &unit(0));
        assert!(files.get(&key("a")).is_some());
    }

    #[test]
    fn recent_vectors_are_bounded_and_used_ones_stay() {
        let recent: Recent = Recent::new(100);
        recent.put(key("used"), unit(0).into());
        for i in 0..1000 {
            recent.put(key(&i.to_string()), unit(1).into());
            assert!(recent.get(&key("used")).is_some());
        }
        let maps = recent.maps.lock().unwrap();
        assert!(maps.0.len() + maps.1.len() <= 100);
    }
}
