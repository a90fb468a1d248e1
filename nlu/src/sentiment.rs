//! Mood, from happy to angry: a small head on the embedding joined with what the words and marks say.
//!
//! An angry customer goes to a human, so "angry" must be precise: the head alone has to be very sure, or words of
//! anger must stand in the text.

use std::sync::LazyLock;

use models::Embedding;
use models::head::{self, HeldOut, LinearHead};
use regex::Regex;
use serde::{Deserialize, Serialize};

use crate::text::{Folded, head_chars, pattern};
use crate::understanding::{Mood, Sentiment};

/// Order of the classes of the head.
pub(crate) const MOODS: [Mood; 4] = [Mood::Happy, Mood::Calm, Mood::Annoyed, Mood::Angry];
const MAX_CHARS: usize = 1000;

static FURIOUS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)骗子|骗人|骗钱|诈骗|欺诈|黑店|黑心|奸商|无耻|不要脸|垃圾(?:平台|公司|店|网站|东西|客服|服务|玩意|质量|商家|耳机)|真垃圾|太垃圾|什么垃圾|是垃圾|去死|滚蛋|王八|妈的|他妈|tmd|傻逼|傻x|sb客服|废物|恶心|气死|气炸|忍无可忍|曝光你|起诉|告你们|报警|12315|消协|工商|什么狗屁|狗屁|操你|有病吧|脑子有|欺负人|欺骗消费者|退钱!|还我钱|还钱",
        r"|\b(?:scam(?:mers?|med)?|fraud|frauds|thieves|crooks?|liars?|fuck\w*|wtf|stfu|shit\w*|bullshit|bs|damn|bastards?|idiots?|morons?|disgust\w*|outrageous|furious|fuming|pathetic|lawsuit|sue you|lawyer|rip[- ]?off|robbed|disgrace\w*|appalling|garbage|trash|crap|screw you|fed up|sick of|worst)\b",
    ))
});
static CROSS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)投诉|差评|无语|失望|坑人|坑爹|太差|很差|太慢|离谱|搞什么|什么意思啊|敷衍|推卸|拖了|一直拖|没人管|没人理|不理人|到底|还要等多久|都几天了|这么久|这么慢|烦死|烦人|受够|够了|又坏|再也不|服务态度|太过分|过分了|不靠谱|耍我|玩我|忽悠|催了",
        r"|\b(?:ridiculous|unacceptable|useless|terrible|awful|horrible|annoy\w*|frustrat\w*|disappoint\w*|still waiting|waste of|wasted|how many times|third time|fourth time|again and again|never again|complain\w*|joke|nobody (?:answers|replies|helps|cares)|no one (?:answers|replies|helps|cares)|sick and tired|taking forever|forever|upset|angry|mad)\b",
    ))
});
static GLAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)太好了|太棒|真棒|好棒|点赞|给力|满意|喜欢|感谢|谢谢你|多谢|辛苦了|贴心|靠谱啊|完美|开心|好评|爱了|厉害|\b(?:love|loved|awesome|great|amazing|excellent|perfect|wonderful|fantastic|brilliant|thank you so much|thanks a lot|thanks so much|appreciate\w*|happy|delighted|impressed)\b|[😀😃😄😁😊🙂😍🥰😘🤗👍👏🙏🎉💯]|❤",
    )
});
static RAGE: LazyLock<Regex> = LazyLock::new(|| pattern("[😡🤬😠👿💢🖕]"));
static DENIED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)不满意|不喜欢|不太满意|不是很满意|不靠谱|\bnot (?:happy|great|impressed|satisfied)\b|\bunhappy\b|谢谢.{0,4}(?:不用|算了)|great,? (?:just|another)",
    )
});

/// Whoever says sorry is not angry, whatever for.
static SORRY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:i['’]?m |i am )?(?:so |very |really )?sorry (?:for|about|that i|i)\b|my apologies|(?:很|非常|实在)?抱歉|对不起",
    )
});

/// The part of an `IntentModel` that judges moods.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct MoodHead {
    pub head: LinearHead,
}

/// How well moods are told apart on held-back examples, with the words' help.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MoodReport {
    pub examples: usize,
    pub accuracy: f32,
    pub angry_precision: f32,
    pub angry_recall: f32,
}

