//! Chinese addresses: a chain of places from the gazetteer, then the street as written, then who and what phone.

use std::sync::LazyLock;

use regex::Regex;

use super::gazetteer;
use super::region::{GAPS, Region, chain};
use super::{Address, Fields, names};
use crate::entities::Found;
use crate::text::{digits_alone, head, is_han, pattern};
use crate::understanding::EntityKind;

const MAX_CANDIDATES: usize = 32;
const STOPS: &[char] = &[
    ',', '，', '\n', '。', ';', '；', '!', '！', '?', '？', '、', '|', ':', '：', '(', ')', '"', '“', '”', '【', '】',
    '<', '>',
];

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[0-9一二三四五六七八九十百]{1,5}(?:[-/之][0-9]{1,5})*[A-Za-z]?\s?(?:号楼|号院|号|弄|栋|幢|座|楼|层|室|单元|户|组|队|期|门牌|F\b)|[A-Za-z]\d{0,3}\s?[座栋幢区楼室]|\d{1,4}[-#]\d{1,4}(?:[-#]\d{1,5})*|[^\d]\d{2,5}$",
    )
});
static ROAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[\p{Han}A-Za-z0-9]{1,10}?(?:大道|大街|公路|胡同|街道|路|街|道|巷|弄|镇|乡|村|屯|社区|开发区|工业区|工业园|园区|苏木|嘎查)",
    )
});
static POI: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\p{Han}{1,10}?(?:小区|花园|花苑|家园|新村|新城|公寓|大厦|大楼|广场|中心|大学|学院|中学|小学|学校|医院|酒店|宾馆|公司|工厂|写字楼|商场|超市|驿站|快递柜|市场|商城|苑|园|城|府|庄|湾|里|院|居|庭|邸|郡|墅|厂|店)",
    )
});
/// 88号, 368弄12号, 136-1号; 3号楼 is a building.
static HOUSE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"((?:[0-9]{1,5}弄)?(?:[0-9]{1,5}|[一二三四五六七八九十百]{1,5})(?:[-之][0-9]{1,4})*[A-Za-z]?号|[0-9]{1,5}弄)(?:[^楼线门]|$)",
    )
});
/// From here on it is talk again.
static TALK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "什么|多久|几天|几点|怎么|如何|能不能|可不可以|可以|能否|吗|呢|吧|多少|谢谢|多谢|麻烦|辛苦|请|有没有|有货|附近|快递(?:[^柜站点]|$)|包裹|订单|发货|到货|送达|送过|送到|寄到|寄过|还是|已经|现在|行不行|收货|包邮|运费|门店|仓库|的时候|要收|要加|放在|放门口|放前台|不要|别放|而不是|不是|谢了|对吧|好的|我要|我想|想要|帮我|因为|之前|以后|然后|今天|明天|后天|尽快|千万|记得|收件|联系|电话|手机|邮编|姓名|号码|是我的|这个地址|就行|即可|是不是|需要|应该|下单",
    )
});
/// Right before an address.
static TRIGGER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "(?:地址(?:信息)?|所在地区|送至|收件地|(?:改|换|变更|修改|更改|调整|更新)(?:为|成|到|至)|(?:寄|送|发|邮|配送|派送|投递|搬)(?:到|至|去|往|给)|新地址|住在|家住|我住)(?:在|是|为|改成|改为|改到|换成|写|应该是|如下)?\\s*[:：,，]?\\s*$",
    )
});
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(收货人|收件人|联系人|姓名|名字|客户|详细地址|收货地址|收件地址|寄送地址|新地址|地址|所在地区|地区|手机号码|手机号|联系电话|联系方式|手机|电话|邮政编码|邮编|name|recipient|phone|mobile|tel|address|postcode|zip)\s*(?:[:：]|是|为|改成)\s*",
    )
});
static POSTCODE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d{6}"));
static RECEIVER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:由|给)?(\p{Han}{2,6}|[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){0,2})\s?\(?收\)?$"));
/// What introduces a name without a colon.
const INTRODUCED: &[&str] = &["联系人", "收件人", "收货人", "我叫", "我是", "名字叫", "叫"];

