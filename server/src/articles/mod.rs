//! What serves of the articles: the index of this node follows the store, whoever published there, and the calendar.

pub mod diff;
pub mod marks;
pub mod merge;

use crate::app::App;
use crate::config::Config;
use crate::store::Store;
use crate::store::articles::StoredArticle;
use anyhow::Context;
use bot::conversation::Millis;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How often the store and the calendar are looked at.
const TICK: Duration = Duration::from_secs(1);

/// What this node's index holds.
pub struct Serving {
    /// Slug and number of the version. Locked while the index is changed, so that changes come in the order of the store.
    held: Mutex<Held>,
}

struct Held {
    versions: HashMap<String, i64>,
    stamp: Option<String>,
    today: String,
}

/// The business's day, `2026-11-22`.
pub fn today(config: &Config, now: Millis) -> anyhow::Result<String> {
    let zone = TimeZone::get(&config.knowledge.time_zone)
        .with_context(|| format!("knowledge.time_zone is `{}`", config.knowledge.time_zone))?;
    Ok(Timestamp::from_millisecond(now)?.to_zoned(zone).date().to_string())
}

/// Those that serve today, and what is needed to follow from here.
pub async fn at_start(store: &Store, config: &Config) -> anyhow::Result<(Vec<knowledge::Article>, Serving)> {
    // Before the articles: what is published between the two is looked at again.
    let stamp = store.articles_stamp().await?;
    let today = today(config, store.clock.now())?;
    let serving: Vec<StoredArticle> =
        store.articles().await?.into_iter().filter(|a| a.content.valid_on(&today)).collect();
    let versions = serving.iter().map(|a| (a.article.slug.clone(), a.revision)).collect();
    let held = Mutex::new(Held { versions, stamp, today });
    Ok((serving.into_iter().map(|a| a.article).collect(), Serving { held }))
}

/// After a publishing or deleting on this node: searches find it when this returns.
pub async fn take_up(app: &App, slug: &str) -> anyhow::Result<()> {
    let mut held = app.articles.held.lock().await;
    // From the store and not from the caller: of two publishings at once the later one counts.
    let stored = app.store.article(slug).await?;
    let today = today(&app.config, app.clock.now())?;
    hold(app, &mut held, slug, stored.filter(|a| a.content.valid_on(&today))).await
}

async fn hold(app: &App, held: &mut Held, slug: &str, serves: Option<StoredArticle>) -> anyhow::Result<()> {
    match serves {
        Some(a) if held.versions.get(slug) != Some(&a.revision) => {
            app.knowledge.upsert(a.article).await?;
            held.versions.insert(slug.to_owned(), a.revision);
        }
        Some(_) => {}
        None => {
            app.knowledge.remove(slug).await?;
            held.versions.remove(slug);
        }
    }
    Ok(())
}

async fn follow(app: &App) -> anyhow::Result<()> {
    let mut held = app.articles.held.lock().await;
    let (stamp, today) = (app.store.articles_stamp().await?, today(&app.config, app.clock.now())?);
    if held.stamp == stamp && held.today == today {
        return Ok(());
    }
    let mut serving: HashMap<String, StoredArticle> = app
        .store
        .articles()
        .await?
        .into_iter()
        .filter(|a| a.content.valid_on(&today))
        .map(|a| (a.article.slug.clone(), a))
        .collect();
    let gone: Vec<String> = held.versions.keys().filter(|slug| !serving.contains_key(*slug)).cloned().collect();
    serving.retain(|slug, a| held.versions.get(slug) != Some(&a.revision));
    for slug in gone {
        hold(app, &mut held, &slug, None).await?;
    }
    for (slug, article) in serving {
        hold(app, &mut held, &slug, Some(article)).await?;
    }
    (held.stamp, held.today) = (stamp, today);
    Ok(())
}

/// Takes up what other nodes publish, and lets articles begin and end on their days.
pub async fn watch(app: Arc<App>) -> anyhow::Result<()> {
    let stopping = app.lifecycle.stopping();
    let mut tick = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            () = stopping.cancelled() => return Ok(()),
            _ = tick.tick() => {}
        }
        // The database may be away for a moment: what serves goes on serving, and the next tick looks again.
        if let Err(e) = follow(&app).await {
            tracing::warn!(error = format!("{e:#}"), "the published articles cannot be looked at");
        }
    }
}
