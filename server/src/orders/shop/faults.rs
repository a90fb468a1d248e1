//! Ways in which an order system can fail, for tests: given to the shop by its constructor, never over HTTP.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

#[derive(Debug, Clone)]
pub enum Fault {
    /// Nothing is wrong with this request.
    Pass,
    /// Wait before the request is handled.
    Delay(Duration),
    /// Handle the request, then answer late.
    AnswerLate(Duration),
    /// Fail before anything is done.
    Fail,
    /// Do it, then say that it failed.
    FailAfterCommit,
    /// Drop the connection before anything is done.
    Drop,
    /// Do it, then drop the connection.
    DropAfterCommit,
    /// Do it, then answer with something that is not JSON.
    Garbage,
    /// Do it, then answer with so many bytes of JSON.
    Huge(usize),
    /// Answer with this status and body instead of doing anything.
    Lie(u16, String),
    /// Do it, then answer 200 with this body.
    LieAfterCommit(String),
    /// Send the caller somewhere else.
    Redirect(String),
}

/// A queue of faults, one for each request under `/v1`; when it is empty the shop works as it should.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    queue: Arc<Mutex<VecDeque<Fault>>>,
    always: Arc<Mutex<Option<Fault>>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Faults {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn next(&self, faults: impl IntoIterator<Item = Fault>) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).extend(faults);
    }

    /// This fault whenever the queue is empty; `None` ends it.
    pub fn always(&self, fault: Option<Fault>) {
        *self.always.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Method and path of each request that reached the shop so far.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn take(&self, request: &Request) -> Fault {
        let line = format!("{} {}", request.method(), request.uri().path());
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        let next = self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        next.or_else(|| self.always.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap_or(Fault::Pass)
    }
}

/// A body that breaks off: the server can then only close the connection.
fn broken() -> Response {
    Body::from_stream(stream::iter([Err::<Bytes, _>(io::Error::other("dropped"))])).into_response()
}

fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    (status, [("content-type", "application/json")], body.into()).into_response()
}

pub async fn inject(State(faults): State<Faults>, request: Request, next: Next) -> Response {
    match faults.take(&request) {
        Fault::Pass => next.run(request).await,
        Fault::Delay(time) => {
            tokio::time::sleep(time).await;
            next.run(request).await
        }
        Fault::AnswerLate(time) => {
            let response = next.run(request).await;
            tokio::time::sleep(time).await;
            response
        }
        Fault::Fail => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Fault::FailAfterCommit => {
            next.run(request).await;
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Fault::Drop => broken(),
        Fault::DropAfterCommit => {
            next.run(request).await;
            broken()
        }
        Fault::Garbage => {
            next.run(request).await;
            json(StatusCode::OK, "<html>not { json")
        }
        Fault::Huge(bytes) => {
            next.run(request).await;
            let chunks = (0..bytes.div_ceil(65_536)).map(|_| Ok::<_, io::Error>(Bytes::from(vec![b' '; 65_536])));
            json(StatusCode::OK, Body::from_stream(stream::iter(chunks)))
        }
        Fault::Lie(status, body) => json(StatusCode::from_u16(status).unwrap_or_default(), body),
        Fault::LieAfterCommit(body) => {
            next.run(request).await;
            json(StatusCode::OK, body)
        }
        Fault::Redirect(to) => (StatusCode::TEMPORARY_REDIRECT, [("location", to)]).into_response(),
    }
}
