//! The text of PDF files. Pages carry no paragraphs, only lines: they are joined again where a sentence goes on.

use super::plain::{Block, document};
use super::{Taken, said};

pub fn read(name: &str, bytes: &[u8]) -> Taken {
    // The reader is known to panic on damaged fonts and tables.
    let text = match std::panic::catch_unwind(|| pdf_extract::extract_text_from_mem(bytes)) {
        Ok(Ok(text)) => text,
        Ok(Err(e)) => {
            return Taken::nothing(said(
                format!("PDF 读不出来，可能不完整或有密码（{e}）"),
                format!("the PDF cannot be read; it may be incomplete or have a password ({e})"),
            ));
        }
        Err(_) => return Taken::nothing(said("PDF 已损坏，读不出来", "the PDF is damaged and cannot be read")),
    };
    let blocks = blocks(&text);
    if blocks.is_empty() {
        return Taken::nothing(said(
            "PDF 里没有文字，可能是扫描件；请先做文字识别",
            "there is no text in the PDF; if it is a scan, recognise its text first",
        ));
    }
    document(name, blocks)
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = String::new();
    let close = |open: &mut String, blocks: &mut Vec<Block>| {
        if !open.trim().is_empty() {
            blocks.push(Block { level: 0, text: open.trim().to_owned() });
        }
        open.clear();
    };
    for line in text.lines() {
        let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
        // A lone number is the page's.
        if line.is_empty() || line.bytes().all(|b| b.is_ascii_digit()) {
            if ends(&open) {
                close(&mut open, &mut blocks);
            }
            continue;
        }
        if let Some(level) = heading(&line) {
            close(&mut open, &mut blocks);
            blocks.push(Block { level, text: line });
            continue;
        }
        if begins(&line) {
            close(&mut open, &mut blocks);
        }
        match open.chars().last() {
            None => {}
            Some('-') if line.starts_with(|c: char| c.is_ascii_lowercase()) => {
                open.pop();
            }
            Some(last) if crate::tokens::is_han(last) || "，、；：（“".contains(last) => {}
            Some(_) => open.push(' '),
        }
        open.push_str(&line);
    }
    close(&mut open, &mut blocks);
    blocks
}

fn ends(text: &str) -> bool {
    text.trim_end().ends_with(['.', '!', '?', ':', '。', '！', '？', '：', '；', ')', '）'])
}

/// "Q:", "问：", "- ", "1) ".
fn begins(line: &str) -> bool {
    let lower = line.to_lowercase();
    let marked =
        ["q:", "a:", "q：", "a：", "问：", "答：", "问:", "答:", "- ", "• ", "● "].iter().any(|m| lower.starts_with(m));
    let numbered = line.trim_start_matches(|c: char| c.is_ascii_digit());
    marked || (numbered.len() < line.len() && numbered.starts_with([')', '）', '、']))
}

/// "1. Returns", "2.3 Refunds", "第三章 退货", "一、退货": short, numbered and not a sentence.
fn heading(line: &str) -> Option<u8> {
    if line.chars().count() > 60 || line.ends_with(['.', '。', ';', '；', ',', '，', ':', '：']) {
        return None;
    }
    if line.starts_with('第') && line.chars().take(6).any(|c| "章节条部分".contains(c)) {
        return Some(1);
    }
    if line.chars().take(3).any(|c| c == '、') && line.starts_with(|c: char| "一二三四五六七八九十".contains(c))
    {
        return Some(1);
    }
    let number: String = line.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let rest = line[number.len()..].trim_start();
    let parts = number.trim_end_matches('.').split('.').filter(|p| !p.is_empty() && p.len() <= 2).count();
    let titled = rest.starts_with(|c: char| c.is_uppercase() || crate::tokens::is_han(c));
    (number.contains('.') && (1..=3).contains(&parts) && titled).then_some(parts as u8)
}
