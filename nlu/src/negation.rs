//! What a text says is *not* wanted: "不要退款，我要换货", "not the black one, the white one".
//!
//! Only the words are looked at here; whether the thing is one of our intents, and whether what is left is, the intent model
//! says (`reading`). A "not" that asks ("为什么还不退款", "can't I return it"), reports ("没收到货") or reminds ("别忘了发票")
//! denies nothing.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::text::pattern;

/// Byte ranges of the text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Denial {
    /// With the "not".
    pub span: Range<usize>,
    /// What is not wanted.
    pub thing: Range<usize>,
    /// What is wanted instead stands beside it.
    pub contrast: bool,
}

/// Behind a longer text than this nobody says what he does not want.
const MAX_BYTES: usize = 2000;

static HINT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"不|别|没|与其|而非|并非|无需|算了|免了|\b(?:not|never|no|dont|didnt|instead|rather|opposed|forget|skip|longer)\b|n['’]t\b",
    )
});

pub(crate) fn find(text: &str) -> Vec<Denial> {
    if text.len() > MAX_BYTES {
        return Vec::new();
    }
    let text = text.to_ascii_lowercase();
    if !HINT.is_match(&text) {
        return Vec::new();
    }
    let mut found = Vec::new();
    chinese(&text, &mut found);
    english(&text, &mut found);
    found.sort_by_key(|d| (d.span.start, std::cmp::Reverse(d.span.end)));
    let mut end = 0;
    found.retain(|d| {
        let free = d.span.start >= end;
        end = if free { d.span.end } else { end };
        free
    });
    found
}

/// The text without what is denied: what the customer does want. Empty when nothing is left.
pub(crate) fn without(text: &str, denied: &[Range<usize>]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for span in denied {
        kept.push_str(text.get(at..span.start).unwrap_or_default());
        kept.push(' ');
        at = span.end.max(at);
    }
    kept.push_str(text.get(at..).unwrap_or_default());
    let marks = |c: char| c.is_whitespace() || "，,、。.;；!！:：-—".contains(c);
    let mut rest = kept.trim_matches(marks);
    // "…，而是要换货": the hinge between the two says nothing.
    while let Some(shorter) = HINGES.iter().find_map(|h| {
        let after = rest.get(h.len()..).filter(|_| rest.get(..h.len()).is_some_and(|r| r.eq_ignore_ascii_case(h)))?;
        let word = h.is_ascii() && after.starts_with(|c: char| c.is_ascii_alphanumeric());
        (!word).then(|| after.trim_start_matches(marks))
    }) {
        rest = shorter;
    }
    rest.to_owned()
}

const HINGES: &[&str] =
    &["而是", "是", "那就", "请", "麻烦", "please", "pls", "just", "but", "instead", "it's", "it is", "and"];

// Chinese: sentence by sentence part.

const LEAD: &str = "(?:我们?|咱们?|请|麻烦|拜托|亲|先|现在|都|其实|但是?|不过|那就?|那|也|就|啊|哦|嗯|你们?|您|真的|还是|暂时|说了|都说了)*";
const CUE: &str = "不想再?要?|不要再?|不需要|不用再?|不必|不打算|无需|别再?给我|别再?|没(?:有)?(?:说过?|要求过?|让你们?|叫你们?|打算|想)(?:要|过|去|给我)*|并不想要?|并?不是(?:要|想|说|问|来|关于)*|并非|不再|不";

static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?P<lead>\s*{LEAD})(?P<span>(?P<cue>{CUE})\s*(?P<thing>.{{1,24}}?)(?:了|吧|啊|哈|呀|的)*)\s*(?P<rest>(?:只是?|直接|而是|我要|我想|我需要|我是|想要?|要|改成|换成|是).+)?$"
    ))
});
static ENDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^\s*{LEAD}(?P<span>(?P<thing>[^不没]{{1,16}}?)(?:这事|的事|什么的)?(?:就|我|先|也|都)*(?:不用了|不需要了?|不必了|免了|算了|不弄了|不办了?))(?:吧|啊|哈)?$"
    ))
});
static RATHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?P<before>.*?\S)\s*(?P<span>(?P<cue>而不是|而非|并不是|并非|不是|不要)(?:要|想|说)*\s*(?P<thing>.{1,20}?))(?:了|的|吧|啊)*$",
    )
});
static BETTER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<span>与其(?P<thing>[^，,。]{1,16}?)[，,]?\s*(?:还|倒)?不如)"));