pub(super) fn find(text: &str, fixed: &[Found]) -> Option<Address> {
    if !text.chars().any(is_han) {
        return None;
    }
    let mut best: Option<(i32, Candidate)> = None;
    let mut candidates = 0;
    for (start, c) in text.char_indices() {
        if !is_han(c) || best.as_ref().is_some_and(|(_, b)| start < b.core_end) {
            continue;
        }
        let region = chain(text, start, fixed);
        if region.is_empty() {
            continue;
        }
        candidates += 1;
        if candidates > MAX_CANDIDATES {
            break;
        }
        let candidate = Candidate::new(text, start, region, fixed);
        let score = candidate.score(text);
        if best.as_ref().is_none_or(|(s, _)| score > *s) {
            best = Some((score, candidate));
        }
    }
    if let Some((score, candidate)) = best
        && let Some(address) = candidate.accept(score)
    {
        return Some(address);
    }
    without_region(text, fixed)
}

/// A street without its city: only after "地址：", "改到" and the like, or alone in the message.
fn without_region(text: &str, fixed: &[Found]) -> Option<Address> {
    let mut starts: Vec<usize> = Vec::new();
    let mut offset = 0;
    for piece in text.split_inclusive(STOPS) {
        let begin = offset + (piece.len() - piece.trim_start().len());
        offset += piece.len();
        let within = piece.trim_end_matches(STOPS);
        let place = within.char_indices().map(|(at, _)| at).rfind(|at| TRIGGER.is_match(&within[..*at]));
        starts.extend(place.map(|at| offset - piece.len() + at));
        starts.push(begin);
    }
    let mut best: Option<(i32, Candidate)> = None;
    for start in starts.into_iter().take(MAX_CANDIDATES) {
        if start >= text.len() || fixed.iter().any(|f| f.start <= start && start < f.end) {
            continue;
        }
        let candidate = Candidate::new(text, start, Region::none(start), fixed);
        if !candidate.has_road || !candidate.has_number {
            continue;
        }
        let score = candidate.score(text);
        if best.as_ref().is_none_or(|(s, _)| score > *s) {
            best = Some((score, candidate));
        }
    }
    best.and_then(|(score, candidate)| candidate.accept(score))
}

struct Candidate {
    start: usize,
    region: Region,
    core_end: usize,
    street: String,
    has_road: bool,
    has_poi: bool,
    has_number: bool,
    triggered: bool,
    talk_follows: bool,
    recipient: Option<(String, usize, usize)>,
    phone: Option<(String, usize, usize)>,
    postcode: Option<(String, usize, usize)>,
}

impl Candidate {
    fn new(text: &str, start: usize, region: Region, fixed: &[Found]) -> Candidate {
        let mut c = Candidate {
            start,
            core_end: region.end,
            region,
            street: String::new(),
            has_road: false,
            has_poi: false,
            has_number: false,
            triggered: TRIGGER.is_match(&text[..start]),
            talk_follows: false,
            recipient: None,
            phone: None,
            postcode: None,
        };
        c.read_street(text, fixed);
        c.has_road = ROAD.is_match(&c.street);
        c.has_poi = POI.is_match(&c.street);
        c.has_number = NUMBER.is_match(&c.street);
        c.beside(text, fixed);
        c
    }

