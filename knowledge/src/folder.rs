//! An index folder: a base in files, written once by `kefu index` and mapped into memory by `kefu search`.
//!
//! `index.json` describes it and has the size and a fingerprint of every other file, so that a folder that is cut off,
//! mixed or foreign is noticed when it is opened. The caller puts the folder in its place when it is whole.

use crate::calibrate::{Calibration, Sample, Thresholds};
use crate::search::{Part, find};
use crate::segment::{Record, Records, Segment, Version, VersionVectors, Words, documents};
use crate::vectors::{Centres, Gathering, Packed, Vectors};
use crate::words::{WordIndex, WordWriter};
use crate::{ArticleFile, KnowledgeError, Mode, Query, heldout, live};
use kg::Language;
use models::{Embedder, Kind};
use serde::{Deserialize, Serialize};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tantivy::Directory;
use tantivy::directory::{MmapDirectory, OwnedBytes};

pub const DESCRIPTION: &str = "index.json";
const FORMAT: u32 = 1;
const CENTRES: &str = "centres.bin";
const VERSIONS: &str = "versions.bin";
const BYTES: &str = "vectors.bin";
const FACTORS: &str = "factors.bin";
const SIGNS: &str = "signs.bin";
const LINES: &str = "articles.jsonl";
const STARTS: &str = "starts.bin";
/// Articles that are embedded and written together.
const TOGETHER: usize = 1_000;
/// Of so many the own questions are asked, for the calibration.
const ASKED: usize = 2_000;

/// `index.json`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Description {
    pub kefu_index: u32,
    pub version: String,
    /// `Embedder::id`: questions must be embedded by the same.
    pub encoder: String,
    /// Where it was, when it was not the packaged one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoder_folder: Option<PathBuf>,
    pub languages: Vec<String>,
    pub built_at: String,
    pub dimension: usize,
    pub articles: usize,
    pub passages: usize,
    /// Passages, titles and questions.
    pub entries: usize,
    calibration: Calibration,
    files: BTreeMap<String, Fingerprint>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Fingerprint {
    bytes: u64,
    fingerprint: String,
}

/// What the caller knows of an index that is to be built.
pub struct Build<'a> {
    pub embedder: &'a Embedder,
    pub articles: &'a ArticleFile,
    pub encoder_folder: Option<PathBuf>,
    pub languages: Vec<String>,
    pub built_at: String,
}

/// One article that a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    pub id: String,
    /// Calibrated probability that this article answers; BM25's share or the cosine when only one of them was asked.
    pub score: f32,
    /// The piece that answers best; the title where there is no text.
    pub passage: String,
}

pub struct Index {
    pub description: Description,
    segment: Segment,
}

/// A file that is written from the beginning to the end.
struct Out {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Out {
    fn create(folder: &Path, name: &str) -> Result<Out, KnowledgeError> {
        let path = folder.join(name);
        let file = File::create(&path).map_err(|e| KnowledgeError::file(&path, &e))?;
        Ok(Out { path, file: BufWriter::with_capacity(1 << 18, file) })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), KnowledgeError> {
        self.file.write_all(bytes).map_err(|e| KnowledgeError::file(&self.path, &e))
    }

    fn finish(mut self) -> Result<(), KnowledgeError> {
        let flushed = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        flushed.map_err(|e| KnowledgeError::file(&self.path, &e))
    }
}

/// Everything of a segment but the vectors, which need to know where the middle is.
struct Writing {
    lines: Out,
    starts: Out,
    versions: Out,
    raw: Out,
    words: HashMap<Language, (WordWriter, Vec<(u32, u32)>)>,
    folder: PathBuf,
    gathering: Gathering,
    /// Bytes, articles, versions, rows so far.
    at: (u64, u32, u32, u32),
    /// Language and kind of each row.
    kinds: Vec<(Language, Kind)>,
}

const RAW: &str = "raw.tmp";

impl Writing {
    fn new(folder: &Path, dimension: usize) -> Result<Writing, KnowledgeError> {
        let mut starts = Out::create(folder, STARTS)?;
        starts.write(&0u64.to_le_bytes())?;
        Ok(Writing {
            lines: Out::create(folder, LINES)?,
            starts,
            versions: Out::create(folder, VERSIONS)?,
            raw: Out::create(folder, RAW)?,
            words: HashMap::new(),
            folder: folder.to_owned(),
            gathering: Gathering::new(dimension),
            at: (0, 0, 0, 0),
            kinds: Vec::new(),
        })
    }

