//! Which characters a language is written with, so that a vocabulary can be cut to the languages of a business.

/// Characters of every text: ASCII, punctuation, symbols, emoji, and the marks of the vocabulary itself.
const ALWAYS: &[(u32, u32)] = &[
    (0x0000, 0x00bf), // ASCII, Latin-1 signs
    (0x00d7, 0x00d7),
    (0x00f7, 0x00f7),
    (0x2000, 0x2bff), // punctuation, currency, arrows, mathematics, boxes (with ▁), dingbats
    (0x3000, 0x3004),
    (0x3006, 0x303f), // CJK punctuation
    (0xfe00, 0xfe1f),
    (0xfe30, 0xfe4f),
    (0xff00, 0xff65),
    (0xffe0, 0xffff),
    (0x1f000, 0x1faff), // emoji
];

const HAN: &[(u32, u32)] =
    &[(0x3005, 0x3005), (0x3007, 0x3007), (0x3400, 0x4dbf), (0x4e00, 0x9fff), (0xf900, 0xfaff), (0x20000, 0x323af)];
const KANA: &[(u32, u32)] = &[(0x3040, 0x30ff), (0x31f0, 0x31ff), (0xff66, 0xff9f)];
const HANGUL: &[(u32, u32)] = &[(0x1100, 0x11ff), (0x3130, 0x318f), (0xa960, 0xa97f), (0xac00, 0xd7ff)];
/// English needs no accents, but its names and loan words do (café, Müller, piñata).
const LATIN_1: &[(u32, u32)] = &[(0x00c0, 0x00ff)];
const LATIN: &[(u32, u32)] =
    &[(0x00c0, 0x02af), (0x0300, 0x036f), (0x1e00, 0x1eff), (0x2c60, 0x2c7f), (0xa720, 0xa7ff)];
const CYRILLIC: &[(u32, u32)] = &[(0x0300, 0x036f), (0x0400, 0x052f), (0x1c80, 0x1c8f), (0x2de0, 0x2dff)];
const GREEK: &[(u32, u32)] = &[(0x0300, 0x036f), (0x0370, 0x03ff), (0x1f00, 0x1fff)];
const ARABIC: &[(u32, u32)] =
    &[(0x0600, 0x06ff), (0x0750, 0x077f), (0x08a0, 0x08ff), (0xfb50, 0xfdff), (0xfe70, 0xfeff)];
const HEBREW: &[(u32, u32)] = &[(0x0590, 0x05ff), (0xfb1d, 0xfb4f)];
const DEVANAGARI: &[(u32, u32)] = &[(0x0900, 0x097f), (0xa8e0, 0xa8ff)];

/// Characters that `language` (a two-letter code) is written with, besides those of every text; None when unknown.
fn script(language: &str) -> Option<&'static [&'static [(u32, u32)]]> {
    Some(match language {
        "zh" => &[HAN],
        "ja" => &[HAN, KANA],
        "ko" => &[HANGUL, HAN],
        "en" => &[LATIN_1],
        "af" | "az" | "bs" | "ca" | "cs" | "cy" | "da" | "de" | "es" | "et" | "eu" | "fi" | "fr" | "ga" | "gl"
        | "hr" | "hu" | "id" | "is" | "it" | "lt" | "lv" | "ms" | "mt" | "nl" | "no" | "pl" | "pt" | "ro" | "sk"
        | "sl" | "so" | "sq" | "sv" | "sw" | "tl" | "tr" | "uz" | "vi" => &[LATIN],
        "be" | "bg" | "kk" | "ky" | "mk" | "mn" | "ru" | "uk" => &[CYRILLIC],
        "sr" => &[CYRILLIC, LATIN],
        "el" => &[GREEK],
        "ar" | "fa" | "ps" | "sd" | "ug" | "ur" => &[ARABIC],
        "he" | "yi" => &[HEBREW],
        "hi" | "mr" | "ne" | "sa" => &[DEVANAGARI],
        "bn" | "as" => &[&[(0x0980, 0x09ff)]],
        "pa" => &[&[(0x0a00, 0x0a7f)]],
        "gu" => &[&[(0x0a80, 0x0aff)]],
        "or" => &[&[(0x0b00, 0x0b7f)]],
        "ta" => &[&[(0x0b80, 0x0bff)]],
        "te" => &[&[(0x0c00, 0x0c7f)]],
        "kn" => &[&[(0x0c80, 0x0cff)]],
        "ml" => &[&[(0x0d00, 0x0d7f)]],
        "si" => &[&[(0x0d80, 0x0dff)]],
        "th" => &[&[(0x0e00, 0x0e7f)]],
        "lo" => &[&[(0x0e80, 0x0eff)]],
        "my" => &[&[(0x1000, 0x109f), (0xaa60, 0xaa7f)]],
        "ka" => &[&[(0x10a0, 0x10ff), (0x1c90, 0x1cbf), (0x2d00, 0x2d2f)]],
        "am" => &[&[(0x1200, 0x139f), (0x2d80, 0x2ddf)]],
        "km" => &[&[(0x1780, 0x17ff)]],
        "hy" => &[&[(0x0530, 0x058f)]],
        _ => return None,
    })
}

