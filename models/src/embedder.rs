//! The handle that the other crates hold: caches in front of the batcher in front of the encoder.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::adapter::Adaptation;
use crate::batcher::{Batcher, Limits, Reply};
use crate::cache::{Files, Key, Recent, as_kept};
use half::f16;

use crate::encoder::{Encoder, Layers, Reading};
use crate::states::States;
use crate::tokens::Tokens;
use crate::{Embedding, Kind, ModelError, Precision};

/// Tokens in one batch. More would not be faster for each, only later for those who wait.
const BATCH_TOKENS: usize = 256;
/// Texts whose vectors stay in memory (1.5 KB each).
const RECENT: usize = 4096;
/// Texts whose states stay in memory, where they are short (about 20 KB each): those of examples, for the next training.
const RECENT_STATES: usize = 1024;
const SHORT: usize = 64;

#[derive(Debug, Clone)]
pub struct EmbedderOptions {
    /// Directory of the encoder.
    pub encoder: PathBuf,
    pub adaptation: Adaptation,
    /// Files of embeddings computed before; all are read, the last is appended to.
    pub cache: Vec<PathBuf>,
    /// Requests that may wait before `embed` refuses.
    pub queue: usize,
    /// Threads for one batch.
    pub threads: usize,
    pub precision: Precision,
}

/// What is asked of the encoder's thread: the vector of a text, and the states of some layers.
type Ask = (Tokens, Layers);
type Answer = (Embedding, Vec<f16>);

struct Inner {
    reading: Arc<Reading>,
    telling: Layers,
    batcher: Batcher<Ask, Answer>,
    recent: Recent,
    states: Recent<States>,
    files: Files,
}

#[derive(Clone)]
pub struct Embedder {
    inner: Arc<Inner>,
}

