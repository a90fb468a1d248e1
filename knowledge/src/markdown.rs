//! An article's Markdown as safe HTML for pages and as plain passages for search and answers.

use kg::Language;
use pulldown_cmark::{CowStr, Event, Options, Parser, Tag, TagEnd, html};
use serde::{Deserialize, Serialize};

/// HTML for a page. Raw HTML in the Markdown is shown as text, and a link or image that is not http, https or
/// relative loses its address: editors are trusted with words, not with scripts.
pub fn body_html(body: &str) -> String {
    let mut dropped = Vec::new();
    let events = Parser::new_ext(body, options()).filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Link { ref dest_url, .. } | Tag::Image { ref dest_url, .. }) => {
            let safe = is_safe_url(dest_url);
            dropped.push(!safe);
            safe.then_some(event)
        }
        Event::End(TagEnd::Link | TagEnd::Image) => (!dropped.pop().unwrap_or(false)).then_some(event),
        other => Some(other),
    });
    let mut out = String::with_capacity(body.len() * 3 / 2);
    html::push_html(&mut out, events);
    out
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH
}

/// Browsers drop control characters and blanks before they look for a scheme, so they are dropped here too.
fn is_safe_url(url: &str) -> bool {
    let url: String = url.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    match url.find([':', '/', '?', '#', '\\']) {
        Some(at) if url[at..].starts_with(':') => {
            matches!(url[..at].to_ascii_lowercase().as_str(), "http" | "https")
        }
        _ => true,
    }
}

/// One answer-sized piece of an article, plain text with line breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piece {
    /// Headings above it, outermost first; without the article's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<String>,
    pub text: String,
}

/// The same for text without markup: split at line ends, then at sentences.
pub fn plain_pieces(text: &str, language: Language) -> Vec<Piece> {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned);
    pieces_of(vec![Section { heading: None, blocks: lines.collect() }], language)
}

/// Splits at headings, then at paragraphs, then at sentences, so that no piece is longer than a chat answer
/// (350 characters of Chinese, 180 words of English): an ordinary article is one piece and answers as a whole. Tiny
/// neighbours are joined.
pub fn pieces(body: &str, language: Language) -> Vec<Piece> {
    pieces_of(sections_of(body), language)
}

fn pieces_of(split: Vec<Section>, language: Language) -> Vec<Piece> {
    let mut sections: Vec<Piece> = Vec::new();
    for section in split {
        let mut text = String::new();
        for block in section.blocks.iter().flat_map(|b| split_block(b, language)) {
            let joined = weight(&text, language) + weight(&block, language);
            if !text.is_empty() && joined > limit(language) {
                sections.push(Piece { heading: section.heading.clone(), text: std::mem::take(&mut text) });
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&block);
        }
        if !text.is_empty() {
            sections.push(Piece { heading: section.heading, text });
        }
    }
    join_tiny(sections, language)
}

fn limit(language: Language) -> usize {
    match language {
        Language::Zh => 350,
        Language::En => 180,
    }
}

/// Characters for Chinese, words for English; eight letters count as a word, so that an endless "word" is long too.
fn weight(text: &str, language: Language) -> usize {
    let characters = text.chars().filter(|c| !c.is_whitespace()).count();
    match language {
        Language::Zh => characters,
        Language::En => text.split_whitespace().count().max(characters / 8),
    }
}

struct Section {
    heading: Option<String>,
    blocks: Vec<String>,
}

fn sections_of(body: &str) -> Vec<Section> {
    let mut writer = Blocks { sections: vec![Section { heading: None, blocks: Vec::new() }], ..Blocks::default() };
    for event in Parser::new_ext(body, options()) {
        writer.take(event);
    }
    writer.end_block();
    writer.sections
}

/// Turns Markdown events into plain blocks; a list item or a table row is a block of its own.
#[derive(Default)]
struct Blocks {
    sections: Vec<Section>,
    line: String,
    /// One per open list: the next number, or `None` for bullets.
    lists: Vec<Option<u64>>,
}

impl Blocks {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(t) | Event::Code(t) | Event::Html(t) | Event::InlineHtml(t) => self.push(&t),
            Event::SoftBreak | Event::HardBreak => self.soft_break(),
            Event::Start(Tag::List(first)) => {
                self.end_block();
                self.lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                self.end_block();
                self.lists.pop();
            }
            Event::Start(Tag::Item) => {
                self.end_block();
                self.line = match self.lists.last_mut() {
                    Some(Some(n)) => {
                        *n += 1;
                        format!("{}. ", *n - 1)
                    }
                    _ => "• ".to_owned(),
                };
            }
            Event::Start(Tag::Heading { .. }) => self.end_block(),
            Event::End(TagEnd::Heading(_)) => {
                let heading = std::mem::take(&mut self.line).trim().to_owned();
                self.sections.push(Section { heading: Some(heading), blocks: Vec::new() });
            }
            Event::End(TagEnd::TableCell) => self.line.push_str(" | "),
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableRow
                | TagEnd::TableHead
                | TagEnd::BlockQuote(_)
                | TagEnd::HtmlBlock,
            ) => self.end_block(),
            _ => {}
        }
    }

    fn push(&mut self, text: &CowStr<'_>) {
        self.line.push_str(text);
    }

    /// A line break inside a paragraph is a blank in English and nothing between two Chinese characters.
    fn soft_break(&mut self) {
        if self.line.chars().next_back().is_some_and(|c| c.is_ascii()) {
            self.line.push(' ');
        }
    }

    fn end_block(&mut self) {
        let line = std::mem::take(&mut self.line);
        let line = line.trim().trim_end_matches('|').trim_end();
        if !line.is_empty()
            && line != "•"
            && let Some(section) = self.sections.last_mut()
        {
            section.blocks.push(line.to_owned());
        }
    }
}

