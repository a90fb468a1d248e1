//! Word search: one small tantivy index per language, in memory, rebuilt from the articles.
//!
//! The query is a Boolean "should" of terms built by hand: tantivy's `QueryParser` would read a Chinese
//! question as a phrase, and a customer's brackets and colons as syntax.

use crate::KnowledgeError;
use crate::tokens;
use std::collections::{HashMap, HashSet};
use tantivy::collector::TopDocs;
use tantivy::directory::RamDirectory;
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, IndexSettings, ReloadPolicy, Searcher, TantivyDocument, Term};

const TITLE_BOOST: f32 = 1.0;
const QUESTIONS_BOOST: f32 = 0.6;
const BODY_BOOST: f32 = 1.0;
/// Terms of one query that are looked up, rarest first; bounds the work for a pasted wall of text.
const MAX_TERMS: usize = 48;
const MAX_HITS: usize = 96;
const WRITER_BYTES: usize = 15_000_000;

/// One passage as the index sees it.
pub struct Document {
    /// Number of the article version that it belongs to, for `overlap`.
    pub version: usize,
    pub title: String,
    pub questions: String,
    pub body: String,
}

pub struct WordIndex {
    searcher: Searcher,
    fields: [(Field, f32); 3],
    vocabulary: HashMap<String, Known>,
    /// Sorted term numbers of each article version.
    terms_of: HashMap<usize, Vec<u32>>,
    rarest: f32,
}

#[derive(Clone, Copy)]
struct Known {
    id: u32,
    idf: f32,
}

/// A customer's text in the terms of one index.
pub struct WordQuery {
    known: Vec<(String, Known)>,
    /// Sum of idf over all distinct terms; a term that no article holds counts as much as the rarest.
    mass: f32,
}

impl WordIndex {
    /// The document numbers that `search` returns are positions in `documents`.
    pub fn build(documents: &[Document]) -> Result<WordIndex, KnowledgeError> {
        let mut schema = Schema::builder();
        // Terms arrive tokenised and are only split at blanks.
        let indexing =
            TextFieldIndexing::default().set_tokenizer("whitespace").set_index_option(IndexRecordOption::WithFreqs);
        let options = TextOptions::default().set_indexing_options(indexing);
        let title = schema.add_text_field("title", options.clone());
        let questions = schema.add_text_field("questions", options.clone());
        let body = schema.add_text_field("body", options);
        let mut writer = Index::builder()
            .schema(schema.build())
            .settings(IndexSettings::default())
            .single_segment_index_writer(RamDirectory::create(), WRITER_BYTES)?;

        let mut vocabulary: HashMap<String, (u32, u32)> = HashMap::new();
        let mut terms_of: HashMap<usize, Vec<u32>> = HashMap::new();
        for document in documents {
            let mut added = TantivyDocument::default();
            let mut distinct = HashSet::new();
            for (field, text) in [(title, &document.title), (questions, &document.questions), (body, &document.body)] {
                let terms = tokens::terms(text);
                added.add_text(field, terms.join(" "));
                distinct.extend(terms);
            }
            writer.add_document(added)?;
            let ids = terms_of.entry(document.version).or_default();
            for term in distinct {
                let next = vocabulary.len() as u32;
                let (id, documents) = vocabulary.entry(term).or_insert((next, 0));
                *documents += 1;
                ids.push(*id);
            }
        }
        for ids in terms_of.values_mut() {
            ids.sort_unstable();
            ids.dedup();
        }
        let index = writer.finalize()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let idf = |n: u32| {
            let (n, all) = (n as f32, documents.len() as f32);
            (1.0 + (all - n + 0.5) / (n + 0.5)).ln()
        };
        Ok(WordIndex {
            searcher: reader.searcher(),
            fields: [(title, TITLE_BOOST), (questions, QUESTIONS_BOOST), (body, BODY_BOOST)],
            vocabulary: vocabulary.into_iter().map(|(t, (id, n))| (t, Known { id, idf: idf(n) })).collect(),
            terms_of,
            rarest: idf(1),
        })
    }