    /// The first piece after the region is the street; further pieces as long as they look like one.
    fn read_street(&mut self, text: &str, fixed: &[Found]) {
        let mut cursor = self.region.end;
        for piece_no in 0..6 {
            let gap = text[cursor..].len() - text[cursor..].trim_start_matches(GAPS).len();
            let begin = cursor + gap;
            let crossed_line = text[cursor..begin].contains('\n');
            let limit = fixed.iter().map(|f| f.start).find(|s| *s >= begin).unwrap_or(text.len());
            if fixed.iter().any(|f| f.start <= begin && begin < f.end) || begin >= limit {
                return;
            }
            let piece = &text[begin..limit];
            let piece = head(&piece[..piece.find(STOPS).unwrap_or(piece.len())], 240);
            let piece = &piece[..space_end(piece)];
            let label = LABEL.find(piece).map_or(piece.len(), |m| m.start());
            let talk = TALK.find(piece).map_or(piece.len(), |m| m.start());
            let cut = label.min(talk);
            let mut kept = piece[..cut].trim_end_matches(|c: char| c == ' ' || "的了哦啊哈呀就，嘛".contains(c));
            if talk < piece.len() && talk <= label {
                self.talk_follows = true;
            }
            if let Some(name) = RECEIVER.captures(kept).and_then(|m| m.get(1)) {
                let (from, person) = glued_name(name.as_str());
                if let Some(person) = person {
                    let at = begin + name.start() + from;
                    self.recipient = Some((person.to_owned(), at, begin + kept.len()));
                    kept = kept[..name.start() + from].trim_end();
                    if kept.is_empty() {
                        return;
                    }
                    self.append(kept, begin);
                    return;
                }
            }
            if kept.is_empty() || names::is_chinese(kept) && piece_no > 0 || is_postcode(kept) {
                return;
            }
            let detail = ROAD.is_match(kept) || NUMBER.is_match(kept) || POI.is_match(kept);
            if piece_no > 0 && !(detail && (!crossed_line || kept.chars().count() <= 24)) {
                return;
            }
            // "建国路88号李四13800138000": what stands between the number and the phone is the name.
            let glued = kept
                .rfind(|c: char| "号室楼层栋幢座户元0123456789".contains(c))
                .map(|at| at + kept[at..].chars().next().map_or(1, char::len_utf8));
            let phone_next = fixed.iter().any(|f| {
                f.kind == EntityKind::Phone
                    && f.start >= begin + kept.len()
                    && text[begin + kept.len()..f.start].trim().is_empty()
            });
            if let Some(at) = glued
                && phone_next
                && names::is_chinese(kept[at..].trim())
            {
                self.recipient = Some((kept[at..].trim().to_owned(), begin + at, begin + kept.len()));
                self.append(kept[..at].trim_end(), begin);
                return;
            }
            self.append(kept, begin);
            cursor = begin + kept.len();
            if cut < piece.len() {
                return;
            }
        }
    }

    fn append(&mut self, piece: &str, begin: usize) {
        let ascii = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if ascii(self.street.chars().next_back()) && ascii(piece.chars().next()) {
            self.street.push(' ');
        }
        self.street.push_str(piece);
        self.core_end = begin + piece.len();
    }

