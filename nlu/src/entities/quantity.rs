//! How many of something: 三件, 两双, 半打, "2 pairs", "a dozen", "two of them" -> amount and unit.
//!
//! Units are English words in the singular, `null` where none is said (两个, x2). Lengths of time, times and weights are
//! no quantities, nor are ordinals (第三件), ranges (两三件, 3-5 件) and "one" as an article.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::json;

use super::Found;
use super::numbers::{self, CHINESE, ENGLISH, in_range};
use crate::text::latin_pattern;
use crate::understanding::EntityKind;

static ZH: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(
        r"(\d{{1,4}}|{CHINESE})\s?(件|个|双|对|副|套|盒|箱|瓶|包|袋|罐|桶|支|条|台|部|张|只|块|片|本|把|份|枚|根|颗|顶|盏|辆|卷|单|笔|打|杯)"
    ))
});
/// Measure words that begin another word: 一对一, 两张照片, 5包邮, 三件套, 两个月.
static ZH_OTHER: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(concat!(
        "^(?:件(?:套|事|装)|套(?:路|装)|包(?:邮|装|含|括)|部分|台(?:阶|词)|对(?:一|比|应|不)|打(?:开|电|折|扰|断|印|包|听|算|就)|把手|本(?:正|来)|条(?:信息|短信|评论|消息|规定|路)",
        "|张(?:[发照]|截?图)|单(?:独|号|子|价|纯|位|品|据|元)|双(?:十|1|休|方)|只(?:要|能|有|是|好)|片(?:面|刻)|份(?:额|量)|杯(?:子)?[的里]|笔(?:记|画)|根(?:本|据)|支(?:持|付)|袋(?:子)?[里]",
        "|个(?:半|多|月|小时|钟|工作日|礼拜|星期|季度|年|世纪|人|问题|事|地方|地址|原因|办法|方法|电话|手机号|号|说法|解释|理由|意思|客服|朋友|情况|建议|请求|疑问|平方|省|市|城市|区|字|不同|评价|回复|答复|交代|名字|[发照]|截?图|星)",
        "|.(?:半|以上|以下|十|百|千|万|儿|钱|毛|角|装))",
    ))
});
/// Right before a count of one: 少一个, 再来一个, 退一件.
static WANTS: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(
        "(?:买|退|换|要|订|拿|寄|少|差|漏|缺|加|留|剩|坏|来|发|送|收到|多|就|只|共|总共|还有|各|点|拍|购|补)(?:了|过|的是|给我|我)?$",
    )
});
static HALF_DOZEN: LazyLock<Regex> = LazyLock::new(|| latin_pattern("半打"));
static ZH_TWO: LazyLock<Regex> = LazyLock::new(|| latin_pattern("俩|仨"));
static LABELLED: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(
        r"(?i)(?:数量|件数|个数|\bqty|\bquantity)(?:\s?(?:改成|改为|换成|应该是|是|为|要|of|is|to|should be|[:=.]))*\s?(\d{{1,4}}|{CHINESE}|{ENGLISH})"
    ))
});
static TIMES: LazyLock<Regex> = LazyLock::new(|| latin_pattern(r"[xX×*]\s?(\d{1,3})"));
static TIMES_FIRST: LazyLock<Regex> = LazyLock::new(|| latin_pattern(r"\b(\d{1,3})\s?[xX×]\s"));
static EN: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(
        r"(?i)\b(\d{{1,4}}|{ENGLISH}|a couple of|an?)\s+(?:more |extra |other |additional |identical |of these |of those |of the |full |small |large |big |new |whole )?(pairs?|pieces?|pcs?|items?|units?|sets?|boxes|box|packs?|packets?|bottles?|cans|jars?|tubes?|bags?|rolls?|cartons?|cases|orders?|parcels?|packages?|copies|copy|dozen)\b"
    ))
});
static DOZEN: LazyLock<Regex> = LazyLock::new(|| {
    latin_pattern(&format!(r"(?i)\b(half a dozen|half dozen|(?:\d{{1,3}}|{ENGLISH}|an?|a couple of)\s+dozen)\b"))
});
static OF_THEM: LazyLock<Regex> =
    LazyLock::new(|| latin_pattern(&format!(r"(?i)\b(\d{{1,3}}|{ENGLISH}|both)\s+of\s+(?:them|these|those|it)\b")));
