//! One thread that owns one model, and a queue in front of it.
//!
//! Batches are bound late: the thread takes what gathered while it was busy, up to a budget, so a lone request never
//! waits for company and a crowd shares the work. Requests of customers go before bulk work.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::ModelError;

/// How much may wait and how much goes into one batch; `weigh` gives an input's share of `budget`.
pub struct Limits<In> {
    /// Customers' requests that may wait; the next one is refused.
    pub queue: usize,
    /// Weight of one batch; a batch has at least one input.
    pub budget: usize,
    pub weigh: fn(&In) -> usize,
}

struct Job<In, Out> {
    input: In,
    reply: oneshot::Sender<Result<Out, ModelError>>,
    /// Bulk jobs hold their place until they are taken.
    _place: Option<OwnedSemaphorePermit>,
}

struct Waiting<In, Out> {
    live: VecDeque<Job<In, Out>>,
    bulk: VecDeque<Job<In, Out>>,
    stopped: bool,
}

struct Shared<In, Out> {
    waiting: Mutex<Waiting<In, Out>>,
    arrived: Condvar,
}

impl<In, Out> Shared<In, Out> {
    fn lock(&self) -> MutexGuard<'_, Waiting<In, Out>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the thread to stop when the last handle is gone.
struct Owner<In, Out> {
    shared: Arc<Shared<In, Out>>,
    bulk_room: Arc<Semaphore>,
    queue: usize,
}

impl<In, Out> Drop for Owner<In, Out> {
    fn drop(&mut self) {
        self.shared.lock().stopped = true;
        self.shared.arrived.notify_all();
    }
}

pub struct Batcher<In, Out> {
    owner: Arc<Owner<In, Out>>,
}

impl<In, Out> Clone for Batcher<In, Out> {
    fn clone(&self) -> Self {
        Batcher { owner: self.owner.clone() }
    }
}

/// The answer to one request, when it is there.
pub struct Reply<Out>(oneshot::Receiver<Result<Out, ModelError>>);

impl<Out> Reply<Out> {
    pub async fn get(self) -> Result<Out, ModelError> {
        self.0.await.unwrap_or(Err(ModelError::Stopped))
    }
}

impl<In: Send + 'static, Out: Send + 'static> Batcher<In, Out> {
    /// Starts the thread. `model` gets the inputs of a batch and returns one output for each, in their order; when it
    /// fails or panics, the requests of that batch fail and the next batch goes on.
    pub fn start<M>(name: &str, limits: Limits<In>, model: M) -> std::io::Result<Self>
    where
        M: FnMut(Vec<In>) -> Result<Vec<Out>, ModelError> + Send + 'static,
    {
        let waiting = Waiting { live: VecDeque::new(), bulk: VecDeque::new(), stopped: false };
        let shared = Arc::new(Shared { waiting: Mutex::new(waiting), arrived: Condvar::new() });
        let bulk_room = Arc::new(Semaphore::new(limits.queue.max(1)));
        let owner = Owner { shared: shared.clone(), bulk_room, queue: limits.queue.max(1) };
        std::thread::Builder::new().name(name.to_owned()).spawn(move || work(&shared, &limits, model))?;
        Ok(Batcher { owner: Arc::new(owner) })
    }

    /// For a customer who waits: refused at once when too many wait already.
    pub async fn ask(&self, input: In) -> Result<Out, ModelError> {
        match self.ask_all(vec![input])?.pop() {
            Some(reply) => reply.get().await,
            None => Err(ModelError::Stopped),
        }
    }

    /// The same for inputs that belong together: they stand side by side in the queue, so that one batch takes them.
    pub fn ask_all(&self, inputs: Vec<In>) -> Result<Vec<Reply<Out>>, ModelError> {
        let replies = {
            let mut waiting = self.owner.shared.lock();
            if waiting.live.len() >= self.owner.queue {
                waiting.live.retain(|job| !job.reply.is_closed());
            }
            if waiting.live.len() >= self.owner.queue {
                return Err(ModelError::Overloaded);
            }
            let jobs = inputs.into_iter().map(|input| {
                let (reply, answer) = oneshot::channel();
                waiting.live.push_back(Job { input, reply, _place: None });
                Reply(answer)
            });
            jobs.collect()
        };
        self.owner.shared.arrived.notify_one();
        Ok(replies)
    }

    /// For bulk work: waits for a place in the queue, then returns what to wait for.
    pub async fn submit(&self, input: In) -> Result<Reply<Out>, ModelError> {
        let place = self.owner.bulk_room.clone().acquire_owned().await.map_err(|_| ModelError::Stopped)?;
        let (reply, answer) = oneshot::channel();
        self.owner.shared.lock().bulk.push_back(Job { input, reply, _place: Some(place) });
        self.owner.shared.arrived.notify_one();
        Ok(Reply(answer))
    }
}

fn work<In, Out, M>(shared: &Shared<In, Out>, limits: &Limits<In>, mut model: M)
where
    M: FnMut(Vec<In>) -> Result<Vec<Out>, ModelError>,
{
    while let Some(batch) = next_batch(shared, limits) {
        let (inputs, replies): (Vec<In>, Vec<_>) = batch.into_iter().map(|job| (job.input, job.reply)).unzip();
        let outputs = match catch_unwind(AssertUnwindSafe(|| model(inputs))) {
            Ok(Ok(outputs)) if outputs.len() == replies.len() => Ok(outputs),
            Ok(Ok(_)) => Err(ModelError::Failed("the model answered some requests of a batch only".into())),
            Ok(Err(e)) => Err(e),
            Err(panic) => {
                let said = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
                let said = said.or_else(|| panic.downcast_ref::<String>().cloned());
                Err(ModelError::Failed(said.unwrap_or_else(|| "it panicked".into())))
            }
        };
        // A send that fails has no one to tell: the caller is gone.
        match outputs {
            Ok(outputs) => replies.into_iter().zip(outputs).for_each(|(reply, out)| drop(reply.send(Ok(out)))),
            Err(e) => {
                tracing::error!(error = %e, requests = replies.len(), "a batch failed");
                replies.into_iter().for_each(|reply| drop(reply.send(Err(e.clone()))));
            }
        }
    }
}

/// Waits for work; None when all handles are gone (what still waits has nobody to answer).
fn next_batch<In, Out>(shared: &Shared<In, Out>, limits: &Limits<In>) -> Option<Vec<Job<In, Out>>> {
    let mut waiting = shared.lock();
    loop {
        if waiting.stopped {
            return None;
        }
        let mut batch: Vec<Job<In, Out>> = Vec::new();
        let mut weight = 0;
        loop {
            let from_live = !waiting.live.is_empty();
            let queue = if from_live { &mut waiting.live } else { &mut waiting.bulk };
            let Some(job) = queue.pop_front() else { break };
            if job.reply.is_closed() {
                continue;
            }
            let more = (limits.weigh)(&job.input);
            if !batch.is_empty() && weight + more > limits.budget {
                queue.push_front(job);
                break;
            }
            weight += more;
            batch.push(job);
        }
        if !batch.is_empty() {
            return Some(batch);
        }
        waiting = shared.arrived.wait(waiting).unwrap_or_else(PoisonError::into_inner);
    }
}

#[cfg(test)]
#[path = "batcher_tests.rs"]
mod tests;
