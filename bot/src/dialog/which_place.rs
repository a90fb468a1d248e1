//! "浙江省南京市…" cannot be true: the customer is asked which part is meant, and until then nothing of it is noted.

use super::pick::position;
use crate::conversation::Button;
use crate::facts::Address;
use crate::hear::Input;
use crate::work::Work;
use kg::Language;
use nlu::understanding::EntityKind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One address in two readings: the smaller place is right, or the larger.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WhichPlace {
    small: Address,
    large: Address,
}

impl WhichPlace {
    pub(super) fn of(input: &Input) -> Option<WhichPlace> {
        let entity = input.entity(EntityKind::Address)?;
        let readings = entity.value.get("contradiction")?.get("readings")?.as_array()?;
        let read = |reading: &Value| {
            let place = Address::read(reading);
            let said = Address::read(&entity.value);
            Address { province: place.province, city: place.city, district: place.district, ..said }
        };
        match readings.as_slice() {
            [small, large] => Some(WhichPlace { small: read(small), large: read(large) }),
            _ => None,
        }
    }

    pub(super) fn ask(&self, work: &mut Work<'_>) {
        let language = work.language;
        let (small, large) = (place(&self.small, language), place(&self.large, language));
        let button = |title: &str, address: &Address| Button {
            title: title.to_owned(),
            payload: format!("/inform{}", json!({ "address": address })),
        };
        let buttons = vec![button(&small, &self.small), button(&large, &self.large)];
        let part = self.part().to_owned();
        work.ask("which_place", json!({ "part": part, "small": small, "large": large }), buttons);
    }

    /// What does not lie where it was said to lie.
    fn part(&self) -> &str {
        let city = &self.small.city;
        let new = !city.is_empty() && *city != self.large.city && self.large.city.is_empty();
        if new || self.small.district.is_empty() { city } else { &self.small.district }
    }

    /// What was chosen, if the answer says it.
    pub(super) fn chosen(&self, text: &str) -> Option<Address> {
        let text = text.trim().to_lowercase();
        let names = |own: &Address, other: &Address| {
            [(&own.province, &other.province), (&own.city, &other.city), (&own.district, &other.district)]
                .into_iter()
                .any(|(name, same)| name != same && stem(name).is_some_and(|stem| text.contains(&stem)))
        };
        let first = names(&self.small, &self.large);
        let second = names(&self.large, &self.small);
        match (first, second) {
            // "不是浙江，是江苏": what is denied is not meant.
            (true, true) => {
                let denied = |own: &Address| {
                    [&own.province, &own.city, &own.district].into_iter().filter_map(|n| stem(n)).any(|stem| {
                        ["不是", "不在", "not in ", "not "].iter().any(|no| text.contains(&format!("{no}{stem}")))
                    })
                };
                match (denied(&self.small), denied(&self.large)) {
                    (false, true) => Some(self.small.clone()),
                    (true, false) => Some(self.large.clone()),
                    _ => None,
                }
            }
            (true, false) => Some(self.small.clone()),
            (false, true) => Some(self.large.clone()),
            (false, false) => match position(&text, 2).filter(|_| text.chars().count() <= 16)? {
                0 => Some(self.small.clone()),
                _ => Some(self.large.clone()),
            },
        }
    }
}

/// 江苏 for 江苏省, "gulou" for "Gulou District".
fn stem(name: &str) -> Option<String> {
    let lower = name.to_lowercase();
    let stem = [" district", " city", " province", "省", "市", "区", "县"]
        .iter()
        .find_map(|end| lower.strip_suffix(end))
        .unwrap_or(&lower);
    (stem.chars().count() >= 2).then(|| stem.to_owned())
}

fn place(address: &Address, language: Language) -> String {
    let only = Address {
        province: address.province.clone(),
        city: address.city.clone(),
        district: address.district.clone(),
        ..Address::default()
    };
    let chinese = [&only.province, &only.city, &only.district].iter().any(|p| p.chars().any(crate::facts::is_han));
    only.line(if chinese { Language::Zh } else { language })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(province: &str, city: &str, district: &str) -> Address {
        Address {
            province: province.into(),
            city: city.into(),
            district: district.into(),
            street: "中山路1号".into(),
            ..Address::default()
        }
    }

    #[test]
    fn answers_name_one_reading() {
        let which =
            WhichPlace { small: address("江苏省", "南京市", "鼓楼区"), large: address("浙江省", "", "") };
        for text in ["江苏", "是南京", "江苏省南京市", "第一个", "1", "不是浙江，是江苏", "it's in 江苏"]
        {
            assert_eq!(which.chosen(text).map(|a| a.city).as_deref(), Some("南京市"), "{text}");
        }
        for text in ["浙江的", "2", "the second one", "浙江，不是南京"] {
            assert_eq!(which.chosen(text).map(|a| a.province).as_deref(), Some("浙江省"), "{text}");
        }
        for text in ["", "是的", "不知道", "浙江还是江苏？", "上海"] {
            assert_eq!(which.chosen(text), None, "{text}");
        }
        assert_eq!(which.part(), "南京市");
        let district = WhichPlace { small: address("", "", "鼓楼区"), large: address("浙江省", "杭州市", "") };
        assert_eq!(district.part(), "鼓楼区");
        assert!(district.chosen("杭州").is_some_and(|a| a.street == "中山路1号"));
    }
}
