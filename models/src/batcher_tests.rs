#![allow(clippy::unwrap_used)]
use super::*;
use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Waker};

type Asked = Pin<Box<dyn Future<Output = Result<u32, ModelError>>>>;

/// A model that waits for a word before each batch, doubles its inputs and tells what it was given.
struct Held {
    batcher: Batcher<u32, u32>,
    go: mpsc::Sender<()>,
    seen: mpsc::Receiver<Vec<u32>>,
}

const FAILS: u32 = 666;
const PANICS: u32 = 667;
const SHORT: u32 = 668;

fn held(queue: usize, budget: usize) -> Held {
    let (go, wait) = mpsc::channel();
    let (tell, seen) = mpsc::channel();
    let weigh = |n: &u32| *n as usize % 100;
    let model = move |batch: Vec<u32>| {
        tell.send(batch.clone()).unwrap();
        wait.recv().unwrap();
        if batch.contains(&FAILS) {
            return Err(ModelError::Failed("no".into()));
        }
        assert!(!batch.contains(&PANICS), "the model fell over");
        Ok(batch.iter().filter(|n| **n != SHORT).map(|n| n * 2).collect())
    };
    let batcher = Batcher::start("test", Limits { queue, budget, weigh }, model).unwrap();
    Held { batcher, go, seen }
}

impl Held {
    /// Asks without waiting for the answer; the request is in the queue when this returns.
    fn ask(&self, n: u32) -> Asked {
        let batcher = self.batcher.clone();
        let mut asked: Asked = Box::pin(async move { batcher.ask(n).await });
        assert!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        asked
    }

    /// Asks and waits until the thread is busy with it.
    fn occupy(&self, n: u32) -> Asked {
        let asked = self.ask(n);
        assert_eq!(self.seen.recv().unwrap(), [n]);
        asked
    }
}

#[tokio::test]
async fn what_waits_while_the_model_is_busy_goes_into_one_batch_up_to_the_budget() {
    let held = held(100, 10);
    let first = held.occupy(1);
    let rest: Vec<Asked> = [4, 5, 3, 50, 1].into_iter().map(|n| held.ask(n)).collect();
    held.go.send(()).unwrap();
    assert_eq!(first.await.unwrap(), 2);
    for (batch, size) in [(vec![4, 5], 2), (vec![3], 1), (vec![50], 1), (vec![1], 1)] {
        assert_eq!(held.seen.recv().unwrap(), batch, "size {size}"); // 50 is over the budget and goes alone
        held.go.send(()).unwrap();
    }
    for (asked, n) in rest.into_iter().zip([4, 5, 3, 50, 1]) {
        assert_eq!(asked.await.unwrap(), n * 2);
    }
}

#[tokio::test]
async fn the_door_is_bounded_and_those_who_left_make_room() {
    let held = held(2, 10);
    let first = held.occupy(1);
    let (second, third) = (held.ask(2), held.ask(3));
    assert!(matches!(held.batcher.ask(4).await, Err(ModelError::Overloaded)));
    drop(second);
    let fifth = held.ask(5);
    held.go.send(()).unwrap();
    assert_eq!(held.seen.recv().unwrap(), [3, 5]);
    held.go.send(()).unwrap();
    assert_eq!((first.await.unwrap(), third.await.unwrap(), fifth.await.unwrap()), (2, 6, 10));
}

#[tokio::test]
async fn nothing_is_computed_for_a_caller_who_left() {
    let held = held(100, 10);
    let first = held.occupy(1);
    let (second, third) = (held.ask(2), held.ask(3));
    drop(second);
    held.go.send(()).unwrap();
    assert_eq!(held.seen.recv().unwrap(), [3]);
    held.go.send(()).unwrap();
    assert_eq!((first.await.unwrap(), third.await.unwrap()), (2, 6));
}

#[tokio::test]
async fn a_batch_that_fails_or_panics_fails_only_its_callers() {
    let held = held(100, 70);
    for (bad, says) in [(FAILS, "no"), (PANICS, "the model fell over"), (SHORT, "some requests")] {
        let first = held.occupy(1);
        let (with, other) = (held.ask(2), held.ask(bad));
        held.go.send(()).unwrap();
        assert_eq!(held.seen.recv().unwrap(), [2, bad]);
        held.go.send(()).unwrap();
        assert_eq!(first.await.unwrap(), 2);
        for asked in [with, other] {
            match asked.await {
                Err(ModelError::Failed(why)) => assert!(why.contains(says), "{why}"),
                other => panic!("{other:?}"),
            }
        }
        let next = held.occupy(7);
        held.go.send(()).unwrap();
        assert_eq!(next.await.unwrap(), 14);
    }
}

#[tokio::test]
async fn bulk_work_waits_behind_customers_and_for_room() {
    let held = held(2, 10);
    let first = held.occupy(1);
    let bulk = [held.batcher.submit(8).await.unwrap(), held.batcher.submit(9).await.unwrap()];
    let mut third = Box::pin(held.batcher.submit(6));
    let waker = Waker::noop();
    assert!(third.as_mut().poll(&mut Context::from_waker(waker)).is_pending(), "no room yet");
    let live = held.ask(5);
    held.go.send(()).unwrap();
    assert_eq!(held.seen.recv().unwrap(), [5]);
    held.go.send(()).unwrap();
    assert_eq!(held.seen.recv().unwrap(), [8]);
    let third = third.await.unwrap();
    for _ in 0..3 {
        held.go.send(()).unwrap();
    }
    assert_eq!((first.await.unwrap(), live.await.unwrap()), (2, 10));
    let mut answers = Vec::new();
    for reply in bulk.into_iter().chain([third]) {
        answers.push(reply.get().await.unwrap());
    }
    assert_eq!(answers, [16, 18, 12]);
}

#[tokio::test]
async fn the_thread_ends_with_its_last_handle() {
    let held = held(100, 10);
    let first = held.occupy(1);
    let waiting = held.batcher.submit(2).await.unwrap();
    drop(first);
    let Held { batcher, go, seen } = held;
    drop(batcher);
    go.send(()).unwrap();
    assert!(matches!(waiting.get().await, Err(ModelError::Stopped)));
    assert!(seen.recv().is_err(), "the model is gone");
}
