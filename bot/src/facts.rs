//! What the order system says, as types: read leniently, because a business's system may leave things out.

use crate::conversation::{Language, Millis};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A name in the languages of the shop.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Texts {
    pub zh: String,
    pub en: String,
}

impl Texts {
    pub fn of(&self, language: Language) -> &str {
        let (first, second) = match language {
            Language::Zh => (&self.zh, &self.en),
            Language::En => (&self.en, &self.zh),
        };
        if first.is_empty() { second } else { first }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Item {
    pub sku: String,
    pub product_id: String,
    pub name: Texts,
    pub quantity: i64,
    pub price: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: String,
    pub status: String,
    #[serde(default)]
    pub currency: String,
    #[serde(default)]
    pub total: i64,
    #[serde(default)]
    pub created_at: Millis,
    #[serde(default)]
    pub shipped_at: Option<Millis>,
    #[serde(default)]
    pub delivered_at: Option<Millis>,
    #[serde(default)]
    pub promised_at: Option<Millis>,
    #[serde(default)]
    pub items: Vec<Item>,
    #[serde(default)]
    pub address: Address,
    #[serde(default)]
    pub carrier: Option<String>,
    #[serde(default)]
    pub tracking_number: Option<String>,
    #[serde(default, rename = "return")]
    pub after_sales: Option<AfterSales>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct AfterSales {
    pub id: String,
    pub kind: String,
    pub reason: String,
    pub status: String,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tracking {
    pub order_id: String,
    pub carrier: String,
    pub tracking_number: String,
    pub status: String,
    pub events: Vec<TrackingEvent>,
    pub estimated_delivery: Option<Millis>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TrackingEvent {
    pub at: Millis,
    pub place: Texts,
    pub text: Texts,
}

impl Order {
    pub fn read(facts: &Value) -> Option<Order> {
        serde_json::from_value::<Order>(facts.clone()).ok().filter(|o| !o.id.is_empty())
    }

    /// `{"orders":[…]}`, newest first; an order that cannot be read is left out.
    pub fn read_list(facts: &Value) -> Option<Vec<Order>> {
        Some(facts.get("orders")?.as_array()?.iter().filter_map(Order::read).collect())
    }

    /// Not yet handed to the warehouse: address and existence can still change.
    pub fn changeable(&self) -> bool {
        matches!(self.status.as_str(), "pending" | "paid")
    }

    pub fn sent(&self) -> bool {
        matches!(self.status.as_str(), "shipped" | "delivered")
    }

    /// `M2 耳机`, `M2 耳机 ×2、折叠台灯`.
    pub fn item_names(&self, language: Language) -> String {
        let separator = if language == Language::Zh { "、" } else { ", " };
        let mut names: Vec<String> = Vec::new();
        for item in self.items.iter().take(3) {
            let name = item.name.of(language);
            names.push(if item.quantity > 1 { format!("{name} ×{}", item.quantity) } else { name.to_owned() });
        }
        let mut text = names.join(separator);
        if self.items.len() > 3 {
            text.push('…');
        }
        if text.is_empty() { self.id.clone() } else { text }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    pub recipient: String,
    pub phone: String,
    pub country: String,
    pub province: String,
    pub city: String,
    pub district: String,
    pub street: String,
    pub postcode: String,
}

impl Address {
    /// From an entity or a fact: absent or null fields are empty, values are trimmed and bounded.
    pub fn read(value: &Value) -> Address {
        let field = |key: &str| {
            let raw = value.get(key).and_then(Value::as_str).unwrap_or_default();
            clean(raw)
        };
        Address {
            recipient: field("recipient"),
            phone: field("phone"),
            country: field("country"),
            province: field("province"),
            city: field("city"),
            district: field("district"),
            street: field("street"),
            postcode: field("postcode"),
        }
    }

    pub fn is_empty(&self) -> bool {
        *self == Address::default()
    }

    /// As people write it: Chinese from large to small, Western from small to large.
    pub fn line(&self, language: Language) -> String {
        let chinese_text = self.street.chars().chain(self.city.chars()).any(is_han);
        let place = if language == Language::Zh || chinese_text {
            let province = if self.province == self.city { "" } else { self.province.as_str() };
            [province, &self.city, &self.district, &self.street].concat()
        } else {
            let town = [self.postcode.as_str(), &self.city]
                .iter()
                .filter(|p| !p.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(" ");
            let province = if self.province == self.city { "" } else { self.province.as_str() };
            let country = if self.country == "CN" { "" } else { self.country.as_str() };
            [self.street.as_str(), &self.district, &town, province, country]
                .iter()
                .filter(|p| !p.is_empty())
                .copied()
                .collect::<Vec<_>>()
                .join(", ")
        };
        let separator = if language == Language::Zh { "，" } else { ", " };
        [place.as_str(), &self.recipient, &self.phone]
            .iter()
            .filter(|p| !p.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join(separator)
    }

    /// Same address for a parcel: every field, ignoring blanks, letter case and how a phone number is written.
    pub fn same_as(&self, other: &Address) -> bool {
        let same = |a: &str, b: &str| folded(a) == folded(b);
        same(&self.recipient, &other.recipient)
            && digits(&self.phone) == digits(&other.phone)
            && same(&self.country, &other.country)
            && same(&self.province, &other.province)
            && same(&self.city, &other.city)
            && same(&self.district, &other.district)
            && same(&self.street, &other.street)
            && same(&self.postcode, &other.postcode)
    }
}

fn folded(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// The national number: `+86 138…`, `0086138…` and `138…` are one phone.
fn digits(phone: &str) -> String {
    let all: String = phone.chars().filter(char::is_ascii_digit).collect();
    let all = all.strip_prefix("00").unwrap_or(&all);
    match all.strip_prefix("86") {
        Some(rest) if rest.len() == 11 => rest.to_owned(),
        _ => all.to_owned(),
    }
}

pub(crate) fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// One line of plain text of bounded length, without control characters.
pub(crate) fn clean(text: &str) -> String {
    let one_line: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !c.is_control()).take(200).collect();
    one_line.trim().to_owned()
}

/// `¥299.00`, `$12.50`, `12.50 CHF`.
pub fn money(minor: i64, currency: &str) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let amount = format!("{}.{:02}", minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
    match currency {
        "CNY" | "" => format!("{sign}¥{amount}"),
        "USD" => format!("{sign}${amount}"),
        "EUR" => format!("{sign}€{amount}"),
        other => format!("{sign}{amount} {other}"),
    }
}

fn local(at: Millis) -> Option<jiff::Zoned> {
    jiff::Timestamp::from_millisecond(at).ok()?.in_tz("Asia/Shanghai").ok()
}

pub fn day(at: Millis, language: Language) -> String {
    let Some(z) = local(at) else { return String::new() };
    match language {
        Language::Zh => format!("{}月{}日", z.month(), z.day()),
        Language::En => z.strftime("%b %-d").to_string(),
    }
}

/// Midnight in the shop at the end of the day that lies `days` after `at`: delivered on 1 May, seven days end with 8 May.
pub fn days_end(at: Millis, days: u16) -> Option<Millis> {
    let last = local(at)?.start_of_day().ok()?.checked_add(jiff::Span::new().days(i64::from(days) + 1)).ok()?;
    Some(last.timestamp().as_millisecond())
}

pub fn day_time(at: Millis, language: Language) -> String {
    let Some(z) = local(at) else { return String::new() };
    match language {
        Language::Zh => format!("{}月{}日 {:02}:{:02}", z.month(), z.day(), z.hour(), z.minute()),
        Language::En => z.strftime("%b %-d, %H:%M").to_string(),
    }
}

/// The days that "last week", "昨天" and the like mean, as `[from, to)`; `None` when the text names none.
pub fn period(text: &str, now: Millis) -> Option<(Millis, Millis)> {
    let text = text.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    let today = local(now)?.start_of_day().ok()?;
    let shift =
        |days: i64| today.checked_add(jiff::Span::new().days(days)).ok().map(|z| z.timestamp().as_millisecond());
    let weekday = i64::from(today.weekday().to_monday_zero_offset());
    if has(&["前天", "day before yesterday"]) {
        Some((shift(-2)?, shift(-1)?))
    } else if has(&["昨天", "yesterday"]) {
        Some((shift(-1)?, shift(0)?))
    } else if has(&["今天", "today"]) {
        Some((shift(0)?, shift(1)?))
    } else if has(&["上周", "上星期", "上个星期", "last week"]) {
        Some((shift(-weekday - 7)?, shift(-weekday)?))
    } else if has(&["这周", "本周", "这个星期", "this week"]) {
        Some((shift(-weekday)?, shift(1)?))
    } else if has(&["上个月", "上月", "last month"]) {
        let first = today.first_of_month().ok()?;
        let before = first.checked_sub(jiff::Span::new().months(1)).ok()?;
        Some((before.timestamp().as_millisecond(), first.timestamp().as_millisecond()))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    /// 2026-11-22 22:00 in Shanghai, a Sunday.
    const NOW: Millis = 1_795_356_000_000;

    #[test]
    fn dates_are_the_shops_dates() {
        assert_eq!(day(NOW, Language::Zh), "11月22日");
        assert_eq!(day_time(NOW, Language::En), "Nov 22, 22:00");
        let (from, to) = period("上周那单", NOW).unwrap();
        assert_eq!((day(from, Language::Zh), day(to, Language::Zh)), ("11月9日".into(), "11月16日".into()));
        assert_eq!(day(period("from yesterday", NOW).unwrap().0, Language::En), "Nov 21");
        assert!(period("hello", NOW).is_none());
        let end = days_end(NOW, 7).unwrap();
        assert_eq!(
            (day_time(end - 1, Language::En), day_time(end, Language::En)),
            ("Nov 29, 23:59".into(), "Nov 30, 00:00".into())
        );
    }

    #[test]
    fn addresses_compare_as_a_parcel_sees_them() {
        let a = Address::read(
            &json!({"recipient":"王芳","phone":"+8613800138000","city":"杭州市","street":"文三路 100号"}),
        );
        let b = Address::read(
            &json!({"recipient":"王芳","phone":"138 0013 8000","city":"杭州市","street":"文三路100号","district":null}),
        );
        assert!(a.same_as(&b));
        assert!(!a.same_as(&Address { district: "西湖区".into(), ..b }));
    }

    #[test]
    fn an_order_needs_only_id_and_status() {
        assert!(Order::read(&json!({"id":"KF1","status":"paid"})).is_some());
        assert!(Order::read(&json!({"status":"paid"})).is_none());
        assert_eq!(Order::read_list(&json!({"orders":[{"id":"KF1","status":"paid"},{"id":7}]})).unwrap().len(), 1);
        assert_eq!(money(29900, "CNY"), "¥299.00");
    }
}
