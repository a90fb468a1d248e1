//! The words by which a question shows what it asks for.

use crate::Mention;
use crate::normal::{self, Normal};

/// The words of a question without the names in it.
pub(crate) struct Cues {
    pub zh: String,
    /// Words between single blanks, with one at each end.
    pub en: String,
    /// Why-words are taken out of both: 为什么 has a 什么 in it.
    pub why: bool,
}

impl Cues {
    pub fn new(text: &str, mentions: &[Mention]) -> Cues {
        let mut bare = text.to_owned();
        let mut spans: Vec<_> = mentions.iter().filter(|m| m.start < m.end).map(|m| (m.start, m.end)).collect();
        spans.sort_unstable();
        spans.dedup();
        for (start, end) in spans.into_iter().rev() {
            if bare.get(start..end).is_some() {
                bare.replace_range(start..end, " # ");
            }
        }
        let bare: String = bare.chars().map(normal::fold).collect();
        let lower = bare.to_lowercase().replace(['\'', '’'], "");
        let words: Vec<&str> =
            lower.split(|c: char| !c.is_alphanumeric() && c != '#').filter(|word| !word.is_empty()).collect();
        let mut cues =
            Cues { zh: Normal::new(&bare).text.replace(' ', ""), en: format!(" {} ", words.join(" ")), why: false };
        cues.why = cues.has(WHY);
        for word in WHY.0.iter().filter(|word| word.starts_with(['为', '凭'])) {
            cues.zh = cues.zh.replace(word, "");
        }
        cues
    }

    /// Chinese cues stand anywhere, English ones are whole words; `…` stands for up to four words.
    pub fn has(&self, (zh, en): Cue) -> bool {
        zh.iter().any(|cue| self.zh.contains(cue)) || en.iter().any(|cue| self.english(cue))
    }

    fn english(&self, cue: &str) -> bool {
        let Some((first, last)) = cue.split_once('…') else {
            return self.en.contains(&format!(" {cue} "));
        };
        let (first, last) = (format!(" {first} "), format!(" {last} "));
        self.en.match_indices(&first).any(|(at, _)| {
            let rest = &self.en[at + first.len() - 1..];
            rest.find(&last).is_some_and(|gap| rest[..gap].split_whitespace().count() <= 4)
        })
    }
}

pub(crate) type Cue = (&'static [&'static str], &'static [&'static str]);

pub(crate) const WHY: Cue = (&["为什么", "为啥", "为何", "凭什么", "凭啥", "怎么不能", "咋不能"], &["why", "how come"]);
pub(crate) const RETURN: Cue = (
    &["退", "赔", "换货", "能换", "无理由", "可换"],
    &[
        "return",
        "returns",
        "returned",
        "returnable",
        "returning",
        "refund",
        "refunds",
        "refunded",
        "refundable",
        "send…back",
        "sent…back",
        "sending…back",
        "money back",
        "take…back",
        "go back",
        "bring…back",
        "exchange",
        "exchanged",
    ],
);
pub(crate) const WARRANTY: Cue = (
    &["保修", "质保", "维修", "保几年", "保多久", "保多少", "三包", "包修", "保多长", "保吗", "保不", "在保"],
    &[
        "warranty",
        "warranties",
        "guarantee",
        "guaranteed",
        "covered",
        "coverage",
        "cover",
        "covers",
        "repair",
        "repaired",
        "repairs",
    ],
);
pub(crate) const PRICE_PROTECTION: Cue = (
    &["价保", "保价", "差价", "价格保护", "补差"],
    &["price protection", "price match", "price guarantee", "difference back", "refund…difference", "pay…difference"],
);
pub(crate) const PRICE: Cue = (
    &["多少钱", "价格", "价钱", "什么价", "价位", "售价", "报价", "怎么卖", "卖多少", "几块钱", "多少元"],
    &["price", "prices", "priced", "cost", "costs", "how much is", "how much are", "how much for"],
);
pub(crate) const STOCK: Cue = (
    &["有货", "现货", "缺货", "库存", "没货", "断货", "补货", "还剩", "剩多少", "还有吗", "还有没", "剩几", "还有多少"],
    &["in stock", "out of stock", "stock", "available", "availability", "sold out", "left"],
);
pub(crate) const SOLD_OUT: Cue =
    (&["缺货", "没货", "断货", "售罄", "卖完"], &["out of stock", "sold out", "unavailable"]);