    fn add(&mut self, record: &Record, vectors: &[VersionVectors]) -> Result<(), KnowledgeError> {
        let mut line = serde_json::to_vec(record).map_err(|e| KnowledgeError::Damaged(e.to_string()))?;
        line.push(b'\n');
        self.lines.write(&line)?;
        self.at.0 += line.len() as u64;
        self.starts.write(&self.at.0.to_le_bytes())?;
        for (version, vectors) in record.versions.iter().zip(vectors) {
            let language = version.language;
            for (kind, embeddings) in [(Kind::Passage, &vectors.pieces), (Kind::Query, &vectors.asks)] {
                for embedding in embeddings {
                    self.gathering.add(language, kind, embedding);
                    self.kinds.push((language, kind));
                    self.raw.write(&embedding.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>())?;
                }
            }
            let placed = Version {
                article: self.at.1,
                language,
                start: self.at.3,
                pieces: vectors.pieces.len() as u16,
                asks: vectors.asks.len() as u16,
            };
            self.versions.write(&placed.to_bytes())?;
            self.at.3 = placed.rows().end as u32;
            let (writer, places) = match self.words.entry(language) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let writer = WordWriter::in_folder(&self.folder.join(words_folder(language)))?;
                    new.insert((writer, Vec::new()))
                }
            };
            let asks: Vec<&str> = version.asks().collect();
            for (piece, text) in documents(version, &asks) {
                writer.add(&text)?;
                places.push((self.at.2, piece));
            }
            self.at.2 += 1;
        }
        self.at.1 += 1;
        Ok(())
    }

    /// Centres and packs the rows; the middle of all.
    fn finish(self, dimension: usize) -> Result<Centres, KnowledgeError> {
        for out in [self.lines, self.starts, self.versions, self.raw] {
            out.finish()?;
        }
        for (language, (writer, places)) in self.words {
            writer.finish()?;
            let mut out = Out::create(&self.folder, &places_file(language))?;
            for (version, piece) in places {
                out.write(&version.to_le_bytes())?;
                out.write(&piece.to_le_bytes())?;
            }
            out.finish()?;
        }
        let centres = self.gathering.centres();
        let mut out = Out::create(&self.folder, CENTRES)?;
        out.write(&centres.floats().iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>())?;
        out.finish()?;
        let path = self.folder.join(RAW);
        let raw = File::open(&path).map_err(|e| KnowledgeError::file(&path, &e))?;
        let mut raw = BufReader::with_capacity(1 << 18, raw);
        let mut outs = [BYTES, FACTORS, SIGNS].map(|name| Out::create(&self.folder, name));
        let mut row = vec![0u8; dimension * 4];
        for (language, kind) in self.kinds {
            raw.read_exact(&mut row).map_err(|e| KnowledgeError::file(&path, &e))?;
            let floats: Vec<f32> = row.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            let mut packed = Packed::default();
            packed.push(&centres.centred(&floats, language, kind));
            for (out, bytes) in outs.iter_mut().zip([&packed.bytes, &packed.factors, &packed.signs]) {
                match out {
                    Ok(out) => out.write(bytes)?,
                    Err(_) => break,
                }
            }
        }
        for out in outs {
            out?.finish()?;
        }
        std::fs::remove_file(&path).map_err(|e| KnowledgeError::file(&path, &e))?;
        Ok(centres)
    }
}