impl MoodHead {
    pub(crate) fn train(
        texts: &[String],
        vectors: &[Embedding],
        labels: &[Mood],
    ) -> Result<(MoodHead, MoodReport), head::HeadError> {
        let classes: Vec<usize> = labels.iter().map(|m| MOODS.iter().position(|o| o == m).unwrap_or(1)).collect();
        let options = head::TrainOptions { l2: 1e-3, ..head::TrainOptions::default() };
        let (head, held) = head::train_with_held_out(vectors, &classes, MOODS.len(), &options)?;
        let judged: Vec<Mood> =
            texts.iter().zip(&held).map(|(t, h): (_, &HeldOut)| judge(t, Some(&h.probabilities)).mood).collect();
        let share = |hit: usize, of: usize| if of == 0 { 1.0 } else { hit as f32 / of as f32 };
        let right = judged.iter().zip(labels).filter(|(a, b)| a == b).count();
        let angry = |moods: &[Mood]| moods.iter().filter(|m| **m == Mood::Angry).count();
        let both = judged.iter().zip(labels).filter(|(a, b)| **a == Mood::Angry && **b == Mood::Angry).count();
        let report = MoodReport {
            examples: texts.len(),
            accuracy: share(right, judged.len()),
            angry_precision: share(both, angry(&judged)),
            angry_recall: share(both, angry(labels)),
        };
        Ok((MoodHead { head }, report))
    }

    pub(crate) fn sentiment(&self, text: &str, embedding: &Embedding) -> Sentiment {
        judge(text, Some(&self.head.predict(embedding)))
    }
}

/// Without a head (nothing to encode, no examples) words and marks decide alone.
pub(crate) fn judge(text: &str, probabilities: Option<&[f32]>) -> Sentiment {
    let folded = Folded::new(head_chars(text, MAX_CHARS)).text;
    let (happy, annoyed, angry) = match probabilities {
        Some([happy, _, annoyed, angry]) => (*happy, *annoyed, *angry),
        _ => (0.0, 0.0, 0.0),
    };
    let furious = FURIOUS.find_iter(&folded).count() + 2 * RAGE.find_iter(&folded).count();
    let cross = CROSS.find_iter(&folded).count();
    let loud = loudness(&folded);
    let glad = GLAD.is_match(&folded) && !DENIED.is_match(&folded);
    let (annoyed, angry) = if furious + cross == 0 && SORRY.is_match(&folded) { (0.0, 0.0) } else { (annoyed, angry) };
    let bad = annoyed + angry;

    let words = 0.30 * furious.min(3) as f32
        + 0.12 * cross.min(3) as f32
        + if furious + cross > 0 || bad > 0.5 { loud } else { 0.0 };
    let score = (0.45 * annoyed + 0.75 * angry + words).min(1.0);
    let mood = if furious >= 2 && bad > 0.3
        || furious >= 1 && (bad > 0.6 || angry > 0.3 || loud > 0.15)
        || RAGE.is_match(&folded) && happy < 0.5
        || angry > 0.9
        || angry > 0.6 && (cross >= 1 || loud > 0.15)
    {
        Mood::Angry
    } else if bad > 0.7 || (furious > 0 || cross > 0) && bad > 0.35 || probabilities.is_none() && furious + cross > 0 {
        Mood::Annoyed
    } else if furious + cross == 0 && (happy > 0.75 || glad && (happy > 0.35 || probabilities.is_none())) {
        Mood::Happy
    } else {
        Mood::Calm
    };
    // The number and the word must not contradict each other.
    let score = match mood {
        Mood::Angry => score.max(0.75),
        Mood::Annoyed => score.clamp(0.4, 0.74),
        Mood::Calm => score.min(0.39),
        Mood::Happy => score.min(0.1),
    };
    Sentiment { mood, score }
}

/// Shouting: capitals and rows of marks. Model names and order numbers in capitals are no shouting.
fn loudness(text: &str) -> f32 {
    let longest_row = text
        .split(|c: char| !matches!(c, '!' | '?'))
        .filter(|row| row.contains('!') || row.len() > 2)
        .map(str::len)
        .max()
        .unwrap_or_default();
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|w| w.len() >= 3).collect();
    let shouted = words.iter().filter(|w| w.bytes().all(|b| b.is_ascii_uppercase())).count();
    let caps = words.len() >= 3 && shouted * 10 >= words.len() * 7;
    let marks: f32 = match longest_row {
        0..=1 => 0.0,
        2 => 0.1,
        _ => 0.2,
    };
    marks + if caps { 0.2 } else { 0.0 }
}
