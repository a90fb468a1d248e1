//! Dates in Chinese and English, absolute and relative, -> ISO dates in the shop's time zone.

mod en;
mod zh;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::entities::Found;
use crate::understanding::EntityKind;

/// The shop, its carriers and its promises live in this zone, whoever asks.
const ZONE: &str = "Asia/Shanghai";

pub(crate) fn today(now: i64) -> Date {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone).date()
}

pub(crate) fn find(text: &str, now: i64, found: &mut Vec<Found>) {
    let today = today(now);
    let mut push = |start: usize, end: usize, date: Option<Date>, confidence: f32| {
        if let Some(date) = date {
            found.push(Found { kind: EntityKind::Date, start, end, value: date.to_string().into(), confidence });
        }
    };
    zh::find(text, today, &mut push);
    en::find(text, today, &mut push);
}

type Push<'a> = dyn FnMut(usize, usize, Option<Date>, f32) + 'a;

fn days(today: Date, days: i64) -> Option<Date> {
    today.checked_add(i32::try_from(days).ok().filter(|d| d.abs() < 40_000)?.days()).ok()
}

fn months(today: Date, months: i64) -> Option<Date> {
    today.checked_add(i32::try_from(months).ok().filter(|m| m.abs() < 1200)?.months()).ok()
}

/// `day` of the month that is `shift` months from this one.
fn day_of_month(today: Date, shift: i64, day: i8) -> Option<Date> {
    let month = months(today.first_of_month(), shift)?;
    Date::new(month.year(), month.month(), day).ok()
}

fn end_of_month(today: Date, shift: i64) -> Option<Date> {
    Some(months(today.first_of_month(), shift)?.last_of_month())
}

/// The weekday in the week (Monday to Sunday) that is `shift` weeks from this one.
fn weekday_of_week(today: Date, shift: i64, weekday: Weekday) -> Option<Date> {
    let monday = days(today, -i64::from(today.weekday().to_monday_zero_offset()))?;
    days(monday, shift * 7 + i64::from(weekday.to_monday_zero_offset()))
}

/// A month and a day without a year: the year that brings it nearest to today.
fn nearest_year(today: Date, month: i8, day: i8) -> Option<Date> {
    let year = today.year();
    [year - 1, year, year + 1]
        .into_iter()
        .filter_map(|y| Date::new(y, month, day).ok())
        .min_by_key(|d| today.until(*d).map_or(i32::MAX, |s| s.get_days().abs()))
}

fn full_year(text: &str) -> Option<i16> {
    let year: i16 = text.parse().ok()?;
    match text.len() {
        2 => Some(2000 + year),
        4 if (1970..=2100).contains(&year) => Some(year),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