fn words_folder(language: Language) -> String {
    format!("words-{}", language.code())
}

fn places_file(language: Language) -> String {
    format!("places-{}.bin", language.code())
}

impl Build<'_> {
    /// Writes everything into `folder`, which the caller made and puts in its place afterwards. What the encoder has
    /// computed is kept by the embedder's cache, so that a build that was interrupted goes on where it was.
    pub async fn write(&self, folder: &Path, progress: live::Progress<'_>) -> Result<Description, KnowledgeError> {
        let dimension = self.embedder.dimension();
        let known = live::known(self.embedder).await?;
        let mut writing = Writing::new(folder, dimension)?;
        let step = self.articles.articles.div_ceil(ASKED).max(1);
        let (mut sample, mut seen) = (Vec::new(), 0);
        let mut records = self.articles.records()?;
        let mut done = 0;
        loop {
            let together = records.by_ref().take(TOGETHER).map(|r| r.map(Arc::new));
            let together: Vec<Arc<Record>> = together.collect::<Result<_, _>>()?;
            if together.is_empty() {
                break;
            }
            let vectors = live::embed(self.embedder, &together, &|n| progress(done + n)).await?;
            done += vectors.iter().flatten().map(|v| v.pieces.len() + v.asks.len()).sum::<usize>();
            for (record, vectors) in together.into_iter().zip(vectors) {
                writing.add(&record, &vectors)?;
                if seen % step == 0 {
                    sample.push((record, vectors));
                }
                seen += 1;
            }
        }
        known.iter().for_each(|o| writing.gathering.add_background(o.language, Kind::Query, &o.embedding));
        writing.finish(dimension)?;
        let mut description = Description {
            kefu_index: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            encoder: self.embedder.id().to_owned(),
            encoder_folder: self.encoder_folder.clone(),
            languages: self.languages.clone(),
            built_at: self.built_at.clone(),
            dimension,
            articles: self.articles.articles,
            passages: self.articles.passages,
            entries: self.articles.texts,
            calibration: Calibration::default().for_base(&heldout::samples(dimension, &sample, &known)?),
            files: BTreeMap::new(),
        };
        description.write(folder)?;
        Ok(description)
    }
}

/// An index of records and vectors that come from elsewhere.
pub struct Bulk {
    writing: Writing,
    dimension: usize,
    passages: usize,
}

impl Bulk {
    pub fn new(folder: &Path, dimension: usize) -> Result<Bulk, KnowledgeError> {
        Ok(Bulk { writing: Writing::new(folder, dimension)?, dimension, passages: 0 })
    }

    pub fn add(&mut self, record: &Record, vectors: &[VersionVectors]) -> Result<(), KnowledgeError> {
        self.passages += vectors.iter().map(|v| v.pieces.len()).sum::<usize>();
        self.writing.add(record, vectors)
    }

    pub fn finish(self) -> Result<(), KnowledgeError> {
        let (folder, at) = (self.writing.folder.clone(), self.writing.at);
        self.writing.finish(self.dimension)?;
        let mut description = Description {
            kefu_index: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            encoder: String::new(),
            encoder_folder: None,
            languages: Vec::new(),
            built_at: String::new(),
            dimension: self.dimension,
            articles: at.1 as usize,
            passages: self.passages,
            entries: at.3 as usize,
            calibration: Calibration::default(),
            files: BTreeMap::new(),
        };
        description.write(&folder)
    }
}

