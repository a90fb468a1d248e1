//! Did the customer say yes? Only an explicit yes writes.

use crate::hear::Input;
use crate::work::Work;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// With the seq of the message that said so.
    Yes(i64),
    No,
    Unclear,
}

const YES: &[&str] = &[
    "是",
    "是的",
    "对",
    "对的",
    "对呀",
    "没错",
    "确认",
    "确定",
    "好",
    "好的",
    "好吧",
    "行",
    "可以",
    "嗯",
    "嗯嗯",
    "没问题",
    "同意",
    "就这样",
    "是的确认",
    "好的确认",
    "对确认",
    "ok",
    "okay",
    "yes",
    "yes please",
    "yep",
    "yeah",
    "y",
    "sure",
    "confirm",
    "confirmed",
    "i confirm",
    "yes confirm",
    "yes i confirm",
    "correct",
    "thats right",
    "that is right",
    "thats correct",
    "go ahead",
    "please do",
    "do it",
    "yes do it",
    "yes go ahead",
    "right",
    "sounds good",
    "absolutely",
    "of course",
];

const NO: &[&str] = &[
    "不",
    "不是",
    "不对",
    "不行",
    "不要",
    "不用",
    "否",
    "别",
    "错了",
    "不确认",
    "先不",
    "等等",
    "等一下",
    "no",
    "nope",
    "n",
    "not yet",
    "wrong",
    "no thanks",
    "dont",
    "do not",
    "wait",
    "no dont",
    "no wait",
];

const STOP: &[&str] = &[
    "算了",
    "算了吧",
    "不用了",
    "不改了",
    "不弄了",
    "不取消了",
    "不退了",
    "不查了",
    "没事了",
    "停",
    "取消操作",
    "退出",
    "never mind",
    "nevermind",
    "forget it",
    "stop",
    "forget about it",
    "leave it",
    "drop it",
];

/// Lower case, without punctuation, with single blanks and without polite particles at the end.
fn bare(text: &str) -> String {
    let words: String = text
        .to_lowercase()
        .chars()
        .filter(|c| *c != '\'' && *c != '’')
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let joined = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let chinese = joined.chars().any(crate::facts::is_han);
    let joined = if chinese { joined.replace(' ', "") } else { joined };
    joined.trim_end_matches(['啊', '呀', '哦', '哈', '啦']).to_owned()
}

/// Begins with a "no" or says that something is wrong: whatever comes with it, this is no yes.
const DENIALS: &[&str] = &[
    "不对",
    "不是",
    "不行",
    "不要",
    "错了",
    "搞错",
    "弄错",
    "写错",
    "别改",
    "别取消",
    "wrong",
    "incorrect",
    "not right",
    "not correct",
    "not what",
];

pub(crate) fn denies(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let refuses = matches!(first, "no" | "nope" | "not" | "dont" | "wait") && !text.starts_with("no problem");
    refuses || is_no(&text) || DENIALS.iter().any(|d| text.contains(d))
}

fn listed(words: &[&str], text: &str) -> bool {
    let text = bare(text);
    !text.is_empty() && words.iter().any(|w| bare(w) == text)
}

pub(crate) fn is_yes(text: &str) -> bool {
    listed(YES, text)
}

pub(crate) fn is_no(text: &str) -> bool {
    listed(NO, text)
}

pub(crate) fn is_stop(text: &str) -> bool {
    listed(STOP, text)
}

/// `question` is the number of the confirmation question that is open, `own_yes` what else says yes to it ("cancel it"). An explicit yes is a pressed button of this very
/// question, Rasa's bare `/affirm`, or a message that says nothing but yes. Every message of the turn must agree, and
/// none may have been written before the question was asked.
pub(crate) fn consent(work: &Work<'_>, input: &Input, question: u32, own_yes: &[&str]) -> Consent {
    let asked_at = work
        .turn
        .history
        .iter()
        .rev()
        .find(|m| m.sender == crate::conversation::Sender::Bot)
        .map_or(i64::MIN, |m| m.seq);
    let refused = |part: &crate::hear::Part| {
        part.payload.is_none()
            && (denies(&part.text) || is_stop(&part.text) || (part.intent == "deny" && part.confidence >= 0.7))
    };
    if input.parts.iter().any(refused) {
        return Consent::No;
    }
    let mut yes = None;
    for part in &input.parts {
        let (affirms, denies) = match &part.payload {
            Some(p) => {
                let of_this = p.slots.get("question").is_none_or(|q| q.as_u64() == Some(u64::from(question)));
                (p.intent == "affirm" && of_this, p.intent == "deny" && of_this)
            }
            None => (is_yes(&part.text) || listed(own_yes, &part.text), false),
        };
        if denies {
            return Consent::No;
        }
        if !affirms || part.seq < asked_at {
            return Consent::Unclear;
        }
        yes.get_or_insert(part.seq);
    }
    yes.map_or(Consent::Unclear, Consent::Yes)
}

/// Yes or no to the open confirmation, so that nothing else in it counts; a question is answered first.
pub(crate) fn settles(work: &Work<'_>, input: &Input, question: u32, own_yes: &[&str]) -> bool {
    match consent(work, input, question, own_yes) {
        Consent::Yes(_) => true,
        Consent::No => !input.question && !is_stop(&input.text),
        Consent::Unclear => false,
    }
}

/// A clear no where a reason was asked for ("not what I meant"); "not the colour I wanted" is a reason.
pub(crate) fn refuses(work: &Work<'_>, input: &Input) -> bool {
    is_no(&input.text) || input.is("deny", work.parts.policy.end_confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_yes_is_a_yes() {
        for yes in ["是的", "确认", "好的。", "好的，确认！", "Yes, please.", "OK", "That's right", "嗯嗯"]
        {
            assert!(is_yes(yes), "{yes}");
        }
        for other in [
            "是的，但是电话要改",
            "yes but change the phone",
            "好的吗？我想想",
            "不是",
            "确认一下是什么地址",
            "ok wait",
            "对了",
            "行了",
            "",
            "👍",
            "not ok",
            "改成是",
        ] {
            assert!(!is_yes(other), "{other}");
        }
        for no in ["不对，是89号", "no, it's 89", "That's wrong", "门牌号写错了"] {
            assert!(denies(no) && !is_yes(no), "{no}");
        }
        assert!(!denies("没问题") && !denies("no problem, go ahead") && !denies("确认"));
        assert!(is_no("不对") && is_no("No!") && is_stop("算了") && is_stop("Never mind."));
    }
}