    /// Recipient, phone and postcode: labelled anywhere, else in the pieces directly before and after.
    fn beside(&mut self, text: &str, fixed: &[Found]) {
        let phones: Vec<&Found> = fixed.iter().filter(|f| f.kind == EntityKind::Phone).collect();
        let near = phones.iter().min_by_key(|f| f.start.abs_diff(self.core_end).min(f.end.abs_diff(self.start)));
        self.phone = near.and_then(|f| Some((f.value.as_str()?.to_owned(), f.start, f.end)));
        let labels: Vec<(usize, usize, String)> = LABEL
            .captures_iter(text)
            .filter_map(|m| Some((m.get(0)?.start(), m.get(0)?.end(), m.get(1)?.as_str().to_ascii_lowercase())))
            .collect();
        for (at, (_, end, label)) in labels.iter().enumerate() {
            let stop = labels.get(at + 1).map_or(text.len(), |l| l.0);
            let value = piece_at(text, *end, stop, fixed);
            match label.as_str() {
                "收货人" | "收件人" | "联系人" | "姓名" | "名字" | "客户" | "name" | "recipient"
                    if !value.is_empty()
                        && value.chars().count() <= 24
                        && !(self.start..self.core_end).contains(end) =>
                {
                    self.recipient = Some((value.to_owned(), *end, *end + value.len()));
                }
                "邮政编码" | "邮编" | "postcode" | "zip" if is_postcode(value) => {
                    self.postcode = Some((value.to_owned(), *end, *end + value.len()));
                }
                _ => {}
            }
        }
        if self.postcode.is_none() {
            self.postcode = POSTCODE
                .find_iter(text)
                .filter(|m| {
                    digits_alone(text, m.start(), m.end()) && (m.end() <= self.start || m.start() >= self.core_end)
                })
                .filter(|m| fixed.iter().all(|f| m.end() <= f.start || f.end <= m.start()))
                .filter(|m| alone(text, m.start(), m.end()))
                .find(|m| m.start().abs_diff(self.core_end) < 60 || m.end().abs_diff(self.start) < 60)
                .map(|m| (m.as_str().to_owned(), m.start(), m.end()));
        }
        if self.recipient.is_none() {
            self.recipient = pieces(text, fixed)
                .into_iter()
                .filter(|(from, to)| *to <= self.start || *from >= self.core_end)
                .filter(|(from, to)| to.abs_diff(self.start) < 48 || from.abs_diff(self.core_end) < 48)
                .find_map(|(from, to)| {
                    let piece = text[from..to].trim();
                    let called = RECEIVER.captures(piece).and_then(|m| m.get(1)).map_or(piece, |m| m.as_str());
                    let called = INTRODUCED.iter().find_map(|i| called.strip_prefix(i)).unwrap_or(called).trim();
                    // Two characters without a phone or 收 beside them may be anything.
                    let sure = self.phone.is_some() || called != piece || self.postcode.is_some();
                    let name = names::is_chinese(called) && gazetteer::at(called).iter().all(|m| m.len < called.len())
                        || names::is_western(called);
                    (sure && name).then(|| (called.to_owned(), from, to))
                });
        }
    }

    fn score(&self, text: &str) -> i32 {
        let (start, end) = self.extent();
        let covered = text[start..end].chars().filter(|c| c.is_alphanumeric()).count();
        let all = text.chars().filter(|c| c.is_alphanumeric()).count().max(1);
        let mut score = self.region.levels.min(3) as i32;
        score += i32::from(self.has_road) + i32::from(self.has_poi) + 2 * i32::from(self.has_number);
        score += 2 * i32::from(self.triggered);
        score +=
            i32::from(self.recipient.is_some()) + i32::from(self.phone.is_some()) + i32::from(self.postcode.is_some());
        score += i32::from(covered * 10 >= all * 8);
        score - 2 * i32::from(self.talk_follows && !self.has_number)
    }

    fn extent(&self) -> (usize, usize) {
        let mut extent = (self.start, self.core_end);
        for (_, from, to) in [&self.recipient, &self.phone, &self.postcode].into_iter().flatten() {
            extent = (extent.0.min(*from), extent.1.max(*to));
        }
        extent
    }

    fn accept(self, score: i32) -> Option<Address> {
        let street_known = self.has_number || self.has_road || self.has_poi;
        let enough = if self.has_number {
            score >= 4 && (self.has_road || self.has_poi || self.region.levels >= 2)
        } else if street_known {
            score >= 4 && (self.region.levels >= 2 || self.region.levels >= 1 && self.triggered) && !self.talk_follows
        } else {
            score >= 4
                && self.region.levels >= 2
                && self.triggered
                && !self.talk_follows
                && self.street.chars().count() <= 12
        };
        if !enough || self.street.chars().count() > 80 {
            return None;
        }
        let (start, end) = self.extent();
        let confidence = match (self.has_number, street_known) {
            (true, _) if self.region.levels >= 1 => 0.95,
            (true, _) => 0.75,
            (false, true) => 0.7,
            _ => 0.5,
        };
        let mut fields = Fields { country: "CN".into(), street: self.street.clone(), ..Fields::default() };
        self.region.fill(&mut fields);
        fields.readings = self.region.readings();
        fields.number = HOUSE.captures(&fields.street).map_or(String::new(), |m| m[1].to_owned());
        fields.recipient = self.recipient.map(|r| r.0);
        fields.phone = self.phone.map(|p| p.0);
        fields.postcode = self.postcode.map(|p| p.0);
        fields.full = one_line(&fields);
        Some((start, end, fields, confidence))
    }
}

