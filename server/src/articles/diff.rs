//! A readable diff: lines first, then words inside the lines that changed. A Chinese character is a word.

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use std::time::{Duration, Instant};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    Same,
    Added,
    Removed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Piece {
    pub op: Op,
    pub text: String,
}

/// What stands between two changes and is shorter than this reads better as changed, too.
const ISLAND: usize = 2;

/// Two long texts that have little in common are told apart more coarsely from then on.
const PATIENCE: Duration = Duration::from_millis(200);

pub fn pieces(old: &str, new: &str) -> Vec<Piece> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let mut out = Vec::new();
    let until = Instant::now() + PATIENCE;
    for op in capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(until)) {
        let (a, b) = (old[op.old_range()].concat(), new[op.new_range()].concat());
        match op {
            DiffOp::Equal { .. } => push(&mut out, Op::Same, &a),
            DiffOp::Delete { .. } => push(&mut out, Op::Removed, &a),
            DiffOp::Insert { .. } => push(&mut out, Op::Added, &b),
            DiffOp::Replace { .. } => words(&mut out, &a, &b, until),
        }
    }
    out
}

fn words(out: &mut Vec<Piece>, old: &str, new: &str, until: Instant) {
    let (old, new) = (tokens(old), tokens(new));
    // Changes gather until there is something unchanged that is worth showing as such.
    let (mut removed, mut added) = (String::new(), String::new());
    let ops = capture_diff_slices_deadline(Algorithm::Myers, &old, &new, Some(until));
    let last = ops.len().saturating_sub(1);
    for (i, op) in ops.iter().enumerate() {
        let (a, b) = (old[op.old_range()].concat(), new[op.new_range()].concat());
        if let DiffOp::Equal { .. } = op {
            let island = i > 0 && i < last && a.trim().chars().count() < ISLAND;
            if !island {
                push(out, Op::Removed, &std::mem::take(&mut removed));
                push(out, Op::Added, &std::mem::take(&mut added));
                push(out, Op::Same, &a);
                continue;
            }
        }
        removed.push_str(&a);
        added.push_str(&b);
    }
    push(out, Op::Removed, &removed);
    push(out, Op::Added, &added);
}

fn push(out: &mut Vec<Piece>, op: Op, text: &str) {
    match out.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.op == op => last.text.push_str(text),
        _ => out.push(Piece { op, text: text.to_owned() }),
    }
}

/// Words of letters and digits, runs of blanks, and everything else one by one.
fn tokens(text: &str) -> Vec<&str> {
    #[derive(PartialEq)]
    enum Class {
        Word,
        Blank,
        Alone,
    }
    let class = |c: char| match c {
        c if c.is_whitespace() => Class::Blank,
        // Letters of scripts that write blanks between words.
        c if c.is_alphanumeric() && u32::from(c) < 0x2E80 => Class::Word,
        _ => Class::Alone,
    };
    let mut out = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let end = at + c.len_utf8();
        let goes_on = chars.peek().is_some_and(|(_, next)| class(c) != Class::Alone && class(*next) == class(c));
        if !goes_on {
            out.push(&text[start..end]);
            start = end;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let piece = |p: &Piece| match p.op {
            Op::Same => p.text.clone(),
            Op::Added => format!("[+{}]", p.text),
            Op::Removed => format!("[-{}]", p.text),
        };
        pieces(old, new).iter().map(piece).collect()
    }

    #[test]
    fn words_in_both_languages() {
        assert_eq!(shown("退货需在七天内申请。", "退货需在十五天内申请。"), "退货需在[-七][+十五]天内申请。");
        assert_eq!(
            shown("Refunds take 3 working days.", "Refunds take up to 5 working days."),
            "Refunds take [-3][+up to 5] working days."
        );
        assert_eq!(shown("一\n二\n三\n", "一\n三\n四\n"), "一\n[-二\n]三\n[+四\n]");
        assert_eq!(shown("same", "same"), "same");
        assert_eq!(shown("", "new"), "[+new]");
    }

    #[test]
    fn nothing_is_lost() {
        for (old, new) in
            [("甲乙丙丁", "丁丙乙甲"), ("a b\tc\n\nd", "a  b c\nd e"), ("x\n", ""), ("漢字 kana かな", "かな 漢字")]
        {
            let side = |without: Op| -> String {
                pieces(old, new).iter().filter(|p| p.op != without).map(|p| p.text.as_str()).collect()
            };
            assert_eq!((side(Op::Added).as_str(), side(Op::Removed).as_str()), (old, new));
        }
        // Even of texts that are too long and too different to be told apart word by word.
        let long = |seed: u32| -> String {
            (0..20_000).filter_map(|n: u32| char::from_u32(0x4E00 + n.wrapping_mul(seed) % 6_000)).collect()
        };
        let (old, new) = (long(7_919), long(104_729));
        let removed: String =
            pieces(&old, &new).iter().filter(|p| p.op != Op::Added).map(|p| p.text.as_str()).collect();
        assert_eq!(removed, old);
    }
}
