//! Text to token numbers, with any of the two tokenizers that an encoder directory can hold.

use std::ops::Range;
use std::path::Path;

use tokenizers::{
    AddedToken, DecoderWrapper, NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper, Tokenizer, TokenizerImpl,
};

use crate::prune::TokenizerRules;
use crate::unigram::SortedUnigram;

type Pruned =
    TokenizerImpl<SortedUnigram, NormalizerWrapper, PreTokenizerWrapper, PostProcessorWrapper, DecoderWrapper>;

/// No piece has more than 16 characters; the rest allows for characters that normalisation takes out. What lies behind
/// `limit * LONGEST_PIECE` characters cannot reach the first `limit` tokens of an honest text.
const LONGEST_PIECE: usize = 40;

enum Inner {
    Pruned(Box<Pruned>),
    Whole(Box<Tokenizer>),
}

/// A text that is ready for the encoder: token numbers with the special tokens, cut to the encoder's length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens(pub(crate) Vec<u32>);

impl Tokens {
    #[allow(clippy::len_without_is_empty)] // never empty: the special tokens are always there
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

pub struct TextTokenizer {
    inner: Inner,
    limit: usize,
}

impl TextTokenizer {
    pub fn pruned(model: SortedUnigram, rules: &[u8], limit: usize) -> Result<Self, String> {
        let rules: TokenizerRules = serde_json::from_slice(rules).map_err(|e| e.to_string())?;
        let parse = |e: serde_json::Error| e.to_string();
        let normalizer: NormalizerWrapper = serde_json::from_value(rules.normalizer).map_err(parse)?;
        let pre_tokenizer: PreTokenizerWrapper = serde_json::from_value(rules.pre_tokenizer).map_err(parse)?;
        let post_processor: PostProcessorWrapper = serde_json::from_value(rules.post_processor).map_err(parse)?;
        let added: Vec<AddedToken> = serde_json::from_value(rules.added_tokens).map_err(parse)?;
        let mut tokenizer: Pruned = TokenizerImpl::new(model);
        tokenizer
            .with_normalizer(Some(normalizer))
            .map_err(|e| e.to_string())?
            .with_pre_tokenizer(Some(pre_tokenizer))
            .with_post_processor(Some(post_processor));
        tokenizer.add_special_tokens(added).map_err(|e| e.to_string())?;
        Ok(TextTokenizer { inner: Inner::Pruned(Box::new(tokenizer)), limit })
    }

    pub fn whole(file: &Path, limit: usize) -> Result<Self, String> {
        let mut tokenizer = Tokenizer::from_file(file).map_err(|e| e.to_string())?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|e| e.to_string())?;
        Ok(TextTokenizer { inner: Inner::Whole(Box::new(tokenizer)), limit })
    }

    /// What can reach the first `limit` tokens.
    fn head<'t>(&self, text: &'t str) -> &'t str {
        &text[..text.char_indices().nth(self.limit * LONGEST_PIECE).map_or(text.len(), |(at, _)| at)]
    }

    fn cut(&self, mut ids: Vec<u32>) -> Tokens {
        if ids.len() > self.limit {
            let last = ids[ids.len() - 1];
            ids.truncate(self.limit - 1);
            ids.push(last);
        }
        Tokens(ids)
    }

    /// Keeps the first tokens and the closing one when the text is too long.
    pub fn tokens(&self, text: &str) -> Result<Tokens, String> {
        let text = self.head(text);
        let encoding = match &self.inner {
            Inner::Pruned(t) => t.encode_fast(text, true),
            Inner::Whole(t) => t.encode_fast(text, true),
        };
        Ok(self.cut(encoding.map_err(|e| e.to_string())?.get_ids().to_vec()))
    }

    /// The tokens, and where in `text` each comes from: a byte range on character boundaries without white space
    /// around it; empty for special tokens and for what stands before `from`.
    pub fn spanned(&self, text: &str, from: usize) -> Result<(Tokens, Vec<Range<usize>>), String> {
        let text = self.head(text);
        let encoding = match &self.inner {
            Inner::Pruned(t) => t.encode(text, true),
            Inner::Whole(t) => t.encode(text, true),
        };
        let encoding = encoding.map_err(|e| e.to_string())?;
        let span = |&(start, end): &(usize, usize)| -> Range<usize> {
            let Some(piece) = text.get(start.max(from)..end) else { return 0..0 };
            let start = end - piece.trim_start().len();
            start..start + piece.trim().len()
        };
        let mut spans: Vec<Range<usize>> = encoding.get_offsets().iter().map(span).collect();
        let tokens = self.cut(encoding.get_ids().to_vec());
        if spans.len() > tokens.len() {
            spans.truncate(tokens.len() - 1);
            spans.push(0..0);
        }
        Ok((tokens, spans))
    }

    /// The pieces as text, for tests and tools.
    pub fn pieces(&self, text: &str) -> Result<Vec<String>, String> {
        let encoding = match &self.inner {
            Inner::Pruned(t) => t.encode(text, true),
            Inner::Whole(t) => t.encode(text, true),
        };
        Ok(encoding.map_err(|e| e.to_string())?.get_tokens().to_vec())
    }
}
