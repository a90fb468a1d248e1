//! Dates in Chinese and English, absolute and relative, -> ISO dates in the shop's time zone. Weeks begin on Monday.

mod en;
mod feasts;
mod spans;
mod zh;

use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use crate::entities::Found;
use crate::understanding::EntityKind;

/// The shop, its carriers and its promises live in this zone, whoever asks.
const ZONE: &str = "Asia/Shanghai";

pub(crate) fn today(now: i64) -> Date {
    let zone = TimeZone::get(ZONE).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(now).unwrap_or_default().to_zoned(zone).date()
}

pub(crate) fn find(text: &str, now: i64, found: &mut Vec<Found>) {
    let mut finder = Finder { text, today: today(now), dates: Vec::new() };
    zh::find(&mut finder);
    en::find(&mut finder);
    feasts::find(&mut finder);
    spans::find(&mut finder);
    let mut dates = finder.longest();
    spans::join(text, &mut dates);
    found.extend(dates.into_iter().map(|d| Found {
        kind: EntityKind::Date,
        start: d.start,
        end: d.end,
        value: match d.when {
            When::Day(day) => day.to_string().into(),
            When::Span(from, to) => json!({ "from": from.to_string(), "to": to.to_string() }),
            When::Either(date, or) => json!({ "date": date.to_string(), "or": or.to_string() }),
        },
        confidence: d.confidence,
    }));
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum When {
    Day(Date),
    Span(Date, Date),
    /// 11/05 in English.
    Either(Date, Date),
}

#[derive(Debug, Clone)]
struct Dated {
    start: usize,
    end: usize,
    when: When,
    confidence: f32,
}

struct Finder<'a> {
    text: &'a str,
    today: Date,
    dates: Vec<Dated>,
}

impl Finder<'_> {
    fn add(&mut self, start: usize, end: usize, when: When, confidence: f32) {
        self.dates.push(Dated { start, end, when, confidence });
    }

    fn day(&mut self, start: usize, end: usize, date: Option<Date>, confidence: f32) {
        if let Some(date) = date {
            self.add(start, end, When::Day(date), confidence);
        }
    }

    fn span(&mut self, start: usize, end: usize, from: Option<Date>, to: Option<Date>) {
        if let (Some(from), Some(to)) = (from, to) {
            self.add(start, end, When::Span(from, to), 0.85);
        }
    }

    /// Without overlaps, the longest first kept, in the order of the text.
    fn longest(mut self) -> Vec<Dated> {
        self.dates.sort_by_key(|d| (std::cmp::Reverse(d.end - d.start), d.start));
        let mut taken = vec![false; self.text.len()];
        self.dates.retain(|d| match taken.get_mut(d.start..d.end) {
            Some(places) if !places.contains(&true) => {
                places.fill(true);
                true
            }
            _ => false,
        });
        self.dates.sort_by_key(|d| d.start);
        self.dates
    }
}

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

/// A day of the month alone: the one that is nearest, or the last or next one if the words around tell.
fn day_near(today: Date, day: i8, direction: Option<Direction>) -> Option<Date> {
    let all = (-2..=2).filter_map(|shift| day_of_month(today, shift, day));
    let distance = |d: &Date| today.until(*d).map_or(i32::MAX, |s| s.get_days());
    match direction {
        Some(Direction::Past) => all.filter(|d| *d <= today).max(),
        Some(Direction::Future) => all.filter(|d| *d >= today).min(),
        None => all.min_by_key(|d| distance(d).abs()),
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Past,
    Future,
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
    directed_year(today, month, day, None)
}

fn directed_year(today: Date, month: i8, day: i8, direction: Option<Direction>) -> Option<Date> {
    let all = (today.year() - 1..=today.year() + 1).filter_map(|y| Date::new(y, month, day).ok());
    match direction {
        Some(Direction::Past) => all.filter(|d| *d <= today).max(),
        Some(Direction::Future) => all.filter(|d| *d >= today).min(),
        None => all.min_by_key(|d| today.until(*d).map_or(i32::MAX, |s| s.get_days().abs())),
    }
}

/// Public holidays move every year and are not known here: only weekends are skipped.
fn working_days(today: Date, count: i64) -> Option<Date> {
    let step = count.signum();
    let mut left = count.abs().min(400);
    let mut date = today;
    while left > 0 {
        date = days(date, step)?;
        if !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            left -= 1;
        }
    }
    Some(date)
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
