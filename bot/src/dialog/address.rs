//! Reading a new address out of what the customer says, all at once or in fragments.

use crate::facts::{Address, clean};
use crate::hear::Input;
use nlu::understanding::EntityKind;
use regex::Regex;
use serde_json::Value;
use std::sync::LazyLock;

/// "收件人改成李四", "the recipient should be Li Si".
static RECIPIENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(?:收件人|收货人|联系人|姓名|recipient|receiver|name)\s*(?:请|也)?(?:改成|改为|换成|更换为|should be|is|to|是|为|叫|：|:)\s*([\p{Han}·]{2,12}|[\p{L}][\p{L}.'\-]*(?: [\p{L}][\p{L}.'\-]*){0,3})",
    )
    .ok()
});

/// Fields that the customer named; the rest of the order's address stands.
pub(crate) fn named(input: &Input) -> Address {
    let mut found = Address::default();
    if let Some(payload) = &input.payload
        && let Some(address @ Value::Object(_)) = payload.slots.get("address")
    {
        return Address::read(address);
    }
    if let Some(entity) = input.entity(EntityKind::Address) {
        found = Address::read(&entity.value);
        // Places that do not fit together are asked about first.
        if entity.value.get("contradiction").is_some() {
            found = Address { recipient: found.recipient, phone: found.phone, ..Address::default() };
        }
    }
    if found.phone.is_empty()
        && let Some(phone) = input.entity(EntityKind::Phone).and_then(|e| e.text())
    {
        found.phone = clean(phone);
    }
    if let Some(name) = RECIPIENT.as_ref().and_then(|r| r.captures(&input.text)).and_then(|c| c.get(1)) {
        found.recipient = clean(name.as_str());
    }
    found
}

/// Reads a place out of words of which it is known that they are one, together with what was said before them.
fn parse(words: &str, now: i64) -> Option<Address> {
    let chinese = words.chars().any(crate::facts::is_han);
    let text = if chinese { format!("新地址：{words}") } else { words.to_owned() };
    let entity = nlu::extract(&text, &[], now).into_iter().find(|e| e.kind == EntityKind::Address)?;
    Some(Address::read(&entity.value))
}

/// The answer to the question for the part that is missing: only a street, only a town.
pub(crate) fn complete(so_far: &Address, text: &str, now: i64) -> Option<Address> {
    let text = clean(text);
    if crate::hear::is_question(&text) {
        return None;
    }
    let town = [so_far.province.as_str(), &so_far.city, &so_far.district].concat();
    if !so_far.city.is_empty() && so_far.street.is_empty() {
        let whole = parse(&format!("{town}{text}"), now).filter(|a| !a.street.is_empty() && a.city == so_far.city);
        return whole.or_else(|| as_street(&text).map(|street| Address { street, ..Address::default() }));
    }
    if so_far.city.is_empty() && so_far.names_place() {
        let chinese = text.chars().any(crate::facts::is_han);
        let joined = if chinese {
            format!("{text}{}{}", so_far.district, so_far.street)
        } else {
            format!("{}, {text}", so_far.street)
        };
        let whole = parse(&joined, now).filter(|a| !a.city.is_empty());
        return whole.or_else(|| as_city(&text).map(|city| Address { city, ..Address::default() }));
    }
    parse(&text, now).or_else(|| as_street(&text).map(|street| Address { street, ..Address::default() }))
}

/// What comes before the right words in "不对，应该是…", "no, it's …".
static DENIAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\s*(?:(?:不对|不是|不过|但是|不|但|错了|写错了|是的|对的|好的|好|确认|可以|nope|no\b|wrong|sorry|yes|yeah|ok|okay|sure|but|please|i want it|send it|sent)[\s，,。.!！;；]*)*(?:门牌号|地址|房号|the address|the house number)?\s*(?:应该是|应为|应该|是|改成|改为|换成|寄到|it'?s|it is|it should be|should be|to\b)?\s*",
    )
    .ok()
});
static HOUSE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(\d{1,5})\s*(号|弄|幢|栋|楼|室)[。.!！]?$").ok());