static BEFORE_PRODUCT: LazyLock<Regex> =
    LazyLock::new(|| latin_pattern(&format!(r"(?i)\b(\d{{1,3}}|{ENGLISH})\s+(?:more |extra |new )?$")));

pub(super) fn find(text: &str, found: &mut Vec<Found>) {
    // 两毛五一个, ￥59.9两双: the price ends before the number begins.
    let prices: Vec<(usize, usize)> =
        found.iter().filter(|f| f.kind == EntityKind::Money).map(|f| (f.start, f.end)).collect();
    let mut push = |start: usize, end: usize, amount: Option<u64>, unit: Option<&str>| {
        if let Some(amount) = amount.filter(|n| (1..10_000).contains(n))
            && !in_range(text, start, end)
        {
            let value = json!({ "amount": amount, "unit": unit });
            found.push(Found { kind: EntityKind::Quantity, start, end, value, confidence: 0.85 });
        }
    };
    for m in ZH.captures_iter(text) {
        let (Some(whole), Some(number), Some(unit)) = (m.get(0), m.get(1), m.get(2)) else { continue };
        let price =
            prices.iter().find(|(from, to)| *from < number.end() && number.start() <= *to && *to < number.end());
        let start = price.map_or(whole.start(), |(_, to)| *to);
        let before = if price.is_some() { "" } else { &text[..start] };
        let after = &text[whole.end()..];
        let amount = numbers::exact(&text[start..number.end()]);
        // 第三件, 3.5 件, M2 件, 每件, 同一个, 这一件.
        let joined = before.ends_with(|c: char| c.is_ascii_alphanumeric() || "第.几每数".contains(c))
            || amount == Some(1) && before.ends_with(|c: char| "同另哪某任下上这那统".contains(c));
        if joined || ZH_OTHER.is_match(&text[unit.start()..]) {
            continue;
        }
        let article = amount == Some(1)
            && matches!(
                unit.as_str(),
                "个" | "块" | "部" | "份" | "条" | "张" | "本" | "把" | "对" | "台" | "只" | "支" | "笔" | "单"
            )
            && !WANTS.is_match(before)
            && after.starts_with(|c: char| c.is_alphanumeric())
            && unit.as_str() != "对";
        if article || unit.as_str() == "块" && amount == Some(1) {
            continue;
        }
        let (amount, unit) = match unit.as_str() {
            "打" => (amount.map(|n| n * 12), None),
            other => (amount, zh_unit(other)),
        };
        push(start, whole.end(), amount, unit);
    }
    for m in HALF_DOZEN.find_iter(text) {
        push(m.start(), m.end(), Some(6), None);
    }
    for m in ZH_TWO.find_iter(text) {
        // 咱俩, 他们俩 are people.
        if !text[..m.start()].ends_with(|c: char| "咱们他她你我妻哥姐弟妹".contains(c)) {
            push(m.start(), m.end(), Some(if m.as_str() == "俩" { 2 } else { 3 }), None);
        }
    }
    for m in LABELLED.captures_iter(text) {
        let Some(number) = m.get(1) else { continue };
        let amount = numbers::exact(number.as_str()).or_else(|| numbers::english(number.as_str()));
        push(number.start(), number.end(), amount, None);
    }
    for m in TIMES.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let mut before = text[..whole.start()].chars().rev();
        let spaced = before.next();
        // X1 is a phone and 30x40 a size: behind a letter or digit there is no count without a blank.
        let free = spaced.is_some_and(|c| !c.is_ascii_alphanumeric() && c != '.' && c != '-')
            && !(spaced == Some(' ')
                && before.next().is_some_and(|c| c.is_ascii_digit())
                && whole.as_str().contains(' '))
            && (whole.as_str().starts_with(['x', '×', '*']) || spaced != Some(' '));
        let next = text[whole.end()..].chars().next();
        if free && !next.is_some_and(|c| c.is_ascii_alphanumeric() || "寸厘米.%".contains(c)) {
            push(whole.start(), whole.end(), numbers::chinese(&m[1]), None);
        }
    }
    for m in TIMES_FIRST.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        let next = text[whole.end()..].chars().next();
        if next.is_some_and(char::is_alphabetic) {
            push(whole.start(), whole.end() - 1, numbers::chinese(&m[1]), None);
        }
    }
    for m in DOZEN.captures_iter(text) {
        let Some(whole) = m.get(1) else { continue };
        let words = whole.as_str().to_ascii_lowercase();
        let count = words.strip_suffix("dozen").map(str::trim).unwrap_or_default();
        let amount = if count.starts_with("half") { Some(6) } else { numbers::english(count).map(|n| n * 12) };
        push(whole.start(), whole.end(), amount, None);
    }
    for m in OF_THEM.captures_iter(text) {
        let Some(whole) = m.get(0) else { continue };
        push(whole.start(), whole.end(), numbers::english(&m[1]), None);
    }
    for m in EN.captures_iter(text) {
        let (Some(whole), Some(number), Some(unit)) = (m.get(0), m.get(1), m.get(2)) else { continue };
        let Some(unit) = en_unit(&unit.as_str().to_ascii_lowercase()) else { continue };
        // "An item", "a box" name a thing; "a pair" counts it.
        let article = number.as_str().len() <= 2 && number.as_str().to_ascii_lowercase().starts_with('a');
        let joined = text[..whole.start()].ends_with(['.', '-', '#', '/', '$', '¥']);
        if !joined && (!article || unit == "pair") {
            push(whole.start(), whole.end(), numbers::english(number.as_str()), Some(unit));
        }
    }
}