/// One way to write a list of languages: sorted, each once, and `all` alone.
pub fn codes<S: AsRef<str>>(list: &[S]) -> Vec<String> {
    let mut codes: Vec<String> = list.iter().map(|c| c.as_ref().trim().to_lowercase()).collect();
    codes.sort();
    codes.dedup();
    if codes.iter().any(|c| c == "all") {
        codes = vec!["all".into()];
    }
    codes
}

/// A set of languages to keep; `all` keeps everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Languages {
    codes: Vec<String>,
    ranges: Vec<(u32, u32)>,
}

impl Languages {
    /// The sentence of the error names the code that is not known.
    pub fn new<S: AsRef<str>>(codes: &[S]) -> Result<Self, String> {
        let codes = self::codes(codes);
        if codes.is_empty() {
            return Err("no language is configured; name at least one, for example zh and en".into());
        }
        if codes[0] == "all" {
            return Ok(Languages { codes, ranges: vec![(0, u32::MAX)] });
        }
        let mut ranges = ALWAYS.to_vec();
        for code in &codes {
            let scripts = script(code).ok_or_else(|| {
                format!("the language \"{code}\" is not known; use two-letter codes such as zh, en, ja, de, or \"all\"")
            })?;
            ranges.extend(scripts.iter().flat_map(|s| s.iter()));
        }
        Ok(Languages { codes, ranges })
    }

    pub fn codes(&self) -> &[String] {
        &self.codes
    }

    pub fn writes(&self, c: char) -> bool {
        let c = u32::from(c);
        self.ranges.iter().any(|&(from, to)| (from..=to).contains(&c))
    }

    /// Pieces of one character stay in any language: a word of another script then falls apart into its characters
    /// and not into nothing. They cannot change how texts of the kept languages are cut.
    pub fn keeps(&self, piece: &str) -> bool {
        piece.trim_start_matches('▁').chars().nth(1).is_none() || piece.chars().all(|c| self.writes(c))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn languages_keep_what_they_are_written_with() {
        let shop = Languages::new(&["en", "ZH", "zh"]).unwrap();
        assert_eq!(shop.codes(), ["en", "zh"]);
        for kept in ["▁return", "退货", "。", "▁café", "🙂", "¥", "▁", "が", "▁ж", "AI助手"] {
            assert!(shop.keeps(kept), "{kept}");
        }
        for cut in ["ます", "▁это", "▁người", "합니다", "が好き"] {
            assert!(!shop.keeps(cut), "{cut}");
        }
        assert!(Languages::new(&["zh", "ja"]).unwrap().keeps("ます"));
        assert!(Languages::new(&["all", "zh"]).unwrap().keeps("▁это"));
        assert!(Languages::new(&["xx"]).unwrap_err().contains("\"xx\""));
        assert!(Languages::new::<&str>(&[]).is_err());
    }
}
