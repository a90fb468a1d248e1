//! How fast a large base is searched, for the example `scale` (`make bench`). Texts and vectors are made, not written by people: embedding a
//! million real passages takes hours, and a search does not care what the words mean. Words have the frequencies of natural
//! language (Zipf), two characters in Chinese; vectors lie in groups, as those of real articles do; a question shares some words
//! and its direction with one passage.

use crate::folder::{Bulk, Index};
use crate::markdown::Piece;
use crate::segment::{Record, RecordVersion, VersionVectors};
use crate::vectors::Question;
use crate::{KnowledgeError, Mode, Query};
use kg::Language;
use serde::Serialize;
use std::path::Path;
use std::time::{Duration, Instant};

const DIMENSION: usize = 384;
const VOCABULARY: usize = 30_000;
/// Passages of one topic.
const TOPIC: usize = 40;
/// Passages whose questions are asked.
const ASKED: usize = 500;

#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub made_up: &'static str,
    pub passages: usize,
    pub build_seconds: f64,
    pub open_seconds: f64,
    pub index_bytes: u64,
    pub vector_bytes: usize,
    /// Of one search on one core, without embedding the question.
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub slowest_ms: f64,
    /// The same by the processor time of the searching thread, which other programs of the machine do not lengthen.
    pub cpu_p50_ms: f64,
    pub cpu_p99_ms: f64,
    pub bm25_p99_ms: f64,
    pub dense_p99_ms: f64,
    /// Share of the ten nearest rows by exact comparison that the first pass by signs keeps.
    pub first_pass_recall: f64,
    /// Share of the questions whose passage comes first.
    pub hit_1: f64,
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between 0 and 1.
    fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        (self.part() * n as f64) as usize
    }

    /// About normal: the sum of four evenly spread ones.
    fn normal(&mut self) -> f32 {
        ((0..4).map(|_| self.part()).sum::<f64>() - 2.0) as f32 * 1.73
    }

    /// Rank r with a frequency of about 1 / r.
    fn zipf(&mut self) -> usize {
        ((VOCABULARY as f64).powf(self.part()) as usize).min(VOCABULARY) - 1
    }

    fn vector(&mut self) -> Vec<f32> {
        (0..DIMENSION).map(|_| self.normal()).collect()
    }
}

fn word(language: Language, rank: usize) -> String {
    let mut random = Random(rank as u64 * 2 + u64::from(language == Language::Zh));
    match language {
        // About three thousand characters are in use, some of them far more often.
        Language::Zh => {
            (0..2).filter_map(|_| char::from_u32(0x4e00 + (3_000f64.powf(random.part()) as u32) * 7)).collect()
        }
        Language::En => {
            let syllables = 1 + random.below(3);
            let letters = |random: &mut Random, of: &[u8]| char::from(of[random.below(of.len())]);
            (0..=syllables)
                .flat_map(|_| [letters(&mut random, b"bcdfghklmnprstvw"), letters(&mut random, b"aeiou")])
                .collect()
        }
    }
}

/// Everything about a passage follows from its number.
struct Passage {
    language: Language,
    words: Vec<usize>,
    vector: Vec<f32>,
}

fn passage(number: usize) -> Passage {
    let language = if number.is_multiple_of(2) { Language::Zh } else { Language::En };
    let mut random = Random(number as u64 ^ 0x5eed);
    let topic = Random((number / TOPIC) as u64 ^ 0x7091c).vector();
    let own = random.vector();
    let vector = topic.iter().zip(&own).map(|(t, o)| 0.8 * t + o).collect();
    let words = (0..40 + random.below(30)).map(|_| random.zipf()).collect();
    Passage { language, words, vector }
}

fn text(language: Language, words: &[usize]) -> String {
    let words: Vec<String> = words.iter().map(|w| word(language, *w)).collect();
    match language {
        Language::Zh => words.chunks(6).map(|c| c.concat()).collect::<Vec<_>>().join("，"),
        Language::En => words.join(" "),
    }
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.iter_mut().for_each(|x| *x /= length);
    vector
}

/// Processor time of this thread so far; the clock where the system does not tell.
fn processor(started: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|t| t.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| started.elapsed(), Duration::from_nanos)
}

/// A question about a passage: four of its words among others, near it in meaning.
fn question(number: usize) -> (Language, String, Vec<f32>) {
    let p = passage(number);
    let mut random = Random(number as u64 ^ 0xa5ced);
    let mut words: Vec<usize> = (0..4).map(|_| p.words[random.below(p.words.len())]).collect();
    words.extend((0..4).map(|_| random.zipf()));
    let vector = p.vector.iter().map(|x| x + 0.9 * random.normal()).collect();
    (p.language, text(p.language, &words), unit(vector))
}