pub(crate) const SHIPPING: Cue = (
    &[
        "发货",
        "寄",
        "配送",
        "送到",
        "送货",
        "几天到",
        "多久到",
        "几天能到",
        "到货",
        "快递",
        "物流",
        "发往",
        "多久能到",
        "运到",
        "送达",
        "发吗",
        "能发",
        "可发",
        "哪发",
        "里发",
    ],
    &[
        "ship",
        "ships",
        "shipped",
        "shipping",
        "deliver",
        "delivers",
        "delivered",
        "delivery",
        "dispatch",
        "dispatched",
        "arrive",
        "arrives",
        "get to",
        "reach",
        "reaches",
        "parcel",
    ],
);
/// Only with a place.
pub(crate) const HOW_FAR: Cue =
    (&["几天", "到", "多久", "发"], &["how many days", "how long", "how quickly", "how soon", "be in", "to"]);
pub(crate) const POSTAGE: Cue =
    (&["运费", "邮费", "快递费", "包邮", "免费"], &["free", "postage", "shipping fee", "pay", "pays", "cost", "fee"]);
pub(crate) const COMPARE: Cue = (
    &["比", "区别", "差别", "不一样", "不同", "差多少", "哪个", "哪款", "谁"],
    &[
        "vs",
        "versus",
        "than",
        "difference",
        "differences",
        "compare",
        "compared",
        "comparison",
        "better",
        "which",
        "or",
    ],
);
pub(crate) const LIST: Cue = (
    &[
        "哪些",
        "哪几",
        "哪个",
        "哪款",
        "哪种",
        "有什么",
        "几款",
        "几种",
        "多少款",
        "多少种",
        "推荐",
        "列出",
        "有没有",
        "都有",
        "一共",
        "什么东西",
        "什么商品",
        "有哪",
    ],
    &[
        "which",
        "what",
        "how many",
        "list",
        "show",
        "any",
        "do you have",
        "do you sell",
        "have you got",
        "recommend",
        "everything",
        "all",
        "is there",
        "are there",
    ],
);
pub(crate) const COUNT: Cue = (
    &["几款", "几种", "多少款", "多少种", "几个", "多少个", "几家", "多少家", "几样", "几台", "几部"],
    &["how many", "number of"],
);
pub(crate) const MOST: Cue = (
    &["最"],
    &[
        "most",
        "least",
        "cheapest",
        "lightest",
        "biggest",
        "largest",
        "smallest",
        "longest",
        "shortest",
        "heaviest",
        "quietest",
        "loudest",
        "best",
        "highest",
        "lowest",
        "fastest",
        "slowest",
        "priciest",
        "thinnest",
        "strongest",
    ],
);
pub(crate) const NEXT: Cue = (&["之后", "下一步", "接下来", "然后", "后面"], &["next", "after", "follows"]);
pub(crate) const MEANS: Cue = (
    &["意思", "什么是", "是啥", "含义", "是什么", "怎么", "流程", "步骤"],
    &[
        "mean",
        "means",
        "meaning",
        "what is",
        "whats",
        "explain",
        "what does",
        "how do i",
        "how does",
        "how can i",
        "steps",
        "about",
    ],
);
pub(crate) const BRAND: Cue = (
    &["牌子", "品牌", "什么牌", "谁家", "厂家", "厂商", "哪家"],
    &[
        "brand",
        "brands",
        "publisher",
        "who publishes",
        "who published",
        "who makes",
        "who made",
        "made by",
        "manufacturer",
        "maker",
    ],
);
pub(crate) const NEWER: Cue = (
    &["新款", "下一代", "新一代", "升级款", "换代", "后续"],
    &[
        "newer",
        "successor",
        "replaced",
        "replaces",
        "new version",
        "next generation",
        "newer version",
        "newer model",
        "new model",
        "latest version",
    ],
);
pub(crate) const OLDER: Cue = (
    &["上一代", "老款", "前一代"],
    &["predecessor", "older version", "previous version", "previous model", "older model"],
);
pub(crate) const FITS: Cue = (
    &["配", "适配", "适用", "兼容", "适合"],
    &["fit", "fits", "compatible", "made for", "goes with", "go with", "suit"],
);
pub(crate) const SENT_BY: Cue =
    (&["快递", "物流", "承运"], &["courier", "couriers", "carrier", "carriers", "who delivers", "logistics"]);
pub(crate) const WAREHOUSE: Cue = (&["仓"], &["warehouse", "warehouses"]);
