//! A chain of places, 省 to 区, that fit into each other.

use std::sync::LazyLock;

use regex::Regex;

use super::Fields;
use super::gazetteer::{self, Division, Level, Match};
use crate::entities::Found;
use crate::text::pattern;

/// What may stand between 省, 市 and 区, and between the parts of an address.
pub(super) const GAPS: &[char] = &[' ', ',', '，', '、', '\n', '-', '/', '_', '|', '·', ';', '；'];
/// A short name before these is the name of a road or house, not a place: 南京东路, 北京饭店, 上海路.
static ROADLIKE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        "^[东西南北中新老前后]?[一二三四五六]?(?:路|街|大街|大道|道|巷|弄|站|大厦|广场|饭店|酒店|宾馆|小区|花园|桥|门|苑|公寓|大学|中学|银行|仓|镇|村|乡|街道)",
    )
});

#[derive(Clone, Default)]
pub(super) struct Region {
    province: Option<&'static Division>,
    city: Option<&'static Division>,
    district: Option<&'static Division>,
    /// The district's name fits several cities and nothing said which.
    open: bool,
    pub levels: u32,
    pub end: usize,
    /// What was written before and does not hold for the rest: 浙江省 in 浙江省南京市.
    claimed: Option<Box<Region>>,
}

impl Region {
    pub fn none(at: usize) -> Region {
        Region { end: at, ..Region::default() }
    }

    fn allows(&self, m: &Match) -> bool {
        let d = m.division;
        let level_free = match d.level {
            Level::Province => self.province.is_none() && self.city.is_none() && self.district.is_none(),
            Level::City => self.city.is_none() && self.district.is_none(),
            Level::District => self.district.is_none(),
        };
        level_free
            && self.province.is_none_or(|p| p.name == d.province)
            && self.city.is_none_or(|c| d.level == Level::City || c.name == d.city)
    }

    fn repeats(&self, m: &Match) -> bool {
        let name = m.division.name;
        m.full && [self.province, self.city, self.district].into_iter().flatten().any(|d| d.name == name)
    }

    fn take(&mut self, m: &Match, end: usize) {
        match m.division.level {
            Level::Province => self.province = Some(m.division),
            Level::City => self.city = Some(m.division),
            Level::District => self.district = Some(m.division),
        }
        self.levels += 1;
        self.end = end;
    }

    pub fn is_empty(&self) -> bool {
        self.levels == 0
    }
}

impl Region {
    /// Two readings when the places do not fit together: the smaller ones are right, or the larger.
    pub fn readings(&self) -> Vec<[String; 3]> {
        let Some(claimed) = &self.claimed else { return Vec::new() };
        [self, claimed.as_ref()]
            .map(|region| {
                let mut fields = Fields::default();
                region.fill(&mut fields);
                if region.city.is_none() && region.district.is_none() && fields.city != fields.province {
                    fields.city.clear();
                }
                [fields.province, fields.city, fields.district]
            })
            .into()
    }

    /// What the text leaves out but the table knows: 义乌市 is in 金华市, 浙江省.
    pub fn fill(&self, fields: &mut Fields) {
        let lowest = self.district.or(self.city).or(self.province);
        if let Some(division) = lowest {
            if !(self.open && self.city.is_none()) {
                fields.city = division.city.to_owned();
            }
            if !(self.open && self.city.is_none() && self.province.is_none()) {
                fields.province = division.province.to_owned();
            }
        }
        if let Some(city) = self.city {
            fields.city = city.name.to_owned();
            fields.province = city.province.to_owned();
        }
        if let Some(district) = self.district {
            fields.district = district.name.to_owned();
        }
        if fields.city.is_empty() && gazetteer::is_municipality(&fields.province) {
            fields.city = fields.province.clone();
        }
    }
}

