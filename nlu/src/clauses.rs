//! Several wishes in one message: "帮我取消订单，另外发票怎么开？".
//!
//! `segments` cuts where marks and connectives allow it; `join` puts together again what is no wish of its own, judged by what
//! the intent model says of each piece and of the whole.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::intent::Guess;
use crate::text::{is_han, pattern};
use crate::understanding::FALLBACK;

/// What stands before a segment, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Joint {
    /// A comma or a bare "and".
    Weak,
    /// The end of a sentence.
    Sentence,
    /// "另外", "by the way".
    Connective,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Segment {
    /// Bytes of the text, without the connective.
    pub range: Range<usize>,
    pub joint: Joint,
}

/// When a cut is kept. Chosen by `clauses/choice.rs` on pairs of our own examples that training had not seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    /// Least confidence of a clause behind a connective, and of one behind a comma or the end of a sentence.
    pub marked: f32,
    pub unmarked: f32,
    /// From this probability of the other clause's intent on, two clauses are about one thing.
    pub near: f32,
    /// The same for the cosine to the mean of the other intent's examples, where a comma or "and" stands between: "return it
    /// and get my money back".
    pub kin: f32,
    /// When the whole is surer than this of one intent, a comma cuts nothing.
    pub whole: f32,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { marked: 0.3, unmarked: 0.6, near: 0.05, kin: 0.2, whole: 0.8 }
    }
}

/// Longer texts are stories; they are read whole.
const MAX_CHARS: usize = 400;
const MAX_SEGMENTS: usize = 8;

static CONNECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^[\s,，、：:]*(?:",
        r"另外(?:还有|再|我?还?想问(?:一?下)?|请问)?|还有(?:就是|一个问题|个问题|一件事|件事|一点)?|此外|除此之外|顺便(?:再|也)?(?:问(?:一?下|问)?|帮我看看)?|对了|再有|再一个|再就是|再问(?:一?下)?|再请问",
        r"|还想(?:再)?(?:问|知道|了解)(?:一?下)?|还要问(?:一?下)?|同时|并且|以及|然后(?:再|呢)?|接着|其次|第二|最后|也想问(?:一?下)?|再说|完了",
        r"|(?:and |oh |also |but )*(?:also|plus|besides|additionally|in addition|by the way|btw|another (?:question|thing)(?: is)?|one more (?:question|thing)|furthermore|moreover|secondly|on top of that|while (?:i|you|we)(?:['’]re|['’]m| are| am)? at it|as well as|last(?:ly)?|finally)\b",
        r")[\s,，、：:\-]*",
    ))
});
/// Says nothing by itself.
static HELLO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^\s*(?:请问|你好|您好|亲|嗨|哈喽|(?:hi|hello|hey)(?: there)?\b)[\s,，。.!！~]*"));
/// A bare "and": cuts like a comma.
static AND: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^[\s,，、]*(?:and then|then|and|oh)\b[\s,，、]*"));
/// Belongs to what stands before.
static TAIL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\s*(?:(?:该|要)?(?:怎么办|咋办|怎么回事|怎么弄|怎么处理|什么情况)|谢谢你?|多谢|拜托了?|帮帮我|可以吗|行吗|好吗",
        r"|what now|what (?:should|can|do) i do|what happened|how come|please help|can you help(?: me)?|thanks?(?: you)?(?: so much| a lot)?|cheers|please|too)[\s?？。.!！~]*$",
    ))
});
static CUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)(?P<sentence>[。！!？?；;\n]+|\.(?:\s+|$))|(?P<weak>[，,])",
        // Within a sentence part, before these words.
        r"|(?P<before>另外|还有|顺便|并且|以及|同时|此外|然后|再帮我|再给我|再把|再问|也帮我|还想问|还要问)",
        r"|(?P<word>\s(?:and also|and then|and|also|plus|by the way|btw|as well as)\s)",
    ))
});
/// "还有货吗", "还有多久": something is left, nothing is added.
const LEFT: &[&str] =
    &["货", "多久", "几", "多少", "没有", "没", "现货", "库存", "优惠", "机会", "别的", "其他", "多长"];

/// The pieces of a text that may be wishes of their own; none when there is only one. `denied` ranges are left out.
pub(crate) fn segments(text: &str, denied: &[Range<usize>]) -> Vec<Segment> {
    if text.chars().nth(MAX_CHARS).is_some() {
        return Vec::new();
    }
    let mut all = cut(text, denied, Joint::Weak);
    if all.len() > MAX_SEGMENTS {
        all = cut(text, denied, Joint::Sentence);
    }
    if (2..=MAX_SEGMENTS).contains(&all.len()) { all } else { Vec::new() }
}