fn one_line(fields: &Fields) -> String {
    let city = if fields.city == fields.province { "" } else { fields.city.as_str() };
    [fields.province.as_str(), city, &fields.district, &fields.street].concat()
}

/// Where the first piece ends that a space cuts off; a space between letters or digits is kept.
fn space_end(piece: &str) -> usize {
    for (at, _) in piece.match_indices(' ') {
        let before = piece[..at].chars().next_back();
        let after = piece[at..].trim_start().chars().next();
        let joined = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        if !(joined(before) && joined(after)) {
            return at;
        }
    }
    piece.len()
}

/// In "建国路88号李四" the name is what follows the last part of the address.
fn glued_name(text: &str) -> (usize, Option<&str>) {
    let chars: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let starts = [4, 3, 2].into_iter().filter(|n| *n <= chars.len()).map(|n| chars[chars.len() - n]);
    if names::is_chinese(text) || names::is_western(text) {
        return (0, Some(text));
    }
    for from in starts {
        let before = text[..from].chars().next_back();
        if names::is_chinese(&text[from..])
            && before.is_none_or(|c| "号室楼层栋幢座户元".contains(c) || c.is_ascii_digit())
        {
            return (from, Some(&text[from..]));
        }
    }
    (0, None)
}

fn is_postcode(text: &str) -> bool {
    text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())
}

fn alone(text: &str, start: usize, end: usize) -> bool {
    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() || is_han(c) && "编码".contains(c));
    edge(text[..start].chars().next_back()) && edge(text[end..].chars().next())
}

/// The value after a label: up to a stop, a phone, or the next label.
fn piece_at<'a>(text: &'a str, start: usize, stop: usize, fixed: &[Found]) -> &'a str {
    let stop = fixed.iter().filter(|f| f.end > start).map(|f| f.start.max(start)).min().unwrap_or(stop).min(stop);
    let piece = &text[start..stop.max(start)];
    let piece = &piece[..piece.find(STOPS).unwrap_or(piece.len())];
    piece[..space_end(piece)].trim()
}

/// The message cut at stops, spaces, labels and things already found.
fn pieces(text: &str, fixed: &[Found]) -> Vec<(usize, usize)> {
    let mut cuts = vec![0, text.len()];
    for f in fixed {
        cuts.extend([f.start, f.end]);
    }
    for m in LABEL.find_iter(text) {
        cuts.extend([m.start(), m.end()]);
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut found = Vec::new();
    for pair in cuts.windows(2) {
        let mut offset = pair[0];
        if fixed.iter().any(|f| f.start == offset) {
            continue;
        }
        for piece in text[pair[0]..pair[1]].split_inclusive(STOPS) {
            let trimmed = piece.trim_end_matches(STOPS);
            let whole = trimmed.trim();
            // An English name has spaces inside.
            if names::is_western(whole) {
                let from = offset + (trimmed.len() - trimmed.trim_start().len());
                found.push((from, from + whole.len()));
            } else {
                let mut inner = offset;
                for word in trimmed.split_inclusive(' ') {
                    let clean = word.trim();
                    if !clean.is_empty() {
                        let from = inner + (word.len() - word.trim_start().len());
                        found.push((from, from + clean.len()));
                    }
                    inner += word.len();
                }
            }
            offset += piece.len();
        }
    }
    found
}
