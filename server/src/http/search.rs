//! Search over the live knowledge base, and Rasa's `/model/parse`.

use super::Body;
use super::views::CitationView;
use crate::app::App;
use crate::error::{Error, ErrorBody, Result};
use crate::guard::text;
use crate::parsed::ParseResponse;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use kg::Language;
use knowledge::Query;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(search)).routes(routes!(parse))
}

#[derive(Deserialize, ToSchema)]
pub struct SearchRequest {
    pub query: String,
    /// zh or en; without it the query's own language.
    pub language: Option<String>,
    /// 1 to 20, 5 by default.
    pub limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub struct SearchResponse {
    pub query: String,
    pub hits: Vec<Hit>,
    /// Hits below this score are not shown to customers as answers.
    pub floor: f32,
}

#[derive(Serialize, ToSchema)]
pub struct Hit {
    pub id: String,
    /// Calibrated probability that this article answers the question.
    pub score: f32,
    pub passage: String,
    pub language: String,
    pub citation: CitationView,
    pub bm25: f32,
    pub cosine: f32,
}

pub fn slow_down(_: i64) -> Error {
    Error::client(
        StatusCode::TOO_MANY_REQUESTS,
        "rate_limited",
        "请求太快了，请稍后再试。",
        "Too many requests; slow down.",
    )
}

/// The passages that answer a question best, each article at most once.
#[utoipa::path(post, path = "/api/v1/knowledge/search", tag = "knowledge", request_body = SearchRequest,
    responses((status = 200, body = SearchResponse), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn search(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Body(request): Body<SearchRequest>,
) -> Result<Json<SearchResponse>> {
    let limit = request.limit.unwrap_or(5);
    if !(1..=20).contains(&limit) {
        return Err(Error::invalid("limit 是 1 到 20。", "limit is 1 to 20."));
    }
    app.limits.open.take("search", app.clock.now()).map_err(slow_down)?;
    let query = text::clean(&request.query, app.config.chat.max_message_chars)?;
    let understanding = app.nlu.understand(&query, app.clock.now()).await?;
    let language = request
        .language
        .as_deref()
        .and_then(Language::parse)
        .or(understanding.language)
        .or_else(|| super::accept_language(&headers))
        .unwrap_or(Language::Zh);
    let hits = app.knowledge.search(&Query { text: &query, embedding: &understanding.embedding, language, limit });
    Ok(Json(SearchResponse {
        floor: app.knowledge.thresholds().floor,
        hits: hits
            .into_iter()
            .map(|p| Hit {
                id: p.citation.article.clone(),
                score: p.score,
                passage: p.text,
                language: p.language.code().to_owned(),
                citation: CitationView::from(&p.citation),
                bm25: p.bm25,
                cosine: p.cosine,
            })
            .collect(),
        query,
    }))
}

#[derive(Deserialize, ToSchema)]
pub struct ParseRequest {
    pub text: String,
}

/// What an utterance means, in the shape of Rasa's `/model/parse`.
#[utoipa::path(post, path = "/model/parse", tag = "channels", request_body = ParseRequest,
    responses((status = 200, body = ParseResponse), (status = 422, body = ErrorBody), (status = 429, body = ErrorBody)))]
async fn parse(State(app): State<Arc<App>>, Body(request): Body<ParseRequest>) -> Result<Json<ParseResponse>> {
    app.limits.open.take("parse", app.clock.now()).map_err(slow_down)?;
    let text = text::clean(&request.text, app.config.chat.max_message_chars)?;
    let u = app.nlu.understand(&text, app.clock.now()).await?;
    Ok(Json(u.into()))
}
