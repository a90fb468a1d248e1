//! Word documents (Office Open XML, ECMA-376 part 1): paragraphs, headings by their style, lists and tables.

use super::plain::{Block, document};
use super::{Taken, said};
use roxmltree::{Document, Node};
use std::collections::HashMap;
use std::io::{Cursor, Read as _};
use zip::ZipArchive;

const MAX_XML: u64 = 60 * 1024 * 1024;

pub fn read(name: &str, bytes: &[u8]) -> Taken {
    let broken = |e: String| {
        Taken::nothing(said(
            format!("文档打不开，可能不完整或有密码（{e}）"),
            format!("the document cannot be opened: {e}"),
        ))
    };
    let mut archive = match ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive,
        Err(e) => return broken(e.to_string()),
    };
    let text = match part(&mut archive, "word/document.xml") {
        Ok(Some(text)) => text,
        Ok(None) => {
            return Taken::nothing(said(
                "不是 Word 文档；压缩包请用 .zip 作扩展名",
                "not a Word document; archives of files must be called .zip",
            ));
        }
        Err(e) => return broken(e),
    };
    let styles = part(&mut archive, "word/styles.xml").ok().flatten().map(|s| heading_styles(&s)).unwrap_or_default();
    let parsed = match Document::parse(&text) {
        Ok(parsed) => parsed,
        Err(e) => return broken(e.to_string()),
    };
    let mut blocks = Vec::new();
    if let Some(body) = parsed.root_element().children().find(|n| is(n, "body")) {
        walk(body, &styles, &mut blocks, 0);
    }
    document(name, blocks)
}

fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Option<String>, String> {
    let entry = match archive.by_name(name) {
        Ok(entry) => entry,
        Err(zip::result::ZipError::FileNotFound) => return Ok(None),
        Err(e) => return Err(e.to_string()),
    };
    let mut text = String::new();
    entry.take(MAX_XML + 1).read_to_string(&mut text).map_err(|e| e.to_string())?;
    if text.len() as u64 > MAX_XML { Err("too large".to_owned()) } else { Ok(Some(text)) }
}

fn is(node: &Node<'_, '_>, name: &str) -> bool {
    node.tag_name().name() == name
}

/// The value of a `w:val`, whatever prefix the file uses.
fn value<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    node.attributes().find(|a| a.name() == "val").map(|a| a.value())
}

/// Style ids differ by the language of Word ("Heading1", "1", "berschrift1"); the names inside are the same everywhere.
fn heading_styles(text: &str) -> HashMap<String, u8> {
    let Ok(parsed) = Document::parse(text) else { return HashMap::new() };
    let mut styles = HashMap::new();
    for style in parsed.root_element().children().filter(|n| is(n, "style")) {
        let id = style.attributes().find(|a| a.name() == "styleId").map(|a| a.value());
        let name = style.children().find(|n| is(n, "name")).and_then(value).unwrap_or("").to_lowercase();
        let outline =
            style.descendants().find(|n| is(n, "outlineLvl")).and_then(value).and_then(|v| v.parse::<u8>().ok());
        let level = match name.as_str() {
            "title" => Some(1),
            other => other.strip_prefix("heading ").and_then(|n| n.parse::<u8>().ok()).or(outline.map(|o| o + 1)),
        };
        if let (Some(id), Some(level @ 1..=9)) = (id, level) {
            styles.insert(id.to_owned(), level);
        }
    }
    styles
}

fn walk(parent: Node<'_, '_>, styles: &HashMap<String, u8>, blocks: &mut Vec<Block>, depth: usize) {
    if depth > 20 {
        return;
    }
    for node in parent.children() {
        match node.tag_name().name() {
            "p" => paragraph(node, styles, blocks),
            "tbl" => blocks.extend(table(node).map(|text| Block { level: 0, text })),
            // Content controls and tracked insertions hold paragraphs too.
            "sdt" | "sdtContent" | "ins" | "customXml" => walk(node, styles, blocks, depth + 1),
            _ => {}
        }
    }
}

fn paragraph(node: Node<'_, '_>, styles: &HashMap<String, u8>, blocks: &mut Vec<Block>) {
    let text = runs(node);
    if text.trim().is_empty() {
        return;
    }
    let properties = node.children().find(|n| is(n, "pPr"));
    let of = |name: &str| properties.and_then(|p| p.children().find(|n| is(n, name)));
    let style = of("pStyle").and_then(value).unwrap_or("");
    let level = styles.get(style).copied().unwrap_or(0);
    if level > 0 {
        blocks.push(Block { level, text: text.split_whitespace().collect::<Vec<_>>().join(" ") });
        return;
    }
    if of("numPr").is_none() {
        blocks.push(Block { level: 0, text: text.trim().to_owned() });
        return;
    }
    let item = format!("- {}", text.trim());
    match blocks.last_mut() {
        Some(last) if last.level == 0 && last.text.starts_with("- ") => {
            last.text.push('\n');
            last.text.push_str(&item);
        }
        _ => blocks.push(Block { level: 0, text: item }),
    }
}

fn runs(node: Node<'_, '_>) -> String {
    let mut text = String::new();
    for inner in node.descendants() {
        match inner.tag_name().name() {
            "t" => text.push_str(inner.text().unwrap_or("")),
            "tab" if inner.parent().is_some_and(|p| is(&p, "r")) => text.push('\t'),
            "br" | "cr" => text.push('\n'),
            _ => {}
        }
    }
    text
}

fn table(node: Node<'_, '_>) -> Option<String> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for row in node.children().filter(|n| is(n, "tr")) {
        let cell = |c: Node<'_, '_>| {
            let lines: Vec<String> = c.children().filter(|n| is(n, "p")).map(runs).collect();
            lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
        };
        rows.push(row.children().filter(|n| is(n, "tc")).map(cell).collect());
    }
    let width = rows.iter().map(Vec::len).max().filter(|w| *w > 0)?;
    let line = |row: &Vec<String>| {
        let cells = (0..width).map(|at| row.get(at).map_or("", String::as_str));
        format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    lines.insert(1, format!("|{}", " --- |".repeat(width)));
    Some(lines.join("\n"))
}
