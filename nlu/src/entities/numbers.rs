//! Chinese numerals (一百二十, 两千, 三百五) and English number words, as far as customers use them.

/// The value of a run of Chinese numerals or ASCII digits; `None` when it is not one number.
pub(crate) fn chinese(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return if text.len() <= 12 { text.parse().ok() } else { None };
    }
    let mut total: u64 = 0;
    let mut section: u64 = 0;
    let mut digit: Option<u64> = None;
    let mut last_unit: u64 = 0;
    let mut plain = String::new();
    let mut units = false;
    for c in text.chars() {
        if let Some(value) = digit_of(c) {
            plain.push(char::from(b'0' + value as u8));
            if value == 0 {
                last_unit = 0;
            }
            digit = Some(value);
            continue;
        }
        units = true;
        let unit = match c {
            '十' | '拾' => 10,
            '百' | '佰' => 100,
            '千' | '仟' => 1000,
            '万' | '萬' => 10_000,
            _ => return None,
        };
        if unit == 10_000 {
            total = total.checked_add((section + digit.take().unwrap_or(0)).max(1).checked_mul(unit)?)?;
            section = 0;
        } else {
            let factor = match digit.take() {
                Some(d) => d,
                None if unit == 10 => 1,
                None => return None,
            };
            section = section.checked_add(factor * unit)?;
        }
        last_unit = unit;
    }
    if !units {
        // 一二三: digits read one by one.
        return if plain.len() <= 12 { plain.parse().ok() } else { None };
    }
    if let Some(d) = digit {
        // 三百五 is 350, 三百零五 is 305, 一万二 is 12000.
        let factor = if last_unit >= 100 { last_unit / 10 } else { 1 };
        section = section.checked_add(d * factor)?;
    }
    total.checked_add(section)
}

fn digit_of(c: char) -> Option<u64> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' | '幺' => 1,
        '二' | '两' | '贰' | '俩' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        c => u64::from(c.to_digit(10)?),
    })
}

/// `3`, `three`, `a`, `a couple of`.
pub(crate) fn english(word: &str) -> Option<u64> {
    Some(match word.to_ascii_lowercase().as_str() {
        "a" | "an" | "one" => 1,
        "two" | "a couple of" | "couple of" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "fifteen" => 15,
        "twenty" => 20,
        "thirty" => 30,
        "fifty" => 50,
        "hundred" | "a hundred" | "one hundred" => 100,
        digits => return if digits.len() <= 9 { digits.parse().ok() } else { None },
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn chinese() {
        for (text, value) in [
            ("十", 10),
            ("二十五", 25),
            ("两百", 200),
            ("二百", 200),
            ("三百五", 350),
            ("三百零五", 305),
            ("一千二百", 1200),
            ("一万二", 12000),
            ("一万零五百", 10500),
            ("十二", 12),
            ("一二三", 123),
            ("199", 199),
            ("3万", 30000),
            ("两千五", 2500),
            ("一百二十", 120),
            ("十万", 100_000),
        ] {
            assert_eq!(super::chinese(text), Some(value), "{text}");
        }
        for text in ["", "百", "块", "1234567890123"] {
            assert_eq!(super::chinese(text), None, "{text}");
        }
    }
}
