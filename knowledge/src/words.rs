//! Word search: one tantivy index per language, in memory or in a folder.
//!
//! All words of a passage, its title and its questions stand in one field: of everything that was tried, BM25 over one
//! field finds best, and tantivy can skip blocks of it (block-max WAND) as long as a query is a plain "should" of terms.
//! The query is built by hand: tantivy's `QueryParser` would read a Chinese question as a phrase, and a customer's
//! brackets and colons as syntax.

use crate::{KnowledgeError, tokens};
use std::collections::HashMap;
use std::path::Path;
use tantivy::collector::TopDocs;
use tantivy::directory::{MmapDirectory, RamDirectory};
use tantivy::query::{Bm25StatisticsProvider, BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{
    Directory, Index, IndexSettings, ReloadPolicy, Searcher, SingleSegmentIndexWriter, TantivyDocument, Term,
};

/// Terms of one query that are looked up, rarest first; bounds the work for a pasted wall of text.
const MAX_TERMS: usize = 48;
const MAX_HITS: usize = 96;
const WRITER_BYTES: usize = 15_000_000;
/// From so many documents on, a term that more than this share of them holds is left out when others say more.
const LARGE: u64 = 50_000;
const COMMON: f64 = 0.05;
/// Telling terms that are always kept.
const MIN_TERMS: usize = 4;

/// Adds documents; their numbers count from 0.
pub struct WordWriter {
    inner: SingleSegmentIndexWriter,
    field: Field,
}

pub struct WordIndex {
    searcher: Searcher,
    field: Field,
}

/// A customer's text in the terms of some indexes.
pub struct WordQuery {
    /// Rarest first, with idf.
    terms: Vec<(String, f32)>,
    /// Sum of idf over all distinct terms; a term that no article holds counts as much as the rarest.
    mass: f32,
}

fn schema() -> (Schema, Field) {
    let mut schema = Schema::builder();
    // Terms arrive tokenised and are only split at blanks.
    let indexing =
        TextFieldIndexing::default().set_tokenizer("whitespace").set_index_option(IndexRecordOption::WithFreqs);
    let field = schema.add_text_field("all", TextOptions::default().set_indexing_options(indexing));
    (schema.build(), field)
}

impl WordWriter {
    pub fn in_memory() -> Result<WordWriter, KnowledgeError> {
        Self::new(RamDirectory::create())
    }

    pub fn in_folder(folder: &Path) -> Result<WordWriter, KnowledgeError> {
        std::fs::create_dir_all(folder).map_err(|e| KnowledgeError::file(folder, &e))?;
        Self::new(MmapDirectory::open(folder).map_err(tantivy::TantivyError::from)?)
    }

    fn new(directory: impl Into<Box<dyn Directory>>) -> Result<WordWriter, KnowledgeError> {
        let (schema, field) = schema();
        let builder = Index::builder().schema(schema).settings(IndexSettings::default());
        Ok(WordWriter { inner: builder.single_segment_index_writer(directory, WRITER_BYTES)?, field })
    }

    pub fn add(&mut self, text: &str) -> Result<(), KnowledgeError> {
        let mut terms = String::with_capacity(text.len() * 2);
        tokens::visit(text, &mut |term| {
            terms.push_str(term);
            terms.push(' ');
        });
        let mut document = TantivyDocument::default();
        document.add_text(self.field, terms);
        Ok(self.inner.add_document(document)?)
    }

    pub fn finish(self) -> Result<WordIndex, KnowledgeError> {
        WordIndex::of(&self.inner.finalize()?)
    }
}

impl WordIndex {
    pub fn open(folder: &Path) -> Result<WordIndex, KnowledgeError> {
        Self::of(&Index::open_in_dir(folder)?)
    }

    fn of(index: &Index) -> Result<WordIndex, KnowledgeError> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let field = index.schema().get_field("all")?;
        Ok(WordIndex { searcher: reader.searcher(), field })
    }

    pub fn documents(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Best documents with BM25 divided by the query's own mass: about 1 when everything asked stands in the
    /// document, 0 when nothing does, whatever the length of the question.
    pub fn search(&self, query: &WordQuery, statistics: &Statistics<'_>) -> Result<Vec<(u32, f32)>, KnowledgeError> {
        if query.terms.is_empty() {
            return Ok(Vec::new());
        }
        let leaf = |(term, _): &(String, f32)| -> (Occur, Box<dyn Query>) {
            let term = Term::from_field_text(self.field, term);
            (Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)))
        };
        let clauses = BooleanQuery::new(query.terms.iter().map(leaf).collect());
        let collector = TopDocs::with_limit(MAX_HITS).order_by_score();
        let hits = self.searcher.search_with_statistics_provider(&clauses, &collector, statistics)?;
        Ok(hits.into_iter().map(|(score, at)| (at.doc_id, score / query.mass)).collect())
    }
}