/// "2 keyboards": a number directly before the name of a product, which begins at `product`.
pub(super) fn before_product(text: &str, product: usize) -> Option<Found> {
    let mut from = product.saturating_sub(40);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let number = BEFORE_PRODUCT.captures(text.get(from..product)?)?.get(1)?;
    let (start, end) = (from + number.start(), from + number.end());
    let before = text[..start].trim_end().to_ascii_lowercase();
    let named = ["size", "no.", "number", "order", "version", "type", "model", "-", ".", "#", "$", "¥", "item", "one"];
    let amount = numbers::english(number.as_str()).filter(|n| (2..10_000).contains(n))?;
    if named.iter().any(|w| before.ends_with(w)) || in_range(text, start, end) {
        return None;
    }
    let value = json!({ "amount": amount, "unit": null });
    Some(Found { kind: EntityKind::Quantity, start, end, value, confidence: 0.75 })
}

fn zh_unit(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "个" => return None,
        "双" | "对" | "副" => "pair",
        "套" => "set",
        "盒" => "box",
        "箱" => "carton",
        "瓶" => "bottle",
        "包" => "pack",
        "袋" => "bag",
        "罐" => "can",
        "桶" => "barrel",
        "卷" => "roll",
        "杯" => "cup",
        "单" | "笔" => "order",
        _ => "piece",
    })
}

fn en_unit(unit: &str) -> Option<&'static str> {
    Some(match unit {
        "pair" | "pairs" => "pair",
        "piece" | "pieces" | "pc" | "pcs" | "item" | "items" | "unit" | "units" => "piece",
        "set" | "sets" => "set",
        "box" | "boxes" => "box",
        "pack" | "packs" | "packet" | "packets" => "pack",
        "bottle" | "bottles" => "bottle",
        "cans" => "can",
        "jar" | "jars" => "jar",
        "tube" | "tubes" => "tube",
        "bag" | "bags" => "bag",
        "roll" | "rolls" => "roll",
        "carton" | "cartons" | "cases" => "carton",
        "order" | "orders" => "order",
        "parcel" | "parcels" | "package" | "packages" => "parcel",
        "copy" | "copies" => "copy",
        _ => return None,
    })
}