fn cut(text: &str, denied: &[Range<usize>], least: Joint) -> Vec<Segment> {
    let mut found: Vec<Segment> = Vec::new();
    let (mut start, mut joint) = (0, Joint::Weak);
    let mut carried = Joint::Weak;
    let mut push = |range: Range<usize>, joint: Joint| {
        let (range, joint) = strip(text, range, joint.max(carried));
        // "One more thing, …": a connective with a comma behind it.
        carried = if range.is_empty() { joint } else { Joint::Weak };
        let weight = weight(&said(text, &range, denied));
        match found.last_mut() {
            // "请问，…", "…，谢谢": too little to be read alone.
            Some(last)
                if weight < 4
                    || TAIL.is_match(&text[range.clone()])
                    || joint < least
                    || self::weight(&said(text, &last.range, denied)) < 4 =>
            {
                if !range.is_empty() {
                    last.range.end = range.end;
                }
            }
            _ if range.is_empty() => {}
            _ => found.push(Segment { range, joint }),
        }
    };
    for c in CUT.captures_iter(text) {
        let Some(whole) = c.get(0) else { continue };
        if whole.start() < start {
            continue;
        }
        if c.name("sentence").is_some() {
            // The mark stays: a question mark says much.
            push(start..whole.end(), joint);
            (start, joint) = (whole.end(), Joint::Sentence);
        } else if c.name("weak").is_some() {
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let number = digit(text[..whole.start()].chars().next_back()) && digit(text[whole.end()..].chars().next());
            if !number {
                push(start..whole.start(), joint);
                (start, joint) = (whole.end(), Joint::Weak);
            }
        } else if c.name("word").is_some() {
            push(start..whole.start(), joint);
            (start, joint) = (whole.start() + 1, Joint::Weak);
        } else {
            let left = whole.as_str() == "还有" && LEFT.iter().any(|w| text[whole.end()..].starts_with(w));
            if !left && whole.start() > start {
                push(start..whole.start(), joint);
                (start, joint) = (whole.start(), Joint::Weak);
            }
        }
    }
    push(start..text.len(), joint);
    found.retain(|s| said(text, &s.range, denied).chars().any(char::is_alphanumeric));
    found
}

/// Without its connective, which makes the joint a stronger one.
fn strip(text: &str, range: Range<usize>, joint: Joint) -> (Range<usize>, Joint) {
    let words = &text[range.clone()];
    let (mut skip, mut joint) = (words.len() - words.trim_start().len(), joint);
    if let Some(m) = CONNECTIVE.find(words)
        && !(m.as_str().trim_end().ends_with("还有") && LEFT.iter().any(|w| words[m.end()..].starts_with(w)))
    {
        (skip, joint) = (m.end(), Joint::Connective);
    } else if let Some(m) = AND.find(words).or_else(|| HELLO.find(words)) {
        skip = m.end();
    }
    let end = range.start + words.trim_end().len();
    let start = (range.start + skip).min(end);
    (start..end, joint)
}

/// The words of a segment without those that are denied.
pub(crate) fn said(text: &str, range: &Range<usize>, denied: &[Range<usize>]) -> String {
    let inside: Vec<Range<usize>> = denied
        .iter()
        .filter(|d| d.start < range.end && d.end > range.start)
        .map(|d| d.start.max(range.start) - range.start..d.end.min(range.end) - range.start)
        .collect();
    let words = &text[range.clone()];
    if inside.is_empty() { words.to_owned() } else { crate::negation::without(words, &inside) }
}

/// A Chinese character says about as much as two letters.
pub(crate) fn weight(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).map(|c| if is_han(c) { 2 } else { 1 }).sum()
}

/// Segments that are one clause. `lead` is the one that says what is wanted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    pub range: Range<usize>,
    pub lead: usize,
    /// First and last segment.
    pub segments: (usize, usize),
}

/// Sentences of several segments, as first and last segment; but not the whole text, which is read anyway.
pub(crate) fn sentences(segments: &[Segment]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (i, segment) in segments.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if segment.joint == Joint::Weak => run.1 = i,
            _ => runs.push((i, i)),
        }
    }
    runs.retain(|(first, last)| first < last && (*first, *last) != (0, segments.len() - 1));
    runs
}

/// The clauses of a text: at least two with different intents, or none.
pub(crate) fn join(text: &str, segments: &[Segment], guesses: &[Guess], whole: &Guess, bounds: &Bounds) -> Vec<Group> {
    let sure = |i: usize| {
        let least = if segments[i].joint == Joint::Connective { bounds.marked } else { bounds.unmarked };
        guesses[i].intent != FALLBACK && guesses[i].confidence >= if i == 0 { bounds.marked } else { least }
    };
    let act = |i: usize| {
        let words = &text[segments[i].range.clone()];
        // ", in sound and battery life?": the mark belongs to what stands before.
        acts(if segments[i].joint == Joint::Weak { words.trim_end_matches(['?', '？']) } else { words })
    };
    let mut groups: Vec<(Group, bool)> = Vec::new();
    for i in 0..segments.len().min(guesses.len()) {
        let range = segments[i].range.clone();
        let new = sure(i);
        let Some((last, known)) = groups.last_mut() else {
            groups.push((Group { range, lead: i, segments: (i, i) }, new));
            continue;
        };
        let separate = new && *known && apart(segments[i].joint, &guesses[last.lead], &guesses[i], whole, bounds) && {
            // "The cup is broken, I want a new one": what happened is the reason for the wish.
            segments[i].joint == Joint::Connective || (act(last.lead) && act(i))
        };
        if separate {
            groups.push((Group { range, lead: i, segments: (i, i) }, true));
            continue;
        }
        last.range.end = range.end;
        last.segments.1 = i;
        let better = (act(i), guesses[i].confidence) > (act(last.lead), guesses[last.lead].confidence);
        if new && (!*known || better) {
            last.lead = i;
            *known = true;
        }
    }
    groups.retain(|(_, known)| *known);
    // Asked twice in one message is asked once.
    let mut kept: Vec<Group> = Vec::new();
    for (group, _) in groups {
        if !kept.iter().any(|k| guesses[k.lead].intent == guesses[group.lead].intent) {
            kept.push(group);
        }
    }
    if kept.len() >= 2 { kept } else { Vec::new() }
}