/// The longest consistent run of places from `start`; places that do not fit are kept as a contradiction.
pub(super) fn chain(text: &str, start: usize, fixed: &[Found]) -> Region {
    let region = run(text, start, fixed);
    if region.is_empty() || region.district.is_some() {
        return region;
    }
    let at = region.end + (text[region.end..].len() - text[region.end..].trim_start_matches(' ').len());
    let rest = &text[at..];
    let Some(first) = gazetteer::at(rest).into_iter().find(|m| m.full) else {
        // 浙江南京鼓楼区: a short name is only believed with what follows it.
        let lower = run(text, at, fixed);
        return if lower.levels >= 2 && lower.district.is_some() && !region.holds(&lower) {
            contradiction(region, lower)
        } else {
            region
        };
    };
    // 新城区 and 郊区 are also what any town calls its parts, and 上海市区 is all of Shanghai.
    let name = first.division.name;
    let vague = first.len <= 6
        || matches!(&rest[..first.len], "新城区" | "城中区" | "城关区" | "市中区" | "城区" | "郊区" | "矿区");
    let part = name.ends_with('市') && rest[first.len..].starts_with(['区', '中', '内', '场', '民', '政']);
    if vague || part || fixed.iter().any(|f| f.start <= at && at < f.end) {
        return region;
    }
    let lower = run(text, at, fixed);
    if lower.is_empty() || region.holds(&lower) { region } else { contradiction(region, lower) }
}

fn contradiction(upper: Region, lower: Region) -> Region {
    Region { levels: upper.levels + lower.levels, claimed: Some(Box::new(upper)), ..lower }
}

impl Region {
    /// Some place of `lower` lies in this one.
    fn holds(&self, lower: &Region) -> bool {
        let inside = |d: &Division| {
            self.province.is_none_or(|p| p.name == d.province) && self.city.is_none_or(|c| c.name == d.city)
        };
        [lower.province, lower.city, lower.district].into_iter().flatten().all(inside) && !lower.open
            || lower.open
                && lower.province.is_none()
                && lower.city.is_none()
                && self.city.is_none()
                && self.province.is_none()
    }
}

fn run(text: &str, start: usize, fixed: &[Found]) -> Region {
    let mut region = Region::none(start);
    let mut cursor = start;
    // 沪浦东新区, 浙杭州: a letter is a province only right before one of its places.
    if let Some(letter) = gazetteer::letter(&text[start..]) {
        let fits = |m: &Match| m.division.province == letter.division.name && m.division.level != Level::Province;
        if gazetteer::at(&text[start + letter.len..])
            .iter()
            .any(|m| fits(m) && (m.full || m.division.level == Level::City))
        {
            cursor = start + letter.len;
            region.take(&letter, cursor);
        }
    }
    loop {
        let gap =
            if region.is_empty() { 0 } else { text[cursor..].len() - text[cursor..].trim_start_matches(GAPS).len() };
        let at = cursor + gap;
        if fixed.iter().any(|f| f.start <= at && at < f.end) {
            return region;
        }
        let matches = gazetteer::at(&text[at..]);
        if let Some(again) = matches.iter().find(|m| region.repeats(m)) {
            cursor = at + again.len;
            region.end = cursor;
            continue;
        }
        let usable = |m: &&Match| {
            region.allows(m)
                && (m.full || !ROADLIKE.is_match(&text[at + m.len..]))
                // A short district name alone is too often a plain word; county-level cities are known by theirs.
                && (m.full || m.division.level != Level::District || !region.is_empty() || m.division.name.ends_with('市'))
        };
        // The same length may fit several: 吉林 is a province first, 朝阳区 is in many cities.
        let Some(first) = matches.iter().find(usable).copied() else { return region };
        let same: Vec<&Match> = matches.iter().filter(|m| m.len == first.len).filter(usable).collect();
        let pick = same.iter().min_by_key(|m| m.division.level).copied().unwrap_or(&first);
        let rivals = same.iter().filter(|m| m.division.level == pick.division.level).count();
        if pick.division.level == Level::District && rivals > 1 {
            region.open = true;
        }
        cursor = at + pick.len;
        region.take(pick, cursor);
    }
}