static UNIT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:unit|apt|apartment|flat|suite|room|floor)\b\.?\s*#?\s*[a-z]?\d{1,5}[a-z]?$").ok()
});
static UNIT_IN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b(?:unit|apt|apartment|flat|suite|room|floor)\b").ok());

/// The corrected part of an address that was just read back: another house number, or a whole new line.
pub(crate) fn corrected(noted: &Address, text: &str, now: i64) -> Option<Address> {
    let rest = DENIAL.as_ref()?.replace(text, "");
    let rest = rest.trim();
    // Words left over are no part of an address.
    let rest = rest.trim_end_matches(['.', '。', '!', '！']).trim();
    let rest = rest.strip_suffix("instead").unwrap_or(rest).trim();
    let leftover = ["不过", "但是", "改成", "改为", " but ", "instead"].iter().any(|w| rest.contains(w));
    if leftover || !rest.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    if let Some(house) = HOUSE.as_ref()?.captures(rest) {
        let (number, unit) = (house.get(1)?.as_str(), house.get(2)?.as_str());
        let old = Regex::new(&format!(r"\d+\s*{unit}")).ok()?;
        let hits = old.find_iter(&noted.street).count();
        // Nothing to put it in, or several places: only the customer knows which.
        return (hits == 1).then(|| Address {
            street: old.replace(&noted.street, format!("{number}{unit}")).into_owned(),
            ..Address::default()
        });
    }
    // A flat without a street belongs to the street that was noted; with another flat there, only the customer knows.
    if UNIT.as_ref()?.is_match(rest) {
        let fits = !noted.street.is_empty() && !UNIT_IN.as_ref()?.is_match(&noted.street);
        let street = format!("{}, {rest}", noted.street);
        return fits.then(|| Address { street, ..Address::default() });
    }
    complete(noted, rest, now).filter(|found| !found.is_empty())
}

impl Address {
    pub(crate) fn names_place(&self) -> bool {
        !self.city.is_empty() || !self.street.is_empty() || !self.district.is_empty() || !self.province.is_empty()
    }

    /// What was said later wins; a new town makes the older parts below it void.
    pub(crate) fn update(&mut self, new: Address) {
        let moves = (!new.city.is_empty() && !self.city.is_empty() && new.city != self.city)
            || (!new.province.is_empty() && !self.province.is_empty() && new.province != self.province);
        if moves || (!new.city.is_empty() && !new.street.is_empty()) {
            let Address { recipient, phone, .. } = std::mem::take(self);
            self.recipient = recipient;
            self.phone = phone;
        }
        let set = |old: &mut String, new: String| {
            if !new.is_empty() {
                *old = new;
            }
        };
        set(&mut self.recipient, new.recipient);
        set(&mut self.phone, new.phone);
        set(&mut self.country, new.country);
        set(&mut self.province, new.province);
        set(&mut self.city, new.city);
        set(&mut self.district, new.district);
        set(&mut self.street, new.street);
        set(&mut self.postcode, new.postcode);
    }

    /// The whole address for the order: a new place, or the old one with another recipient or phone.
    pub(crate) fn over(&self, old: &Address) -> Address {
        let or = |new: &str, old: &str| if new.is_empty() { old.to_owned() } else { new.to_owned() };
        let mut whole = if self.names_place() { self.clone() } else { old.clone() };
        whole.recipient = or(&self.recipient, &old.recipient);
        whole.phone = or(&self.phone, &old.phone);
        whole.country = or(&self.country, &old.country);
        // "文三路 99 号" after "杭州市": the province is the same when the city is.
        if whole.province.is_empty() && whole.city == old.city {
            whole.province.clone_from(&old.province);
        }
        whole
    }
}