impl Embedder {
    /// Loads the encoder (well under a second) and starts its thread.
    pub fn start(options: &EmbedderOptions) -> Result<Embedder, ModelError> {
        let (encoder, reading) = Encoder::open_with(&options.encoder, &options.adaptation, options.precision)?;
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads.max(1))
            .thread_name(|i| format!("encoder-{i}"))
            .build()
            .map_err(|e| ModelError::Failed(e.to_string()))?;
        let limits = Limits { queue: options.queue, budget: BATCH_TOKENS, weigh: |ask: &Ask| ask.0.len() };
        let telling = encoder.telling();
        let read = move |asked: Vec<Ask>| {
            let texts: Vec<(&Tokens, Layers)> = asked.iter().map(|(tokens, layers)| (tokens, *layers)).collect();
            pool.install(|| encoder.read(&texts))
        };
        let batcher = Batcher::start("encoder", limits, read).map_err(|e| ModelError::Failed(e.to_string()))?;
        let files = Files::open(&options.cache, reading.dimension);
        Ok(Embedder {
            inner: Arc::new(Inner {
                reading,
                telling,
                batcher,
                recent: Recent::new(RECENT),
                states: Recent::new(RECENT_STATES),
                files,
            }),
        })
    }

    pub fn dimension(&self) -> usize {
        self.inner.reading.dimension
    }

    /// Tells encoders (model and languages) apart: what was computed or trained with another id does not fit.
    pub fn id(&self) -> &str {
        &self.inner.reading.id
    }

    fn key(&self, kind: Kind, text: &str) -> Key {
        Key::new(self.id(), kind, text)
    }

    fn known(&self, key: &Key) -> Option<Embedding> {
        self.inner.recent.get(key).or_else(|| {
            let found = self.inner.files.get(key)?;
            self.inner.recent.put(*key, found.clone());
            Some(found)
        })
    }

    /// The vector of a text that somebody waits for; `Overloaded` when too many wait.
    pub async fn embed(&self, text: &str, kind: Kind) -> Result<Embedding, ModelError> {
        let key = self.key(kind, text);
        if let Some(found) = self.known(&key) {
            return Ok(found);
        }
        let tokens = self.inner.reading.tokens(text, kind)?;
        let (vector, _) = self.inner.batcher.ask((tokens, Layers::NONE)).await?;
        self.inner.recent.put(key, vector.clone());
        Ok(vector)
    }

    /// The vector of a text that somebody waits for and the states of its pieces, from one pass of the encoder.
    pub async fn read(&self, text: &str, kind: Kind) -> Result<(Embedding, States), ModelError> {
        let (tokens, spans) = self.inner.reading.spanned(text, kind)?;
        let (vector, states) = self.inner.batcher.ask((tokens, self.inner.telling)).await?;
        self.inner.recent.put(self.key(kind, text), vector.clone());
        Ok((vector, States::new(spans, &states, self.width())))
    }

    /// Numbers in the state of one piece.
    pub fn width(&self) -> usize {
        self.inner.telling.count() * self.dimension()
    }

    /// The states of many texts, in their order, behind all who wait; `progress` hears how many are done. Their vectors
    /// are kept as `embed_all` keeps them; states are too large for that.
    pub async fn states_all(
        &self,
        texts: &[String],
        kind: Kind,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Vec<States>, ModelError> {
        let keys: Vec<Key> = texts.iter().map(|text| self.key(kind, text)).collect();
        let mut found: Vec<Option<States>> = keys.iter().map(|key| self.inner.states.get(key)).collect();
        let mut todo = Vec::new();
        for (i, text) in texts.iter().enumerate().filter(|(i, _)| found[*i].is_none()) {
            let (tokens, spans) = self.inner.reading.spanned(text, kind)?;
            todo.push((i, tokens, spans));
        }
        todo.sort_by_key(|(_, tokens, _)| tokens.len());
        let mut done = texts.len() - todo.len();
        progress(done);
        let mut running: VecDeque<(usize, Vec<Range<usize>>, Reply<Answer>)> = VecDeque::new();
        let mut todo = todo.into_iter();
        loop {
            if running.len() < BATCH_TOKENS
                && let Some((i, tokens, spans)) = todo.next()
            {
                running.push_back((i, spans, self.inner.batcher.submit((tokens, self.inner.telling)).await?));
                continue;
            }
            let Some((i, spans, reply)) = running.pop_front() else {
                break;
            };
            let (vector, states) = reply.get().await?;
            self.inner.files.put(keys[i], &vector);
            self.inner.recent.put(keys[i], as_kept(&vector));
            let states = States::new(spans, &states, self.width());
            if states.spans.len() <= SHORT {
                self.inner.states.put(keys[i], states.clone());
            }
            found[i] = Some(states);
            done += 1;
            progress(done);
        }
        found.into_iter().map(|v| v.ok_or(ModelError::Stopped)).collect()
    }

    /// The vectors of a few texts that somebody waits for, in one batch: a message and its parts.
    pub async fn embed_together(&self, texts: &[String], kind: Kind) -> Result<Vec<Embedding>, ModelError> {
        let keys: Vec<Key> = texts.iter().map(|text| self.key(kind, text)).collect();
        let mut vectors: Vec<Option<Embedding>> = keys.iter().map(|key| self.known(key)).collect();
        let missing: Vec<usize> = (0..texts.len()).filter(|i| vectors[*i].is_none()).collect();
        if !missing.is_empty() {
            let mut inputs = Vec::with_capacity(missing.len());
            for i in &missing {
                inputs.push((self.inner.reading.tokens(&texts[*i], kind)?, Layers::NONE));
            }
            let replies = self.inner.batcher.ask_all(inputs)?;
            for (i, reply) in missing.into_iter().zip(replies) {
                let (vector, _) = reply.get().await?;
                self.inner.recent.put(keys[i], vector.clone());
                vectors[i] = Some(vector);
            }
        }
        vectors.into_iter().map(|v| v.ok_or(ModelError::Stopped)).collect()
    }

    /// The vectors of many texts, in their order, behind all who wait; `progress` hears how many are done. What is
    /// computed here is kept in the cache file, so the same content costs nothing the next time.
    pub async fn embed_all(
        &self,
        texts: &[String],
        kind: Kind,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Vec<Embedding>, ModelError> {
        let keys: Vec<Key> = texts.iter().map(|text| self.key(kind, text)).collect();
        let mut vectors: Vec<Option<Embedding>> = keys.iter().map(|key| self.known(key)).collect();
        let mut places: HashMap<Key, Vec<usize>> = HashMap::new();
        for (i, key) in keys.iter().enumerate().filter(|(i, _)| vectors[*i].is_none()) {
            places.entry(*key).or_default().push(i);
        }
        let mut done = texts.len() - places.values().map(Vec::len).sum::<usize>();
        progress(done);
        let mut todo: Vec<(Key, Tokens)> = Vec::with_capacity(places.len());
        for (key, places) in &places {
            todo.push((*key, self.inner.reading.tokens(&texts[places[0]], kind)?));
        }
        // Texts of one length share their attention; the rest of the order is that of the texts, always the same.
        todo.sort_by_key(|(key, tokens)| (tokens.len(), places[key][0]));

        let mut running: VecDeque<(Key, Reply<Answer>)> = VecDeque::new();
        let mut todo = todo.into_iter();
        loop {
            if running.len() < BATCH_TOKENS
                && let Some((key, tokens)) = todo.next()
            {
                running.push_back((key, self.inner.batcher.submit((tokens, Layers::NONE)).await?));
                continue;
            }
            let Some((key, reply)) = running.pop_front() else {
                break;
            };
            // As it will be read from the file: what is trained on it must not depend on whether it was there.
            let vector = as_kept(&reply.get().await?.0);
            self.inner.files.put(key, &vector);
            for &i in &places[&key] {
                vectors[i] = Some(vector.clone());
                done += 1;
            }
            progress(done);
        }
        vectors.into_iter().map(|v| v.ok_or(ModelError::Stopped)).collect()
    }
}
