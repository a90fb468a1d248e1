//! Provinces, cities and districts of China by name; the table is in `data/divisions.txt`.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::old_names::{CITY_NAMES, DISTRICT_NAMES, LETTERS};

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
    names: HashMap<String, Vec<(usize, bool)>>,
    longest: usize,
    /// How a name is read out, without its 市, 区 and the like.
    sounds: HashMap<String, Vec<usize>>,
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
    let mut names: HashMap<String, Vec<(usize, bool)>> = HashMap::new();
    for (at, division) in divisions.iter().enumerate() {
        names.entry(division.name.to_owned()).or_default().push((at, true));
        if let Some(short) = short(division) {
            names.entry(short.to_owned()).or_default().push((at, false));
        }
    }
    old_names(&divisions, &mut names);
    let longest = names.keys().map(|n| n.chars().count()).max().unwrap_or_default();
    let mut sounds: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, division) in divisions.iter().enumerate() {
        let stem = short(division).unwrap_or(division.name);
        for reading in kg::readings(stem) {
            let known = sounds.entry(reading.concat().replace('ü', "v")).or_default();
            if !known.contains(&at) {
                known.push(at);
            }
        }
    }
    Gazetteer { divisions, names, longest, sounds }
});

/// What people still write: 余杭市 and 密云县 for what is a 区 now, 延边州, 内蒙, 襄樊市.
fn old_names(divisions: &[Division], names: &mut HashMap<String, Vec<(usize, bool)>>) {
    let present: HashSet<String> = names.keys().cloned().collect();
    let mut add = |name: String, at: usize| {
        let known = names.entry(name).or_default();
        if !known.contains(&(at, true)) {
            known.push((at, true));
        }
    };
    for (at, division) in divisions.iter().enumerate() {
        match division.level {
            Level::Province if division.name == "内蒙古自治区" => add("内蒙".into(), at),
            Level::Province => {}
            Level::City => {
                if division.name.ends_with("自治州")
                    && let Some(short) = short(division)
                {
                    add(format!("{short}州"), at);
                }
                for (old, _) in CITY_NAMES.iter().filter(|(_, new)| *new == division.name) {
                    add((*old).to_owned(), at);
                }
            }
            Level::District => {
                if let Some(stem) = division.name.strip_suffix('区').filter(|s| s.chars().count() >= 2) {
                    let former = ["县", "市"].map(|s| format!("{stem}{s}"));
                    former.into_iter().filter(|name| !present.contains(name)).for_each(|name| add(name, at));
                }
                let moved = |(_, city, new): &&(&str, &str, &str)| *new == division.name && *city == division.city;
                DISTRICT_NAMES.iter().filter(moved).for_each(|(old, ..)| add((*old).to_owned(), at));
            }
        }
    }
}

/// The province of a letter on a number plate: 京, 沪, 浙.
pub(super) fn letter(text: &str) -> Option<Match> {
    let c = text.chars().next()?;
    let name = LETTERS.iter().find(|(letters, _)| letters.contains(c))?.1;
    let division = GAZETTEER.divisions.iter().find(|d| d.level == Level::Province && d.name == name)?;
    Some(Match { division, len: c.len_utf8(), full: false })
}

/// Divisions by their name in Latin letters: "Nanjing", "Gulou District", "Zhejiang Province".
pub(super) fn latin(name: &str) -> Vec<&'static Division> {
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split([' ', '-']).filter(|w| !w.is_empty()).collect();
    let kinds = [
        "district",
        "city",
        "province",
        "county",
        "new",
        "area",
        "autonomous",
        "region",
        "prefecture",
        "shi",
        "qu",
        "sheng",
        "municipality",
    ];
    let stem: String = words
        .iter()
        .enumerate()
        .filter(|(at, w)| *at == 0 || !kinds.contains(w))
        .flat_map(|(_, w)| w.chars().filter(|c| c.is_alphabetic()))
        .collect();
    let stem = match stem.as_str() {
        "innermongolia" => "neimenggu",
        "tibet" => "xizang",
        "hongkong" => "xianggang",
        "macau" | "macao" => "aomen",
        "harbin" => "haerbin",
        "urumqi" => "wulumuqi",
        "hohhot" => "huhehaote",
        "lhasa" => "lasa",
        "peking" => "beijing",
        "canton" => "guangzhou",
        other => other,
    };
    let gazetteer = &*GAZETTEER;
    // Both are shanxi in pinyin; the world writes 陕西 with two a.
    let (stem, only) = if stem == "shaanxi" { ("shanxi", Some("陕西省")) } else { (stem, None) };
    let only = only.or((stem == "shanxi").then_some("山西省"));
    gazetteer
        .sounds
        .get(stem)
        .into_iter()
        .flatten()
        .filter_map(|at| gazetteer.divisions.get(*at))
        .filter(|d| only.is_none_or(|only| d.level != Level::Province || d.name == only))
        .collect()
}

/// "Jiangsu" for 江苏省.
pub(super) fn in_latin(province: &str) -> String {
    match province {
        "陕西省" => return "Shaanxi".into(),
        "内蒙古自治区" => return "Inner Mongolia".into(),
        "西藏自治区" => return "Tibet".into(),
        "香港特别行政区" => return "Hong Kong".into(),
        "澳门特别行政区" => return "Macau".into(),
        "重庆市" => return "Chongqing".into(),
        _ => {}
    }
    let division = GAZETTEER.divisions.iter().find(|d| d.name == province);
    let stem = division.and_then(short).unwrap_or(province);
    let reading = kg::readings(stem).into_iter().next().unwrap_or_default().concat();
    let mut letters = reading.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

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
