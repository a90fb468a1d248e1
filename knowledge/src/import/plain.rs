//! Text without structure of its own: questions and answers by their marks ("Q:", "问："), else sections by headings.

use super::{Found, Taken, said};

/// A paragraph, and how it stood in the document.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// 1 for the highest heading; 0 for text.
    pub level: u8,
    /// Markdown for text, plain for headings.
    pub text: String,
}

/// A section that is longer is cut at paragraphs.
const LONGEST: usize = 6_000;

pub fn read(name: &str, text: &str) -> Taken {
    let blocks = text.split("\n\n").map(|p| p.trim()).filter(|p| !p.is_empty());
    document(name, blocks.map(|text| Block { level: 0, text: text.to_owned() }).collect())
}

/// A document as articles: pairs of questions and answers where they are marked as such, else a section each.
pub fn document(name: &str, blocks: Vec<Block>) -> Taken {
    let mut taken = Taken::default();
    if blocks.iter().all(|b| b.level > 0) {
        taken.reason = Some(said("没有可读的文字", "there is no text in it that can be read"));
        return taken;
    }
    let pairs = marked(name, &blocks);
    taken.found = if pairs.len() >= 2 { pairs } else { sections(name, &blocks) };
    taken
}

enum Mark {
    Question,
    Answer,
}

/// "Q3: …", "Q. …", "问：…", "答：…", "Question 2: …".
fn mark(line: &str) -> Option<(Mark, &str)> {
    const MARKS: [(&str, bool); 8] = [
        ("question", true),
        ("answer", false),
        ("问题", true),
        ("回答", false),
        ("问", true),
        ("答", false),
        ("q", true),
        ("a", false),
    ];
    let bare = line.trim().trim_start_matches(['#', '*', ' ', '-']);
    for (word, question) in MARKS {
        let Some(start) = bare.get(..word.len()).filter(|s| s.eq_ignore_ascii_case(word)) else { continue };
        let rest =
            bare[start.len()..].trim_start().trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('*');
        if let Some(text) = rest.trim_start().strip_prefix([':', '：', '.', '、', '．']) {
            let text = text.trim_matches(['*', ' ']);
            return Some((if question { Mark::Question } else { Mark::Answer }, text));
        }
    }
    None
}

fn marked(name: &str, blocks: &[Block]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut category = String::new();
    let mut open = false;
    for block in blocks {
        let mut lines = String::new();
        for line in block.text.lines() {
            match mark(line) {
                Some((Mark::Question, text)) => {
                    close(&mut found, open, &mut lines);
                    found.push(Found {
                        source: name.to_owned(),
                        title: text.to_owned(),
                        category: category.clone(),
                        ..Found::default()
                    });
                    open = true;
                }
                Some((Mark::Answer, text)) if open => {
                    lines.push_str(text);
                    lines.push('\n');
                }
                _ if block.level > 0 => {
                    category = line.trim().to_owned();
                    open = false;
                }
                _ => {
                    lines.push_str(line);
                    lines.push('\n');
                }
            }
        }
        close(&mut found, open, &mut lines);
    }
    found.retain(|f| !f.body.trim().is_empty());
    found
}

/// What was read belongs to the question that is open; before the first one it belongs to nothing.
fn close(found: &mut [Found], open: bool, lines: &mut String) {
    if let (true, Some(last)) = (open, found.last_mut()) {
        if !last.body.is_empty() && !lines.trim().is_empty() {
            last.body.push_str("\n\n");
        }
        last.body.push_str(lines.trim());
    }
    lines.clear();
}

fn sections(name: &str, blocks: &[Block]) -> Vec<Found> {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let file = file.rsplit_once('.').map_or(file, |s| s.0).replace(['_', '-'], " ");
    // One highest heading is the document's title; what lies below it divides.
    let mut levels: Vec<u8> = blocks.iter().map(|b| b.level).filter(|l| *l > 0).collect();
    levels.sort_unstable();
    let top = levels.first().copied().unwrap_or(0);
    let single = levels.iter().filter(|l| **l == top).count() == 1;
    let cut = levels.iter().copied().find(|l| !single || *l > top).unwrap_or(top);
    let mut found: Vec<Found> = Vec::new();
    let mut document = file;
    let mut current: Option<Found> = None;
    for block in blocks {
        if block.level == top && single && top > 0 {
            document = block.text.clone();
        } else if block.level > 0 && block.level <= cut {
            found.extend(current.take());
            current = Some(Found { source: name.to_owned(), title: block.text.clone(), ..Found::default() });
        } else {
            let title = if found.is_empty() { document.clone() } else { String::new() };
            let open = current.get_or_insert_with(|| Found { source: name.to_owned(), title, ..Found::default() });
            if !open.body.is_empty() {
                open.body.push_str("\n\n");
            }
            let deeper = usize::from(block.level.saturating_sub(cut)).min(4) + 1;
            match block.level {
                0 => open.body.push_str(&block.text),
                _ => open.body.push_str(&format!("{} {}", "#".repeat(deeper), block.text)),
            }
        }
    }
    found.extend(current);
    found.retain(|f| !f.body.trim().is_empty());
    let several = found.len() > 1;
    let found = found.into_iter().flat_map(parts);
    found.map(|f| if several { Found { category: document.clone(), ..f } } else { f }).collect()
}

fn parts(found: Found) -> Vec<Found> {
    if found.body.chars().count() <= LONGEST {
        return vec![found];
    }
    let mut bodies: Vec<String> = vec![String::new()];
    for paragraph in found.body.split("\n\n") {
        let length = paragraph.chars().count();
        let open = bodies.last().map_or(0, |b| b.chars().count());
        if open > 0 && open + length > LONGEST {
            bodies.push(String::new());
        }
        if let Some(last) = bodies.last_mut() {
            if !last.is_empty() {
                last.push_str("\n\n");
            }
            last.push_str(paragraph);
        }
    }
    let many = bodies.len();
    let part = |(at, body)| Found {
        title: if many > 1 { format!("{} ({}/{many})", found.title, at + 1) } else { found.title.clone() },
        body,
        ..found.clone()
    };
    bodies.into_iter().enumerate().map(part).collect()
}