/// Of every file that a search reads.
fn fingerprints(folder: &Path) -> Result<BTreeMap<String, Fingerprint>, KnowledgeError> {
    let mut names: Vec<String> =
        [CENTRES, VERSIONS, BYTES, FACTORS, SIGNS, LINES, STARTS].iter().map(|n| (*n).to_owned()).collect();
    for language in Language::ALL {
        let words = words_folder(language);
        if folder.join(&words).is_dir() {
            names.push(places_file(language));
            let entries = std::fs::read_dir(folder.join(&words)).map_err(|e| KnowledgeError::file(folder, &e))?;
            for entry in entries {
                let name = entry.map_err(|e| KnowledgeError::file(folder, &e))?.file_name();
                let name = name.to_string_lossy();
                if !name.starts_with('.') && !name.ends_with(".lock") {
                    names.push(format!("{words}/{name}"));
                }
            }
        }
    }
    names.into_iter().map(|name| Ok((name.clone(), fingerprint(&read(folder, &name)?)))).collect()
}

/// Not against forgery, only against damage: four independent sums of products (as in wyhash), fast as memory.
fn fingerprint(bytes: &[u8]) -> Fingerprint {
    let mut lanes = [0x9e37_79b9_7f4a_7c15u64, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb, bytes.len() as u64];
    let mut mix = |lane: usize, word: u64| {
        lanes[lane] = (lanes[lane] ^ word).wrapping_mul(0xd6e8_feb8_6659_fd93).rotate_left(29);
    };
    let chunks = bytes.chunks_exact(32);
    for (i, b) in chunks.remainder().iter().enumerate() {
        mix(i % 4, u64::from(*b) + 1);
    }
    for chunk in chunks {
        for (lane, word) in chunk.chunks_exact(8).enumerate() {
            mix(lane, word.try_into().map_or(0, u64::from_le_bytes));
        }
    }
    let joined = lanes.iter().fold(0u64, |all, lane| (all.rotate_left(17) ^ lane).wrapping_mul(0x2545_f491_4f6c_dd1d));
    Fingerprint { bytes: bytes.len() as u64, fingerprint: format!("{joined:016x}") }
}

/// Mapped, not copied.
fn read(folder: &Path, name: &str) -> Result<OwnedBytes, KnowledgeError> {
    let missing = || KnowledgeError::Damaged(format!("{} is missing or cannot be read", folder.join(name).display()));
    let (folder, name) = match name.split_once('/') {
        Some((inner, name)) => (folder.join(inner), name),
        None => (folder.to_owned(), name),
    };
    let directory = MmapDirectory::open(&folder).map_err(|_| missing())?;
    let slice = directory.open_read(Path::new(name)).map_err(|_| missing())?;
    slice.read_bytes().map_err(|_| missing())
}

impl Description {
    /// Last of all: a folder without it is no index.
    fn write(&mut self, folder: &Path) -> Result<(), KnowledgeError> {
        self.files = fingerprints(folder)?;
        let mut out = Out::create(folder, DESCRIPTION)?;
        out.write(&serde_json::to_vec_pretty(self).map_err(|e| KnowledgeError::Damaged(e.to_string()))?)?;
        out.finish()
    }

    pub fn read(folder: &Path) -> Result<Description, KnowledgeError> {
        let path = folder.join(DESCRIPTION);
        let fail = |message: &str| KnowledgeError::Damaged(format!("{} {message}", path.display()));
        let bytes = std::fs::read(&path).map_err(|_| KnowledgeError::NoIndex(folder.to_owned()))?;
        let described: Description =
            serde_json::from_slice(&bytes).map_err(|_| fail("is no description of an index"))?;
        if described.kefu_index != FORMAT {
            return Err(fail(&format!("has the format {}, this program reads {FORMAT}", described.kefu_index)));
        }
        Ok(described)
    }
}

impl Index {
    /// Checks every file against its fingerprint.
    pub fn open(folder: &Path) -> Result<Index, KnowledgeError> {
        let description = Description::read(folder)?;
        for (name, known) in &description.files {
            if fingerprint(&read(folder, name)?) != *known {
                let path = folder.join(name);
                return Err(KnowledgeError::Damaged(format!("{} is not as it was written", path.display())));
            }
        }
        let segment = Self::read(folder, &description)?;
        Ok(Index { description, segment })
    }

