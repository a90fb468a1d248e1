//! Two people changed one article: what does not overlap is joined, what does is shown to whoever came second.

use super::diff::{self, Piece};
use crate::store::articles::Content;
use diffy::{ConflictStyle, MergeOptions};
use kg::Language;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Merged {
    /// `category`, `valid_from`, `valid_until`, `zh.title`, `zh.body`, `zh.questions` and so on.
    pub field: String,
    /// Text that both agree on, and conflicts, in order.
    pub parts: Vec<Part>,
    /// Against what the caller wrote; empty where there is a conflict or nothing came in.
    pub incoming: Vec<Piece>,
}

impl Merged {
    /// With conflicts as the caller wrote them.
    pub fn mine(&self) -> String {
        let part = |p: &Part| match p {
            Part::Text { text } => text.clone(),
            Part::Conflict { mine, .. } => mine.clone(),
        };
        self.parts.iter().map(part).collect::<String>().trim_end_matches('\n').to_owned()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Part {
    Text { text: String },
    Conflict { base: String, mine: String, theirs: String },
}

/// All fields that differ anywhere. An absent text is an empty one.
pub fn merge(base: &Content, mine: &Content, theirs: &Content) -> Vec<Merged> {
    let mut out = Vec::new();
    let mut field = |name: String, parts: &dyn Fn(&str, &str, &str) -> Vec<Part>, of: &dyn Fn(&Content) -> String| {
        let (b, m, t) = (of(base), of(mine), of(theirs));
        if b == m && m == t {
            return;
        }
        let parts = parts(&b, &m, &t);
        let incoming = match parts.as_slice() {
            [] if !m.is_empty() => diff::pieces(&m, ""),
            [Part::Text { text }] if *text != m => diff::pieces(&m, text),
            _ => Vec::new(),
        };
        out.push(Merged { field: name, parts, incoming });
    };
    field("category".into(), &whole, &|c| c.article.category.clone());
    field("valid_from".into(), &whole, &|c| c.valid_from.clone().unwrap_or_default());
    field("valid_until".into(), &whole, &|c| c.valid_until.clone().unwrap_or_default());
    for language in Language::ALL {
        let code = language.code();
        let text = |c: &Content| c.article.versions.get(&language).cloned();
        field(format!("{code}.title"), &whole, &|c| text(c).map(|t| t.title).unwrap_or_default());
        field(format!("{code}.body"), &lines, &|c| text(c).map(|t| t.body).unwrap_or_default());
        field(format!("{code}.questions"), &set, &|c| text(c).map(|t| t.questions.join("\n")).unwrap_or_default());
    }
    out
}

fn text(text: impl Into<String>) -> Vec<Part> {
    let text = text.into();
    if text.is_empty() { Vec::new() } else { vec![Part::Text { text }] }
}

/// A field that is changed as a whole.
fn whole(base: &str, mine: &str, theirs: &str) -> Vec<Part> {
    if theirs == base || theirs == mine {
        text(mine)
    } else if mine == base {
        text(theirs)
    } else {
        vec![Part::Conflict { base: base.into(), mine: mine.into(), theirs: theirs.into() }]
    }
}

/// A list in which the order says little: additions and removals of both.
fn set(base: &str, mine: &str, theirs: &str) -> Vec<Part> {
    let list = |s: &str| s.lines().map(str::to_owned).collect::<Vec<_>>();
    let (base, mut out, theirs) = (list(base), list(mine), list(theirs));
    out.retain(|q| theirs.contains(q) || !base.contains(q));
    for q in theirs {
        if !base.contains(&q) && !out.contains(&q) {
            out.push(q);
        }
    }
    text(out.join("\n"))
}

fn lines(base: &str, mine: &str, theirs: &str) -> Vec<Part> {
    // The library says conflicts with marker lines; these are longer than anything that the texts have.
    let longest = [base, mine, theirs]
        .iter()
        .flat_map(|t| t.lines())
        .map(|l| l.chars().take_while(|c| "<|=>".contains(*c)).count())
        .max()
        .unwrap_or(0);
    let length = longest.max(6) + 1;
    // A text whose last line has no end would differ from one that goes on after it.
    let ended = |t: &str| if t.is_empty() { String::new() } else { format!("{}\n", t.trim_end_matches('\n')) };
    let merged = MergeOptions::new().set_conflict_marker_length(length).set_conflict_style(ConflictStyle::Diff3).merge(
        &ended(base),
        &ended(mine),
        &ended(theirs),
    );
    match merged {
        Ok(merged) => text(merged.trim_end_matches('\n')),
        Err(marked) => conflicts(&marked, length),
    }
}

fn conflicts(marked: &str, length: usize) -> Vec<Part> {
    #[derive(PartialEq)]
    enum In {
        Text,
        Mine,
        Base,
        Theirs,
    }
    let marker = |c: char| c.to_string().repeat(length);
    let (open, middle, turn, close) = (marker('<'), marker('|'), marker('='), marker('>'));
    let mut parts = Vec::new();
    let mut at = In::Text;
    let (mut plain, mut mine, mut base, mut theirs) = (String::new(), String::new(), String::new(), String::new());
    for line in marked.split_inclusive('\n') {
        match at {
            In::Text if line.starts_with(&open) => {
                parts.extend(text(std::mem::take(&mut plain)));
                at = In::Mine;
            }
            In::Mine if line.starts_with(&middle) => at = In::Base,
            In::Mine | In::Base if line.starts_with(&turn) => at = In::Theirs,
            In::Theirs if line.starts_with(&close) => {
                let (base, mine, theirs) =
                    (std::mem::take(&mut base), std::mem::take(&mut mine), std::mem::take(&mut theirs));
                parts.push(Part::Conflict { base, mine, theirs });
                at = In::Text;
            }
            In::Text => plain.push_str(line),
            In::Mine => mine.push_str(line),
            In::Base => base.push_str(line),
            In::Theirs => theirs.push_str(line),
        }
    }
    parts.extend(text(plain));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conflict(base: &str, mine: &str, theirs: &str) -> Part {
        Part::Conflict { base: base.into(), mine: mine.into(), theirs: theirs.into() }
    }

    #[test]
    fn what_does_not_overlap_is_joined() {
        let base = "一段。\n\n二段。\n\n三段。";
        assert_eq!(
            lines(base, "一段改。\n\n二段。\n\n三段。", "一段。\n\n二段。\n\n三段也改。"),
            text("一段改。\n\n二段。\n\n三段也改。")
        );
        assert_eq!(lines(base, base, "一段。"), text("一段。"));
        assert_eq!(lines(base, "", base), []);
        assert_eq!(whole("a", "a", "b"), text("b"));
        assert_eq!(set("a\nb\nc", "b\nc\nd", "a\nc\ne"), text("c\nd\ne"));
    }

    #[test]
    fn what_overlaps_is_shown() {
        let parts = lines("头\n中\n尾", "头\n我的\n尾", "头\n你的\n尾");
        assert_eq!(
            parts,
            [
                Part::Text { text: "头\n".into() },
                conflict("中\n", "我的\n", "你的\n"),
                Part::Text { text: "尾\n".into() }
            ]
        );
        assert_eq!(whole("a", "b", "c"), [conflict("a", "b", "c")]);
        // One deletes what the other rewrites.
        assert_eq!(
            lines("甲\n乙", "甲", "甲\n乙乙"),
            [Part::Text { text: "甲\n".into() }, conflict("乙\n", "", "乙乙\n")]
        );
    }

    #[test]
    fn a_text_that_looks_like_a_conflict() {
        let odd = "<<<<<<< mine\nx\n=======\ny\n>>>>>>> theirs\nz";
        assert_eq!(lines(odd, odd, &odd.replace('z', "zz")), text(odd.replace('z', "zz")));
        let parts = lines(odd, &odd.replace('z', "1"), &odd.replace('z', "2"));
        assert_eq!(parts.last(), Some(&conflict("z\n", "1\n", "2\n")));
    }
}