fn apart(joint: Joint, one: &Guess, two: &Guess, whole: &Guess, bounds: &Bounds) -> bool {
    let near = |of: &Guess, intent: &str| {
        let reaches = |of: &[(String, f32)], least| of.iter().any(|(name, p)| name == intent && *p >= least);
        reaches(&of.ranking, bounds.near) || joint == Joint::Weak && reaches(&of.closeness, bounds.kin)
    };
    let joint_is_clear =
        joint == Joint::Weak && whole.confidence >= bounds.whole && one.confidence.min(two.confidence) < bounds.whole;
    one.intent != two.intent && !near(one, &two.intent) && !near(two, &one.intent) && !joint_is_clear
}

/// What is asked beside something that is no wish by itself (an answer to an open question): the only segment that is sure.
pub(crate) fn aside(text: &str, segments: &[Segment], guesses: &[Guess], bounds: &Bounds) -> Option<usize> {
    let mut sure = (0..segments.len().min(guesses.len())).filter(|i| {
        let least = if segments[*i].joint == Joint::Connective { bounds.marked } else { bounds.unmarked };
        guesses[*i].intent != FALLBACK && guesses[*i].confidence >= least
    });
    let one = sure.next().filter(|_| segments.len() > 1)?;
    (sure.next().is_none() && acts(&text[segments[one].range.clone()])).then_some(one)
}

static ACTS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)[?？吗呢]|怎么|怎样|如何|什么|多少|多久|多长|几|哪|谁|能|可以|可不可|是否|有没有|支持|要|想|帮|请|麻烦|给我|告诉|推荐|说说|查|看看|介绍|取消|退|换|改|开|申请|咨询|问",
        r"|\b(?:what|when|where|which|who|why|how|can|could|do|does|did|is|are|will|would|may|should|want|need|like|please|pls|tell|help|let|cancel|change|return|refund|exchange|send|track|check|give|get|show|recommend|explain|update|track|find|connect|i['’]d)\b",
    ))
});
static TELLS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:i (?:have|had|got|ordered|bought|received|forgot|lost|paid|already|still|just|was|am|['’]ve)|i['’]ve|i['’]m|my|the|it|it['’]s|this|there|they|we|you|one|some) ",
    )
});
static WISHES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)[?？]|\b(?:want|need|please|pls|would like|['’]d like|how|what|where|when|can|could)\b")
});

/// Asks or wants something, rather than tells what happened.
fn acts(text: &str) -> bool {
    ACTS.is_match(text) && (!TELLS.is_match(text) || WISHES.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<(&str, Joint)> {
        segments(text, &[]).into_iter().map(|s| (&text[s.range], s.joint)).collect()
    }

    #[test]
    fn marks_and_connectives_cut() {
        use Joint::{Connective, Sentence, Weak};
        assert_eq!(pieces("帮我取消订单，另外发票怎么开？"), [("帮我取消订单", Weak), ("发票怎么开？", Connective)]);
        assert_eq!(
            pieces("cancel my order and also how do I get an invoice?"),
            [("cancel my order", Weak), ("how do I get an invoice?", Connective)]
        );
        assert_eq!(pieces("满多少包邮？几天能到？"), [("满多少包邮？", Weak), ("几天能到？", Sentence)]);
        assert_eq!(pieces("取消订单还有发票怎么开"), [("取消订单", Weak), ("发票怎么开", Connective)]);
        for one in ["这个还有货吗", "为什么", "", "it costs 1,000 yuan", "请问，我的快递到哪了", "，，，", "。"]
        {
            assert!(pieces(one).is_empty(), "{one}: {:?}", pieces(one));
        }
        assert!(pieces(&"退款，".repeat(300)).is_empty());
    }

    #[test]
    fn reports_are_told_from_wishes() {
        for wish in ["怎么开发票", "I'd like to return it", "my invoice please", "where is it", "cancel my order"]
        {
            assert!(acts(wish), "{wish}");
        }
        for report in ["碗碎了", "the cup arrived broken", "I have waited a week", "it stopped working"] {
            assert!(!acts(report), "{report}");
        }
    }
}

#[cfg(test)]
#[path = "clauses/choice.rs"]
mod choice;
