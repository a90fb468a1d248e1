//! "Out of date": one language's text has changed and another has not followed.

use crate::store::articles::Content;
use bot::conversation::Millis;
use kg::Language;
use std::collections::BTreeSet;

/// Fills in when each language last changed and which ones have not followed. `base`: the version that `content` is based on.
pub fn mark(base: Option<&Content>, content: &mut Content, now: Millis) {
    let versions = &content.article.versions;
    let before = |language: Language| base.and_then(|b| b.article.versions.get(&language).map(|text| (b, text)));
    // Questions are each language's own: nobody translates them.
    let differs = |language: Language, title: &str, body: &str| {
        before(language).is_some_and(|(_, old)| old.title != title || old.body != body)
    };
    let rewritten: BTreeSet<_> =
        versions.iter().filter(|(l, v)| differs(**l, &v.title, &v.body)).map(|(l, _)| *l).collect();
    let mut changed = std::collections::BTreeMap::new();
    let mut out_of_date = BTreeSet::new();
    for language in versions.keys() {
        let known = before(*language);
        let fresh = known.is_none() || rewritten.contains(language);
        let at = known.and_then(|(b, _)| b.changed.get(language).copied());
        match (fresh, at) {
            (true, _) => drop(changed.insert(*language, now)),
            (false, Some(at)) => drop(changed.insert(*language, at)),
            (false, None) => {}
        }
        let was = known.is_some_and(|(b, _)| b.out_of_date.contains(language));
        // Who catches up leaves nobody behind.
        let ahead = |other: &Language| base.is_some_and(|b| !b.out_of_date.contains(other));
        let behind = was || rewritten.iter().any(|other| other != language && ahead(other));
        if !fresh && behind && !content.still_right.contains(language) {
            out_of_date.insert(*language);
        }
    }
    content.still_right.retain(|l| versions.contains_key(l));
    content.changed = changed;
    content.out_of_date = out_of_date;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use kg::Language::{En, Zh};
    use knowledge::{Article, ArticleText};

    fn content(zh: &str, en: &str) -> Content {
        let text = |body: &str| ArticleText { title: "t".into(), body: body.into(), questions: vec![] };
        let versions = [(Zh, text(zh)), (En, text(en))].into();
        Content::of(Article { slug: "a".into(), category: "c".into(), versions })
    }

    fn next(base: &Content, zh: &str, en: &str, now: Millis) -> Content {
        let mut c = content(zh, en);
        mark(Some(base), &mut c, now);
        c
    }

    #[test]
    fn one_side_changes_and_the_other_follows() {
        let mut first = content("一", "one");
        mark(None, &mut first, 1);
        assert!(first.out_of_date.is_empty());
        assert_eq!(first.changed, [(Zh, 1), (En, 1)].into());
        let zh = next(&first, "二", "one", 2);
        assert_eq!((&zh.out_of_date, &zh.changed), (&[En].into(), &[(Zh, 2), (En, 1)].into()));
        // It stays so while other things change, until the text follows.
        assert_eq!(next(&zh, "二", "one", 3).out_of_date, [En].into());
        assert_eq!(next(&zh, "三", "one", 3).out_of_date, [En].into());
        let followed = next(&zh, "二", "two", 4);
        assert!(!followed.out_of_date.contains(&En));
        // English was behind and caught up: Chinese is not behind because of it.
        assert!(!followed.out_of_date.contains(&Zh), "{:?}", followed.out_of_date);
        assert!(next(&first, "二", "two", 5).out_of_date.is_empty());
    }

    #[test]
    fn still_right_takes_the_mark_away() {
        let mut first = content("一", "one");
        mark(None, &mut first, 1);
        let mut zh = content("一。", "one");
        zh.still_right.insert(En);
        mark(Some(&first), &mut zh, 2);
        assert!(zh.out_of_date.is_empty());
        // The next change of Chinese asks again.
        assert_eq!(next(&zh, "二", "one", 3).out_of_date, [En].into());
    }

    #[test]
    fn a_new_translation_marks_nobody() {
        let mut only = content("一", "");
        only.article.versions.remove(&En);
        mark(None, &mut only, 1);
        assert!(next(&only, "一", "one", 2).out_of_date.is_empty());
    }
}