/// What one does, after a bare 不: "不退了". "不知道", "不好用" are none.
const DEEDS: &[&str] = &["退", "换", "取消", "改", "撤", "投诉", "转人工", "开发票", "申请", "查"];
/// "不退款就投诉".
const THREATS: &[&str] = &["就投诉", "就举报", "就告", "就差评", "就曝光", "就报警", "就打", "就找", "就去"];
/// "别忘了", "不要紧", "不要再拖".
const KEPT_ZH: &[&str] = &[
    "忘",
    "紧",
    "急",
    "着急",
    "客气",
    "骗",
    "误会",
    "见怪",
    "介意",
    "担心",
    "催",
    "拖",
    "敷衍",
    "以为",
    "脸",
    "怕",
    "让我",
    "告诉我",
    "跟我",
    "说",
];
const ASKS_ZH: &[&str] = &[
    "吗",
    "么",
    "为何",
    "凭啥",
    "干嘛",
    "咋",
    "能不能",
    "可不可以",
    "是不是",
    "要不要",
    "有没有",
    "不能",
    "不可以",
    "不会",
    "还不",
];
/// Before "不是" mid-sentence: "要不是", "还不是", "这不是".
const NO_TURN: &[&str] = &[
    "是", "要", "还", "怎么", "可", "难道", "会", "这", "那", "都", "就", "又", "岂", "能", "可以", "货", "东西", "它",
];
/// What came is not what was ordered: a report, no wish.
const CAME_ZH: &[&str] = &["收到", "发来", "寄来", "送来", "发的", "寄的", "到的", "来的", "发错", "发货的", "给我发"];
const WANTS_ZH: &[&str] = &["要", "想", "是", "给我", "帮我", "换", "退", "改", "只", "就", "直接", "查", "我说的"];

fn chinese(text: &str, found: &mut Vec<Denial>) {
    let parts = parts(text);
    let came = CAME_ZH.iter().any(|w| text.contains(w));
    for (i, part) in parts.iter().enumerate() {
        let words = &text[part.clone()];
        let asked = text[part.end..].trim_start().starts_with(['?', '？']);
        let beside =
            |other: Option<&Range<usize>>| other.is_some_and(|o| WANTS_ZH.iter().any(|w| text[o.clone()].contains(w)));
        let neighbours = beside(parts.get(i + 1)) || i > 0 && beside(parts.get(i - 1));
        // "不要送到公司，送到家里".
        let same_verb = |thing: &str| {
            let next = parts.get(i + 1).and_then(|p| text[p.clone()].trim_start().chars().next());
            next.is_some() && next == thing.chars().next()
        };
        let at = |range: Range<usize>| part.start + range.start..part.start + range.end;
        // "我", "请" before the "not" belong to it: nothing is wanted by them alone.
        let all = |span: Range<usize>| part.start..part.start + span.end;
        if let Some(c) = BEGINS.captures(words)
            && let (Some(span), Some(thing)) = (range(&c, "span"), range(&c, "thing"))
        {
            let (cue, lead, said) = (&c["cue"], &c["lead"], &c["thing"]);
            let rest = c.name("rest").map_or("", |r| r.as_str());
            let deed = cue != "不" || (DEEDS.iter().any(|d| said.starts_with(d)) && !lead.contains(['你', '您']));
            // "不退款就投诉" threatens.
            let threat = cue == "不" && THREATS.iter().any(|t| text[part.start + thing.start..].contains(t));
            let asks = ASKS_ZH.iter().any(|w| words[..span.end].contains(w) || (rest.is_empty() && words.contains(w)))
                || asked && rest.is_empty();
            let kept = KEPT_ZH.iter().any(|w| said.starts_with(w));
            let empty = said.trim_matches(['了', '的', '吧', ' ']).is_empty();
            let reports = cue.contains('是') && came;
            if deed && !threat && !asks && !kept && !empty && !reports {
                found.push(Denial {
                    span: all(span),
                    thing: at(thing),
                    contrast: !rest.is_empty() || neighbours || same_verb(said),
                });
            }
            continue;
        }
        if let Some(c) = ENDS.captures(words)
            && let (Some(span), Some(thing)) = (range(&c, "span"), range(&c, "thing"))
            && !asked
        {
            found.push(Denial { span: all(span), thing: at(thing), contrast: false });
            continue;
        }
        if let Some(c) = RATHER.captures(words)
            && let (Some(span), Some(thing)) = (range(&c, "span"), range(&c, "thing"))
        {
            let before = c["before"].trim_end();
            let turn = &c["cue"] == "而不是" || !NO_TURN.iter().any(|w| before.ends_with(w));
            let wants = &c["cue"] != "不要" || before.contains(['要', '想']);
            let asks = ASKS_ZH.iter().any(|w| words.contains(w)) || (asked && &c["cue"] != "而不是");
            if turn && wants && !asks && !came {
                found.push(Denial { span: at(span), thing: at(thing), contrast: true });
            }
        }
    }
    for c in BETTER.captures_iter(text) {
        if let (Some(span), Some(thing)) = (range(&c, "span"), range(&c, "thing")) {
            found.push(Denial { span, thing, contrast: true });
        }
    }
}