/// Times by the clock and by the processor, in order, and questions whose passage came first.
type Measured = (Vec<Duration>, Vec<Duration>, usize);

/// Builds an index of `passages` passages in `folder` and searches it.
pub fn run(passages: usize, folder: &Path, progress: &dyn Fn(usize)) -> Result<Report, KnowledgeError> {
    let started = Instant::now();
    let mut bulk = Bulk::new(folder, DIMENSION)?;
    for number in 0..passages {
        let p = passage(number);
        let piece = Piece { heading: None, text: text(p.language, &p.words) };
        let version =
            RecordVersion { language: p.language, title: String::new(), questions: Vec::new(), pieces: vec![piece] };
        let record = Record { id: number.to_string(), category: String::new(), versions: vec![version] };
        let vectors = VersionVectors { pieces: vec![unit(p.vector).into()], asks: Vec::new() };
        bulk.add(&record, &[vectors])?;
        if number % 1_000 == 0 {
            progress(number);
        }
    }
    bulk.finish()?;
    let build_seconds = started.elapsed().as_secs_f64();
    progress(passages);
    let started = Instant::now();
    let index = Index::open(folder)?;
    let open_seconds = started.elapsed().as_secs_f64();

    let step = (passages / ASKED).max(1);
    let asked: Vec<usize> =
        (0..passages).step_by(step).take(ASKED).map(|n| (n + n / step % 2).min(passages - 1)).collect();
    let questions: Vec<_> = asked.iter().map(|n| question(*n)).collect();
    let measure = |mode: Mode| -> Measured {
        let (mut hits, mut cpu) = (0, Vec::with_capacity(asked.len()));
        let begun = Instant::now();
        let mut times: Vec<Duration> = Vec::with_capacity(asked.len());
        for (number, (language, text, vector)) in asked.iter().zip(&questions) {
            let query = Query { text, embedding: vector, language: *language, limit: 5 };
            let (started, before) = (Instant::now(), processor(begun));
            let found = index.search(&query, mode);
            times.push(started.elapsed());
            cpu.push(processor(begun).saturating_sub(before));
            if found.first().is_some_and(|h| h.id == number.to_string()) {
                hits += 1;
            }
        }
        times.sort_unstable();
        cpu.sort_unstable();
        (times, cpu, hits)
    };
    measure(Mode::Hybrid); // the pages of the files come into memory
    let ((bm25, ..), (dense, ..)) = (measure(Mode::Bm25), measure(Mode::Dense));
    let (hybrid, cpu, hits) = measure(Mode::Hybrid);
    let ms = |times: &[Duration], share: f64| {
        let at = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        times.get(at).map_or(0.0, |t| t.as_secs_f64() * 1e3)
    };
    Ok(Report {
        made_up: "texts of words with natural frequencies and vectors in groups, not of people",
        passages,
        build_seconds,
        open_seconds,
        index_bytes: index.bytes(),
        vector_bytes: index.vector_bytes(),
        p50_ms: ms(&hybrid, 0.5),
        p99_ms: ms(&hybrid, 0.99),
        slowest_ms: ms(&hybrid, 1.0),
        cpu_p50_ms: ms(&cpu, 0.5),
        cpu_p99_ms: ms(&cpu, 0.99),
        bm25_p99_ms: ms(&bm25, 0.99),
        dense_p99_ms: ms(&dense, 0.99),
        first_pass_recall: recall(&index, &questions),
        hit_1: hits as f64 / asked.len().max(1) as f64,
    })
}

fn recall(index: &Index, questions: &[(Language, String, Vec<f32>)]) -> f64 {
    let segment = index.segment();
    if segment.vectors.is_small() {
        return 1.0;
    }
    let (mut kept, mut all) = (0usize, 0usize);
    for (language, _, vector) in questions.iter().step_by(10) {
        let Some(question) = Question::new(&segment.centres, vector, *language) else { continue };
        let mut rows: Vec<(f32, u32)> =
            (0..segment.vectors.len()).map(|r| (segment.vectors.cosine(&question, r), r as u32)).collect();
        rows.select_nth_unstable_by(10, |a, b| b.0.total_cmp(&a.0));
        let near = segment.vectors.nearest_by_signs(&question);
        kept += rows[..10].iter().filter(|(_, row)| near.contains(row)).count();
        all += 10;
    }
    kept as f64 / all.max(1) as f64
}