/// How common words are in several indexes together.
pub struct Statistics<'a>(pub Vec<&'a WordIndex>);

impl Bm25StatisticsProvider for Statistics<'_> {
    fn total_num_tokens(&self, field: Field) -> tantivy::Result<u64> {
        self.0.iter().map(|index| index.searcher.total_num_tokens(field)).sum()
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        self.0.iter().map(|index| index.searcher.total_num_docs()).sum()
    }

    fn doc_freq(&self, term: &Term) -> tantivy::Result<u64> {
        self.0.iter().map(|index| index.searcher.doc_freq(term)).sum()
    }
}

impl Statistics<'_> {
    pub fn query(&self, terms: &[String]) -> Result<WordQuery, KnowledgeError> {
        let (_, field) = schema();
        let all: u64 = self.0.iter().map(|index| index.documents()).sum();
        let idf = |n: u64| (1.0 + (all.saturating_sub(n) as f32 + 0.5) / (n as f32 + 0.5)).ln();
        let mut distinct: Vec<&String> = terms.iter().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let mut known = Vec::new();
        let mut mass = 0.0;
        for term in distinct {
            let n = self.doc_freq(&Term::from_field_text(field, term))?;
            mass += idf(n.max(1));
            if n > 0 {
                known.push((term.clone(), idf(n), n));
            }
        }
        known.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        known.truncate(MAX_TERMS);
        if all > LARGE {
            let telling = known.iter().filter(|k| (k.2 as f64) <= COMMON * all as f64).count().max(MIN_TERMS);
            known.truncate(telling);
        }
        Ok(WordQuery { terms: known.into_iter().map(|(term, idf, _)| (term, idf)).collect(), mass })
    }
}

impl WordQuery {
    /// Share of the question, weighted by how telling its terms are, that some texts hold.
    pub fn overlap<'a>(&self, texts: impl Iterator<Item = &'a str>) -> f32 {
        if self.mass <= 0.0 || self.terms.is_empty() {
            return 0.0;
        }
        let mut open: HashMap<&str, f32> = self.terms.iter().map(|(term, idf)| (term.as_str(), *idf)).collect();
        let mut held = 0.0;
        for text in texts {
            tokens::visit(text, &mut |term| held += open.remove(term).unwrap_or(0.0));
        }
        held / self.mass
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn index(texts: &[&str]) -> WordIndex {
        let mut writer = WordWriter::in_memory().unwrap();
        texts.iter().for_each(|t| writer.add(t).unwrap());
        writer.finish().unwrap()
    }

    fn search(indexes: &[&WordIndex], text: &str) -> Vec<Vec<(u32, f32)>> {
        let statistics = Statistics(indexes.to_vec());
        let query = statistics.query(&tokens::terms(text)).unwrap();
        indexes.iter().map(|i| i.search(&query, &statistics).unwrap()).collect()
    }

    const TEXTS: [&str; 3] = [
        "怎么申请退货 在订单里点申请退货。",
        "发票在哪里下载 电子发票在订单详情里。",
        "Shipping fees Orders over 99 yuan ship free.",
    ];

    #[test]
    fn finds_chinese_questions_and_ignores_query_syntax() {
        let all = index(&TEXTS);
        for (text, best) in [("怎么退货", 0), ("我的发票呢", 1), ("ship:fee AND (\"title:*", 2), ("SHIPPED?", 2)]
        {
            assert_eq!(search(&[&all], text)[0].first().map(|h| h.0), Some(best), "{text}");
        }
        assert!(search(&[&all], "quantum")[0].is_empty());
        let statistics = Statistics(vec![&all]);
        let overlap =
            |asked: &str, text: &str| statistics.query(&tokens::terms(asked)).unwrap().overlap(std::iter::once(text));
        assert!((overlap("申请退货", TEXTS[0]) - 1.0).abs() < 1e-6);
        assert!(overlap("申请退货", TEXTS[1]) < 0.1);
        assert_eq!(overlap("quantum", TEXTS[2]), 0.0);
    }

    #[test]
    fn two_indexes_score_like_one() {
        let whole = search(&[&index(&TEXTS)], "订单退货");
        let parts = search(&[&index(&TEXTS[..1]), &index(&TEXTS[1..])], "订单退货");
        assert!((whole[0][0].1 - parts[0][0].1).abs() < 1e-6);
        assert!((whole[0][1].1 - parts[1][0].1).abs() < 1e-6);
    }

    #[test]
    fn an_empty_index_answers_nothing() {
        assert!(search(&[&index(&[])], "退货")[0].is_empty());
    }
}
