//! Places in China in Latin letters: "Gulou District, Nanjing" lies in Jiangsu, and not in Zhejiang.

use super::Fields;
use super::gazetteer::{self, Division, Level, is_municipality};

/// Fills in city, district and province from the places behind a street, smallest first; `false` when they are not in
/// China as far as the table of places knows.
pub(super) fn place(fields: &mut Fields, places: &[String]) -> bool {
    let mut places = places.to_vec();
    let mut said = None;
    // The last may be the province, or a city that is its own province.
    if let Some(last) = places.last()
        && let Some(province) = of(last, Level::Province).first()
        && (places.len() > 1 && !is_municipality(province.name) || last.to_lowercase().contains("province"))
    {
        said = Some((last.clone(), *province));
        places.pop();
    }
    let Some(last) = places.last().cloned() else { return false };
    let cities = of(&last, Level::City);
    if cities.is_empty() && of(&last, Level::Province).is_empty() {
        return false;
    }
    places.pop();
    let district = places.join(", ");
    let named = places.last().filter(|d| d.to_lowercase().contains("district")).map(|d| of(d, Level::District));
    let fits = |city: &&&Division| named.as_ref().is_none_or(|all| all.iter().any(|d| d.city == city.name));
    let in_said = |city: &&&Division| said.as_ref().is_none_or(|(_, p)| p.name == city.province);
    // 泰州 and 台州 are both Taizhou: the district or the province tells.
    let city = cities
        .iter()
        .filter(in_said)
        .find(fits)
        .or(cities.iter().find(in_said))
        .or(cities.iter().find(fits))
        .or(cities.first());
    let single = cities.len() == 1 || said.is_some() || named.is_some();
    let province = city.filter(|_| single).map(|c| c.province).unwrap_or_default();
    fields.country = "CN".into();
    fields.city = last;
    fields.district = district;
    fields.province = match &said {
        Some((written, p)) if p.name == province || province.is_empty() => written.clone(),
        _ if province.is_empty() => String::new(),
        _ => gazetteer::in_latin(province),
    };
    let lower = [fields.province.clone(), fields.city.clone(), fields.district.clone()];
    if let Some((written, p)) = said.filter(|(_, p)| !province.is_empty() && p.name != province) {
        let upper = if is_municipality(p.name) { written.clone() } else { String::new() };
        fields.readings = vec![lower, [written, upper, String::new()]];
    } else if let (Some(city), Some(all)) = (city, &named)
        && !all.is_empty()
        && all.iter().all(|d| d.city != city.name)
    {
        let elsewhere = [String::new(), String::new(), fields.district.clone()];
        let known = [fields.province.clone(), fields.city.clone(), String::new()];
        let found: Vec<&&Division> = all.iter().collect();
        let first = match found.as_slice() {
            [one] => [gazetteer::in_latin(one.province), gazetteer::in_latin(one.city), fields.district.clone()],
            _ => elsewhere,
        };
        fields.readings = vec![first, known];
    }
    true
}

fn of(name: &str, level: Level) -> Vec<&'static Division> {
    gazetteer::latin(name).into_iter().filter(|d| d.level == level).collect()
}
