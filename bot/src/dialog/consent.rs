//! Did the customer say yes? Only an explicit yes writes.

use crate::hear::Input;
use crate::work::Work;
use regex::Regex;
use std::sync::LazyLock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    /// With the seq of the message that said so.
    Yes(i64),
    No,
    /// "Yes?", "确认吗", "嗯": wants to hear the question again.
    Doubt,
    /// "Yes, but …": something else is wanted than what was read back.
    Correction,
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

/// A question mark or particle: whoever asks has not decided.
pub(crate) fn doubts(text: &str) -> bool {
    text.contains(['?', '？', '吗', '么', '呢', '嘛'])
}

/// Says hardly more than that it was heard.
const HUMS: &[&str] = &["嗯", "哦", "噢", "啊", "额", "呃", "um", "uh", "hm", "hmm", "mm", "huh"];

/// Nothing but a doubtful yes or no, a hum, or question marks.
fn is_doubt(text: &str, own_yes: &[&str]) -> bool {
    let told: String = text.chars().map(|c| if "?？吗么呢嘛".contains(c) { ' ' } else { c }).collect();
    let words: Vec<&str> = text.split(['?', '？', '!', '！', ',', '，', '.', '。']).map(str::trim).collect();
    let asked = doubts(text)
        && (bare(&told).is_empty()
            || said_yes(&told)
            || listed(own_yes, &told)
            || words.iter().all(|w| w.is_empty() || said_yes(w)));
    asked || listed(HUMS, text)
}

/// What turns a yes into something else, wherever it stands.
static RESERVES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:but|except|however|instead|rather|although|only)\b|不过|但|只是|除了|改成|改为|改到|换成|换到|应该是|寄到|送到",
    )
    .ok()
});
static YES_AND_MORE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^\s*(?:(?:yes|yeah|yep|ok|okay|sure|right|correct|confirm)\b|(?:是的?|对的?|好的?|确认|确定|可以|行|嗯)[\s，,。.;；！!])").ok()
});

/// "Yes, but to 7 King Street", "I want it sent there instead".
pub(crate) fn reserves(text: &str) -> bool {
    let fits = |r: &LazyLock<Option<Regex>>| r.as_ref().is_some_and(|r| r.is_match(text));
    !doubts(text) && !is_yes(text) && (fits(&RESERVES) || fits(&YES_AND_MORE))
}

/// Do not do it, said in full: "please do not change it", "我没说要取消".
static DECLINES_EN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let what = r"(?:cancel|change|submit|return|exchange|refund|cancelled|changed|cancelling|changing|returning)";
    let thing = r"(?:it|that|this|anything|(?:my|the|this|that)(?: \w+)? ?(?:order|address|one)?|order)";
    Regex::new(&format!(
        r"^(?:please|no|yes|oh|i|you|so|but|hey| )*(?:(?:do not|dont)(?: want(?: you)? to| want it)?|(?:did not|didnt|never) (?:ask|asked|say|said|want|wanted)(?: you| for)?(?: to)?) {what}(?: {thing})?(?: please| yet| now)*$"
    ))
    .ok()
});
static DECLINES_ZH: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        "^(?:请|麻烦|你|您|我|先|是的|不|哦|啊)*(?:不要|别|不想|不用|没说要?|没有说要?|没要|没想|不是要|没让你|没叫你)(?:再|给我|帮我|你|您|去)*(?:取消|修改|改|退货|退款|换货|退|换|提交)(?:了|它|我的|这个|这笔|这单|收货|地址|订单|申请|吧|啊|哦)*$",
    )
    .ok()
});
const CALLS_OFF: &[&str] = &["yes cancel", "cancel", "cancel that", "cancel this", "取消", "是的取消", "取消吧"];

