//! Provinces, cities and districts of China by name; the table is in `data/divisions.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

static TABLE: &str = include_str!("../../data/divisions.txt");

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Province,
    City,
    District,
}

#[derive(Debug)]
pub(super) struct Division {
    pub level: Level,
    pub name: &'static str,
    pub province: &'static str,
    /// Empty for provinces, and for districts that stand directly under a province.
    pub city: &'static str,
}

/// A name at a place in the text.
#[derive(Clone, Copy)]
pub(super) struct Match {
    pub division: &'static Division,
    pub len: usize,
    /// Written in full, with 省, 市, 区, 县.
    pub full: bool,
}

struct Gazetteer {
    divisions: Vec<Division>,
    /// Name or short name -> (division, written in full).
    names: HashMap<&'static str, Vec<(usize, bool)>>,
    longest: usize,
}

static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(|| {
    let mut divisions: Vec<Division> = Vec::new();
    let mut province = "";
    for line in TABLE.lines().filter(|l| !l.starts_with('#')) {
        if let Some(name) = line.strip_prefix('=') {
            province = name;
            divisions.push(Division { level: Level::Province, name, province, city: "" });
        } else if let Some((city, districts)) = line.split_once(':') {
            let city = if city == "-" { "" } else { city };
            if !city.is_empty() {
                divisions.push(Division { level: Level::City, name: city, province, city });
            }
            for name in districts.split(',').filter(|d| !d.is_empty()) {
                divisions.push(Division { level: Level::District, name, province, city });
            }
        }
    }
    let mut names: HashMap<&'static str, Vec<(usize, bool)>> = HashMap::new();
    for (at, division) in divisions.iter().enumerate() {
        names.entry(division.name).or_default().push((at, true));
        if let Some(short) = short(division) {
            names.entry(short).or_default().push((at, false));
        }
    }
    let longest = names.keys().map(|n| n.chars().count()).max().unwrap_or_default();
    Gazetteer { divisions, names, longest }
});

/// 浙江省 -> 浙江, 延边朝鲜族自治州 -> 延边, 余杭区 -> 余杭; nothing shorter than two characters.
fn short(division: &Division) -> Option<&'static str> {
    let name = division.name;
    let cut = match division.level {
        Level::Province => ["特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"]
            .iter()
            .find_map(|s| name.strip_suffix(s)),
        Level::City => match name.strip_suffix("自治州") {
            Some(stem) => Some(without_people(stem)),
            None => ["地区", "市", "盟", "县"].iter().find_map(|s| name.strip_suffix(s)),
        },
        Level::District => match name.strip_suffix("自治县").or(name.strip_suffix("自治旗")) {
            Some(stem) => Some(without_people(stem)),
            None => ["新区", "林区", "区", "县", "市", "旗", "镇", "乡"].iter().find_map(|s| name.strip_suffix(s)),
        },
    }?;
    (cut.chars().count() >= 2).then_some(cut)
}

fn without_people(stem: &'static str) -> &'static str {
    const PEOPLES: &[&str] = &[
        "朝鲜族",
        "土家族",
        "苗族",
        "布依族",
        "侗族",
        "藏族",
        "彝族",
        "羌族",
        "傣族",
        "景颇族",
        "白族",
        "哈尼族",
        "傈僳族",
        "壮族",
        "回族",
        "蒙古族",
        "蒙古",
        "柯尔克孜",
        "哈萨克",
        "满族",
        "瑶族",
        "黎族",
        "畲族",
        "水族",
        "仡佬族",
        "各族",
        "拉祜族",
        "佤族",
        "布朗族",
        "纳西族",
        "独龙族",
        "怒族",
        "普米族",
        "土族",
        "撒拉族",
        "东乡族",
        "保安族",
        "裕固族",
        "仫佬族",
        "毛南族",
        "达斡尔族",
        "锡伯",
        "塔吉克",
    ];
    let mut stem = stem;
    while let Some(cut) = PEOPLES.iter().find_map(|p| stem.strip_suffix(p)) {
        stem = cut;
    }
    stem
}

/// Every division whose name starts `text`, longest first.
pub(super) fn at(text: &str) -> Vec<Match> {
    let gazetteer = &*GAZETTEER;
    let mut found = Vec::new();
    for (chars, (start, c)) in text.char_indices().enumerate() {
        if chars >= gazetteer.longest || !crate::text::is_han(c) {
            break;
        }
        let len = start + c.len_utf8();
        if let Some(all) = gazetteer.names.get(&text[..len]) {
            found.extend(all.iter().map(|(at, full)| Match { division: &gazetteer.divisions[*at], len, full: *full }));
        }
    }
    found.reverse();
    found
}

/// A province that is its own city.
pub(super) fn is_municipality(name: &str) -> bool {
    matches!(name, "北京市" | "上海市" | "天津市" | "重庆市")
}