/// A line that can only be a street and house, said when the street was asked for.
fn as_street(text: &str) -> Option<String> {
    let text = clean(text);
    let length = text.chars().count();
    let number = text.chars().any(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(c));
    let kind =
        ["路", "街", "道", "巷", "弄", "号", "村", "园", "苑", "楼", "室", "栋", "幢", "大厦", "小区", "镇", "乡"]
            .iter()
            .any(|w| text.contains(w))
            || [
                "street", "st ", "st.", "road", "rd", "avenue", "ave", "lane", "drive", "way", "square", "building",
                "apt", "flat", "room", "floor", "unit",
            ]
            .iter()
            .any(|w| text.to_lowercase().contains(w));
    ((3..=120).contains(&length) && number && kind && !crate::hear::is_question(&text)).then_some(text)
}

/// A short name of a place, said when the city was asked for.
fn as_city(text: &str) -> Option<String> {
    let text = clean(text);
    let length = text.chars().count();
    let plain = text.chars().all(|c| c.is_alphabetic() || c == ' ' || c == '-' || c == '\'');
    ((2..=40).contains(&length) && plain && !crate::hear::is_question(&text)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(city: &str, street: &str) -> Address {
        Address { city: city.into(), street: street.into(), ..Address::default() }
    }

    #[test]
    fn fragments_add_up_and_a_new_town_starts_afresh() {
        let mut a = place("杭州市", "");
        a.update(Address { phone: "13900139000".into(), ..place("", "文三路100号") });
        assert_eq!((a.city.as_str(), a.street.as_str(), a.phone.as_str()), ("杭州市", "文三路100号", "13900139000"));
        a.update(place("南京市", ""));
        assert_eq!((a.city.as_str(), a.street.as_str(), a.phone.as_str()), ("南京市", "", "13900139000"));
    }

    #[test]
    fn a_new_phone_keeps_the_place_and_a_new_place_keeps_the_phone() {
        let old = Address {
            recipient: "王芳".into(),
            phone: "138".into(),
            postcode: "310000".into(),
            ..place("杭州市", "旧街1号")
        };
        let phone = Address { phone: "139".into(), ..Address::default() }.over(&old);
        assert_eq!(
            (phone.street.as_str(), phone.phone.as_str(), phone.postcode.as_str()),
            ("旧街1号", "139", "310000")
        );
        let moved = place("南京市", "新街2号").over(&old);
        assert_eq!((moved.street.as_str(), moved.phone.as_str(), moved.postcode.as_str()), ("新街2号", "138", ""));
    }

    #[test]
    fn a_corrected_house_number_goes_into_the_street() {
        let noted = place("南京市", "中山路88号5栋302室");
        let street = |text: &str| corrected(&noted, text, 0).map(|a| a.street);
        assert_eq!(street("不对，是89号").as_deref(), Some("中山路89号5栋302室"));
        assert_eq!(street("no, 303室").as_deref(), Some("中山路88号5栋303室"));
        assert_eq!(street("是的，不过门牌号改成2号").as_deref(), Some("中山路2号5栋302室"));
        let baker = place("London", "12 Baker Street");
        let unit = |noted: &Address| corrected(noted, "yes but unit 5", 0).map(|a| a.street);
        assert_eq!(unit(&baker).as_deref(), Some("12 Baker Street, unit 5"));
        assert_eq!(unit(&place("London", "Flat 2, 12 Baker Street")), None);
        assert_eq!(street("不对，我写错了"), None);
        assert_eq!(corrected(&place("南京市", ""), "89号", 0).map(|a| a.street), None);
    }

    #[test]
    fn streets_and_cities_are_plausible() {
        assert!(as_street("文三路 100 号 3 幢 502").is_some() && as_street("12 Baker Street").is_some());
        assert!(as_street("不知道").is_none() && as_street("多少钱一号").is_none());
        assert!(as_city("杭州市西湖区").is_some() && as_city("123").is_none() && as_city("哪里").is_none());
    }
}
