//! Postal addresses, Chinese and Western, with recipient, phone and postcode where they stand beside them.
//!
//! An address that is acted upon is written to an order, so the rule is: rather none than a wrong one. A place
//! that is only mentioned ("上海什么时候到货") is no address.

mod chinese;
mod countries;
mod gazetteer;
mod names;
mod old_names;
mod pinyin;
mod region;
mod western;

use serde_json::{Map, Value, json};

use crate::entities::Found;
use crate::text::head;
use crate::understanding::EntityKind;

/// A message with an address is short; what is longer must not cost more.
const MAX_BYTES: usize = 4096;

/// The fields of an address; empty where the text does not tell and the table of places cannot fill in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields {
    /// ISO 3166 alpha-2.
    pub country: String,
    pub province: String,
    pub city: String,
    pub district: String,
    /// The whole line: road, house, building, flat.
    pub street: String,
    /// The house alone: `88号`, `221B`.
    pub number: String,
    pub recipient: Option<String>,
    pub phone: Option<String>,
    pub postcode: Option<String>,
    /// As one would write it on one line, without recipient and phone.
    pub full: String,
    /// Province, city and district as they may be meant when what is written cannot all be true.
    pub readings: Vec<[String; 3]>,
}

impl Fields {
    fn into_value(self) -> Value {
        let mut map = Map::new();
        for (key, value) in [
            ("country", self.country),
            ("province", self.province),
            ("city", self.city),
            ("district", self.district),
            ("street", self.street),
            ("number", self.number),
            ("full", self.full),
        ] {
            map.insert(key.into(), value.into());
        }
        for (key, value) in [("recipient", self.recipient), ("phone", self.phone), ("postcode", self.postcode)] {
            if let Some(value) = value {
                map.insert(key.into(), value.into());
            }
        }
        if !self.readings.is_empty() {
            let reading = |[province, city, district]: [String; 3]| json!({ "province": province, "city": city, "district": district });
            let readings: Vec<Value> = self.readings.into_iter().map(reading).collect();
            map.insert("contradiction".into(), json!({ "readings": readings }));
        }
        Value::Object(map)
    }
}

/// `fixed` are phones, order numbers and e-mails already found, in order.
pub(crate) fn find(text: &str, fixed: &[Found], found: &mut Vec<Found>) {
    let text = head(text, MAX_BYTES);
    let fixed: Vec<Found> = fixed.iter().filter(|f| f.end <= text.len()).cloned().collect();
    let address = chinese::find(text, &fixed).or_else(|| western::find(text, &fixed));
    if let Some((start, end, fields, confidence)) = address {
        found.push(Found { kind: EntityKind::Address, start, end, value: fields.into_value(), confidence });
    }
}

type Address = (usize, usize, Fields, f32);

#[cfg(test)]
mod tests;