/// Between the marks, with at least one Chinese character.
fn parts(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let ends = text.char_indices().filter(|(_, c)| "，,。.！!？?；;\n".contains(*c)).map(|(at, c)| (at, c.len_utf8()));
    for (at, len) in ends.chain(std::iter::once((text.len(), 0))) {
        if text[start..at].chars().any(crate::text::is_han) {
            parts.push(start..at);
        }
        start = at + len;
    }
    parts
}

// English: the thing ends at a mark or where the wish begins.

const THING: &str = r"(?P<thing>[^,.;!?\n]+?)(?P<end>\s*(?:[,.;!?\n]|$)|\s+(?:but|so|and|i want|i need|i would|i just|i am|i['’]d|i['’]m|just|instead|please|can you|could you|anymore|any more|any longer)\b)";
const NOT: &str = r"(?:do not|don['’]?t|no longer|never|did not|didn['’]?t|wouldn['’]?t|would not)";
const ARTICLE: &str = r"(?:a |an |any |the |my |another )*";

static WANT_NOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<span>\b(?:i |we )?(?:really |just |actually )?{NOT} (?:really |actually |even |ever )?(?:want|need|wish|ask(?:ed)?|mean|meant|intend|say|said|request(?:ed)?)(?: you)?(?: to| for)?(?: (?:get|do|make|request|file|start|be given))? ?{ARTICLE}{THING})"
    ))
});
static ASK_NOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<span>\b(?:i['’]?m |i am |we['’]?re |we are |this is |it['’]?s |it is |that['’]?s )?not (?:asking|looking|trying|here|calling|talking|wanting|interested|after)(?: you)?(?: for| about| to| in)? {ARTICLE}{THING})"
    ))
});
static BUT_NOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:^|[,.;!?\n]\s*|\b(?:it['’]?s|it is|that['’]?s|but|and)\s+)(?P<span>not (?:to |for |about |by )?{ARTICLE}{THING})"
    ))
});
static DO_NOT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:^|[,.;!?\n]\s*|\b(?:please|but|so|and|just)\s+)(?P<span>(?:do not|don['’]?t|never ?mind|forget(?: about)?|skip|no need (?:to|for)|no) (?:about )?{ARTICLE}{THING})"
    ))
});
static THAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(r"(?P<span>\b(?:instead of|rather than|as opposed to|in place of) {ARTICLE}{THING})"))
});
/// First words of what is no wish: "don't forget", "not working", "no answer yet".
static KEPT_EN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^(?:forget|worry|know|understand|see|have|think|get|mind|remember|be|let|tell|waste|keep|make|hesitate|care|feel|believe|trust|recall|find|work\w*|",
        r"receiv\w*|got|arriv\w*|come|came|yet|sure|found|able|delivered|happy|good|as|what|shipped|sent|send me|allowed|possible|available|correct|right|fair|only|",
        r"even|really|so|clear|satisfied|fit\w*|getting|here|there|longer|more|idea|way|problem|reply|response|answers?|update|tracking|news|luck|thanks|doubt|",
        r"matter|one|same|right|wait|it|that|this|them|anything|nothing|something|accepted|charged|recogni\w*|connect\w*|turn\w*|open\w*|load\w*|show\w*)\b",
    ))
});
static STILL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?:yet|so far|received|arrived|came|until now|price tag|anymore|any more|any longer)\b")
});
static ASKS_EN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:why|how come|if|unless|because|since|when|in case|what)\b"));
static CAME_EN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:received|got|came|arrived|delivered|sent me|you sent|you shipped|shipped me)\b"));