    pub fn query(&self, terms: &[String]) -> WordQuery {
        let mut distinct: Vec<&String> = terms.iter().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let mut known = Vec::new();
        let mut mass = 0.0;
        for term in distinct {
            match self.vocabulary.get(term) {
                Some(k) => {
                    mass += k.idf;
                    known.push((term.clone(), *k));
                }
                None => mass += self.rarest,
            }
        }
        known.sort_by(|a, b| b.1.idf.total_cmp(&a.1.idf).then_with(|| a.0.cmp(&b.0)));
        known.truncate(MAX_TERMS);
        WordQuery { known, mass }
    }

    /// Best documents with BM25 divided by the query's own mass: about 1 when everything asked stands in the
    /// document, 0 when nothing does, whatever the length of the question.
    pub fn search(&self, query: &WordQuery) -> Result<Vec<(usize, f32)>, KnowledgeError> {
        if query.known.is_empty() {
            return Ok(Vec::new());
        }
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::with_capacity(query.known.len() * 3);
        for (term, _) in &query.known {
            for (field, boost) in self.fields {
                let leaf = TermQuery::new(Term::from_field_text(field, term), IndexRecordOption::WithFreqs);
                clauses.push((Occur::Should, Box::new(BoostQuery::new(Box::new(leaf), boost))));
            }
        }
        let hits =
            self.searcher.search(&BooleanQuery::new(clauses), &TopDocs::with_limit(MAX_HITS).order_by_score())?;
        let scale = 1.0 / (query.mass * (TITLE_BOOST + QUESTIONS_BOOST + BODY_BOOST));
        Ok(hits.into_iter().map(|(score, at)| (at.doc_id as usize, score * scale)).collect())
    }

    /// Share of the question, weighted by how telling its terms are, that the article version holds anywhere.
    pub fn overlap(&self, query: &WordQuery, version: usize) -> f32 {
        let Some(ids) = self.terms_of.get(&version) else {
            return 0.0;
        };
        if query.mass <= 0.0 {
            return 0.0;
        }
        let held: f32 = query.known.iter().filter(|(_, k)| ids.binary_search(&k.id).is_ok()).map(|(_, k)| k.idf).sum();
        held / query.mass
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn document(version: usize, title: &str, body: &str) -> Document {
        Document { version, title: title.into(), questions: String::new(), body: body.into() }
    }

    #[test]
    fn finds_chinese_questions_and_ignores_query_syntax() {
        let index = WordIndex::build(&[
            document(0, "怎么申请退货", "在订单里点申请退货。"),
            document(1, "发票在哪里下载", "电子发票在订单详情里。"),
            document(2, "Shipping fees", "Orders over 99 yuan ship free."),
        ])
        .unwrap();
        for (text, best) in [("怎么退货", 0), ("我的发票呢", 1), ("ship:fee AND (\"title:*", 2), ("SHIPPED?", 2)]
        {
            let hits = index.search(&index.query(&tokens::terms(text))).unwrap();
            assert_eq!(hits.first().map(|h| h.0), Some(best), "{text}");
        }
        let nothing = index.query(&tokens::terms("quantum"));
        assert!(index.search(&nothing).unwrap().is_empty());
        assert_eq!(index.overlap(&nothing, 0), 0.0);
        let all = index.query(&tokens::terms("申请退货"));
        assert!((index.overlap(&all, 0) - 1.0).abs() < 1e-6);
        assert!(index.overlap(&all, 1) < 0.1);
    }

    #[test]
    fn an_empty_index_answers_nothing() {
        let index = WordIndex::build(&[]).unwrap();
        assert!(index.search(&index.query(&tokens::terms("退货"))).unwrap().is_empty());
    }
}