    fn read(folder: &Path, d: &Description) -> Result<Segment, KnowledgeError> {
        let inconsistent = || KnowledgeError::Damaged("its parts do not belong together".into());
        let centres = read(folder, CENTRES)?;
        let centres = centres.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        let centres = Arc::new(Centres::from_floats(d.dimension, centres).ok_or_else(inconsistent)?);
        let file = |name| read(folder, name);
        let vectors = Vectors::open(d.dimension, d.entries, file(BYTES)?, file(FACTORS)?, file(SIGNS)?)?;
        let versions = Version::read_all(&file(VERSIONS)?, d.entries)?;
        let records = Records::File { lines: file(LINES)?, starts: file(STARTS)? };
        if records.len() != d.articles || versions.last().is_none_or(|v| v.article as usize + 1 != d.articles) {
            return Err(inconsistent());
        }
        let mut words = HashMap::new();
        for language in Language::ALL {
            let inner = words_folder(language);
            if !d.files.contains_key(&places_file(language)) {
                continue;
            }
            let number = |b: &[u8]| u32::from_le_bytes([b[0], b[1], b[2], b[3]]);
            let places = read(folder, &places_file(language))?;
            let places: Vec<(u32, u32)> = places.chunks_exact(8).map(|b| (number(b), number(&b[4..]))).collect();
            let index = WordIndex::open(&folder.join(inner))?;
            if index.documents() != places.len() as u64 || places.iter().any(|p| p.0 as usize >= versions.len()) {
                return Err(inconsistent());
            }
            words.insert(language, Words { index, places });
        }
        Ok(Segment::new(centres, versions, vectors, words, records))
    }

    /// What the calibration is fitted on: the best articles for a question, of which those in `right` answer it.
    pub fn samples(&self, query: &Query<'_>, right: &[String]) -> Vec<Sample> {
        let found = find(&[Part { segment: &self.segment, hidden: None }], query, Mode::Hybrid);
        let candidates = found.map(|f| f.candidates).unwrap_or_default();
        let sample = |(i, c): (usize, &crate::fuse::Candidate)| {
            let id = self.segment.records.get(c.article as usize).map(|r| r.id.clone()).unwrap_or_default();
            Sample { features: c.features(), right: right.contains(&id), first: i == 0, answerable: !right.is_empty() }
        };
        candidates.iter().take(3).enumerate().map(sample).collect()
    }

    /// Each article at most once, best first; nothing for a text without letters or digits.
    pub fn search(&self, query: &Query<'_>, mode: Mode) -> Vec<Hit> {
        let Some(found) = find(&[Part { segment: &self.segment, hidden: None }], query, mode) else {
            return Vec::new();
        };
        // A later hit is never surer than an earlier one.
        let mut surest = 1.0f32;
        let hit = |candidate: &crate::fuse::Candidate| {
            let shown = found.shown(candidate, query.language);
            let record = self.segment.records.get(candidate.article as usize)?;
            let version = &record.versions[shown - self.segment.versions_of(candidate.article as usize).start];
            let piece = version.pieces.get(found.best_piece(candidate, shown)).map(|p| p.text.as_str());
            surest = surest.min(match mode {
                Mode::Hybrid => self.description.calibration.score(candidate),
                Mode::Bm25 | Mode::Dense => candidate.fused,
            });
            let passage = piece.or(version.asks().next()).unwrap_or_default().to_owned();
            Some(Hit { id: record.id.clone(), score: surest, passage })
        };
        found.candidates.iter().take(query.limit).filter_map(hit).collect()
    }

    pub fn thresholds(&self) -> Thresholds {
        self.description.calibration.thresholds
    }

    pub(crate) fn segment(&self) -> &Segment {
        &self.segment
    }

    /// Bytes of all files that a search reads.
    pub fn bytes(&self) -> u64 {
        self.description.files.values().map(|f| f.bytes).sum()
    }

    /// Bytes of the vectors.
    pub fn vector_bytes(&self) -> usize {
        self.segment.vectors.size()
    }
}