fn english(text: &str, found: &mut Vec<Denial>) {
    // Patterns that need the rest to make sense come last; overlaps are resolved by place.
    for (rule, asks_matter, ends_matter) in [
        (&WANT_NOT, true, true),
        (&ASK_NOT, true, true),
        (&DO_NOT, true, true),
        (&BUT_NOT, true, false),
        (&THAN, false, false),
    ] {
        for c in rule.captures_iter(text) {
            let (Some(span), Some(thing), Some(end)) = (range(&c, "span"), range(&c, "thing"), range(&c, "end")) else {
                continue;
            };
            let said = &text[thing.clone()];
            let before = &text[..span.start];
            let sentence = before.rfind(['.', '!', '?', ';', '\n', ',']).map_or(before, |at| &before[at..]);
            let asks = asks_matter && ASKS_EN.is_match(sentence);
            let asked = ends_matter && text[end.clone()].contains('?');
            let came = CAME_EN.is_match(before);
            let open = said.trim().is_empty() || KEPT_EN.is_match(said) || STILL.is_match(&text[span.start..end.end]);
            if asks || asked || came || open {
                continue;
            }
            let around = format!("{} {}", before, &text[end.start..]);
            let contrast = around.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 1).count() >= 2;
            found.push(Denial { span: span.start..thing.end, thing, contrast });
        }
    }
}

fn range(captures: &Captures<'_>, name: &str) -> Option<Range<usize>> {
    captures.name(name).map(|m| m.range())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(text: &str) -> Vec<&str> {
        find(text).into_iter().map(|d| &text[d.thing]).collect()
    }

    #[test]
    fn what_is_not_wanted() {
        for (text, thing) in [
            ("不要退款，我要换货", "退款"),
            ("不是要取消，是要改地址", "取消"),
            ("不退了，换一个", "退"),
            ("不要退款要换货", "退款"),
            ("我要换货，不要退货", "退货"),
            ("我要的是换货而不是退款", "退款"),
            ("退货就不用了，给我换一个吧", "退货"),
            ("与其退货不如换一个", "退货"),
            ("I don't want a refund, I want to exchange it", "refund"),
            ("I don’t want to cancel but change the address", "cancel"),
            ("not the black one, the white one", "black one"),
            ("Don't cancel it, just change the address", "cancel it"),
            ("an exchange instead of a refund please", "refund"),
            ("It's not a return, it's an exchange", "return"),
        ] {
            assert_eq!(denied(text), [thing], "{text}");
        }
    }

    #[test]
    fn false_friends() {
        for text in [
            "为什么还不退款",
            "不能退款吗",
            "没收到货",
            "别忘了开发票",
            "不想要了，帮我取消",
            "再不退款我就投诉",
            "不退款就投诉",
            "你们不退款",
            "不知道怎么退货",
            "收到的不是我买的",
            "是不是可以退货",
            "why don't you refund me",
            "don't forget to send the invoice",
            "it does not work",
            "my parcel has not arrived",
            "if you don't want to refund me, say so",
            "no refund yet",
            "I got a black one instead of a white one",
            "not yet",
            "",
        ] {
            assert!(denied(text).is_empty(), "{text}: {:?}", denied(text));
        }
    }

    #[test]
    fn what_is_left() {
        let left = |text: &str| {
            let spans: Vec<_> = find(text).into_iter().map(|d| d.span).collect();
            without(text, &spans)
        };
        assert_eq!(left("不是要取消，而是要改地址"), "要改地址");
        assert_eq!(left("I don't want a refund, just swap it"), "swap it");
        assert_eq!(left("不要退款"), "");
        assert_eq!(left("island hopping"), "island hopping");
    }
}