/// A whole message that says not to do it; nothing is done then, whatever is open.
pub(crate) fn declines(text: &str) -> bool {
    let text_only = bare(text);
    let fits = |r: &LazyLock<Option<Regex>>| r.as_ref().is_some_and(|r| r.is_match(&text_only));
    !doubts(text) && (fits(&DECLINES_EN) || fits(&DECLINES_ZH))
}

/// "Yes, cancel" to anything but a cancellation calls it off.
pub(crate) fn calls_off(text: &str) -> bool {
    !doubts(text) && listed(CALLS_OFF, text)
}

fn listed(words: &[&str], text: &str) -> bool {
    let text = bare(text);
    !text.is_empty() && words.iter().any(|w| bare(w) == text)
}

fn said_yes(text: &str) -> bool {
    listed(YES, text) || listed(HUMS, text)
}

pub(crate) fn is_yes(text: &str) -> bool {
    listed(YES, text) && !doubts(text)
}

/// Good enough where nothing is written.
pub(crate) fn agrees(text: &str) -> bool {
    is_yes(text) || (listed(&["嗯"], text) && !doubts(text))
}

pub(crate) fn is_no(text: &str) -> bool {
    listed(NO, text)
}

pub(crate) fn is_stop(text: &str) -> bool {
    (listed(STOP, text) && !doubts(text)) || declines(text)
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
    let typed = |what: &dyn Fn(&str) -> bool| input.parts.iter().any(|p| p.payload.is_none() && what(&p.text));
    if typed(&|text| is_doubt(text, own_yes)) {
        return Consent::Doubt;
    }
    if typed(&reserves) && !typed(&|text| listed(own_yes, text)) {
        return Consent::Correction;
    }
    let mut yes = None;
    for part in &input.parts {
        let (affirms, denies) = match &part.payload {
            Some(p) => {
                let of_this = p.slots.get("question").is_none_or(|q| q.as_u64() == Some(u64::from(question)));
                (p.intent == "affirm" && of_this, p.intent == "deny" && of_this)
            }
            None => (!doubts(&part.text) && (is_yes(&part.text) || listed(own_yes, &part.text)), false),
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
        Consent::Yes(_) | Consent::Doubt => true,
        Consent::Correction => !input.question && !is_stop(&input.text) && !another_wish(work, input),
        Consent::No => !input.question && !is_stop(&input.text),
        Consent::Unclear => false,
    }
}

/// "Yes, but cancel the other one as well": a wish of its own, not a new value.
fn another_wish(work: &Work<'_>, input: &Input) -> bool {
    let sure = input.confidence >= work.parts.policy.interrupt_confidence;
    let value = input.text.chars().any(|c| c.is_ascii_digit());
    let wants = crate::policy::ACTIONS.contains(&input.intent.as_str()) || input.intent == "talk_to_human";
    sure && wants && !value
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
        for asked in [
            "嗯？",
            "yes?",
            "sure?",
            "确认？",
            "可以？",
            "是?",
            "对？",
            "ok?",
            "confirm?",
            "right? y?",
            "确认吗",
            "可以么",
            "？",
            "嗯",
        ] {
            assert!(!is_yes(asked) && is_doubt(asked, &[]), "{asked}");
        }
        for but in [
            "是的，不过门牌号改成2号",
            "yes but to 7 King Street",
            "yes but unit 5",
            "I want it sent to 5 Elm St instead",
            "yes, phone is +1 416 555 0000",
        ] {
            assert!(reserves(but) && !is_yes(but), "{but}");
        }
        for not in [
            "Please do not change it",
            "不要取消",
            "我没说要取消",
            "Please do not cancel it",
            "不要改了",
            "don't cancel my order",
        ] {
            assert!(declines(not), "{not}");
        }
        for other in ["不要改成2号", "不想要了", "cancel my order", "为什么不能取消", "不要退货，换货吧", "取消订单"]
        {
            assert!(!declines(other), "{other}");
        }
        assert!(is_no("不对") && is_no("No!") && is_stop("算了") && is_stop("Never mind."));
    }
}