/// A block that is too long is cut after sentences, and a sentence that is too long is cut anywhere.
fn split_block(block: &str, language: Language) -> Vec<String> {
    let limit = limit(language);
    if weight(block, language) <= limit {
        return vec![block.to_owned()];
    }
    let mut parts = Vec::new();
    let mut part = String::new();
    for sentence in block.split_inclusive(['。', '！', '？', '；', '.', '!', '?', ';', '\n']) {
        for bit in hard_cut(sentence, limit, language) {
            if !part.is_empty() && weight(&part, language) + weight(&bit, language) > limit {
                parts.push(std::mem::take(&mut part).trim().to_owned());
            }
            part.push_str(&bit);
        }
    }
    parts.push(part.trim().to_owned());
    parts.retain(|p| !p.is_empty());
    parts
}

fn hard_cut(sentence: &str, limit: usize, language: Language) -> Vec<String> {
    if weight(sentence, language) <= limit {
        return vec![sentence.to_owned()];
    }
    let chars: Vec<char> = sentence.chars().collect();
    // Words of one letter and a blank are the densest English there is.
    let step = if language == Language::Zh { limit } else { limit * 2 };
    chars.chunks(step).map(|c| c.iter().collect()).collect()
}

/// A section of one short line answers little by itself and would win by brevity.
fn join_tiny(pieces: Vec<Piece>, language: Language) -> Vec<Piece> {
    let tiny = limit(language) / 7;
    let mut out: Vec<Piece> = Vec::new();
    for piece in pieces {
        if let Some(last) = out.last_mut() {
            let small = weight(&last.text, language).min(weight(&piece.text, language)) < tiny;
            if small && weight(&last.text, language) + weight(&piece.text, language) <= limit(language) {
                if let Some(heading) = piece.heading.filter(|h| last.heading.as_ref() != Some(h)) {
                    last.text.push('\n');
                    last.text.push_str(&heading);
                }
                last.text.push('\n');
                last.text.push_str(&piece.text);
                continue;
            }
        }
        out.push(piece);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(body: &str, language: Language) -> Vec<String> {
        pieces(body, language).into_iter().map(|p| p.text).collect()
    }

    #[test]
    fn plain_text_reads_like_an_answer() {
        let body = "先看**订单**状态，\n再决定：\n\n1. 打开[我的订单](/orders)。\n2. 点`修改`。\n\n- 甲\n  - 乙\n\n| 等级 | 积分 |\n|---|---|\n| 金卡 | 1.5 |";
        assert_eq!(
            texts(body, Language::Zh),
            ["先看订单状态，再决定：\n1. 打开我的订单。\n2. 点修改。\n• 甲\n• 乙\n等级 | 积分\n金卡 | 1.5"]
        );
        assert_eq!(texts("one\ntwo", Language::En), ["one two"]);
        assert!(texts("", Language::En).is_empty());
    }

    #[test]
    fn splits_at_headings_and_keeps_them() {
        let paragraph = "这一段有足够多的字来单独成为一个答案，因为它说明了一件完整的事情：先做什么，再做什么，最后会得到什么结果，以及万一不成的时候应该去找谁帮忙。";
        let body = format!("{paragraph}\n\n## 甲\n\n{paragraph}\n\n## 乙\n\n{paragraph}");
        let pieces = pieces(&body, Language::Zh);
        assert_eq!(pieces.iter().map(|p| p.heading.as_deref()).collect::<Vec<_>>(), [None, Some("甲"), Some("乙")]);
        let joined = texts("Lead.\n\n## Fees\n\nEight yuan.", Language::En);
        assert_eq!(joined, ["Lead.\nFees\nEight yuan."]);
    }

    #[test]
    fn no_piece_is_longer_than_an_answer() {
        let zh = "一句话说完。".repeat(300);
        let en = "One sentence of six words here. ".repeat(200);
        let endless = "字".repeat(3_000);
        let unbroken = "x".repeat(20_000);
        for (body, language) in
            [(&zh, Language::Zh), (&en, Language::En), (&endless, Language::Zh), (&unbroken, Language::En)]
        {
            let all = texts(body, language);
            assert!(all.len() > 3);
            assert!(all.iter().all(|t| weight(t, language) <= limit(language)));
            let kept: usize = all.iter().map(|t| t.chars().filter(|c| !c.is_whitespace()).count()).sum();
            assert_eq!(kept, body.chars().filter(|c| !c.is_whitespace()).count(), "nothing is lost");
        }
    }
}
