//! Whole servers on real sockets. Every test runs on SQLite and, where one is reachable, on PostgreSQL; this file decides
//! which, and tidies up after the last test. `KEFU_TEST_POSTGRES` names another PostgreSQL than the local one.
#![allow(clippy::unwrap_used)]

mod answers;
mod articles;
mod bad_input;
mod content;
mod crash;
mod gaps;
mod graph;
mod handoff;
mod harness;
mod help;
mod import;
mod meta;
mod orders;
mod replay;
mod resume;
mod roles;
mod startup;
mod takeover;
mod training;

use harness::{Engine, runtime};
use libtest_mimic::{Arguments, Trial};
use std::pin::Pin;
use std::process::ExitCode;

/// One test, for any engine.
pub struct Case {
    name: &'static str,
    run: fn(Engine) -> Pin<Box<dyn Future<Output = ()>>>,
}

/// `cases![a, b]`: the async functions of this module as tests, named after module and function.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub fn cases() -> Vec<crate::Case> {
            vec![$(crate::Case { name: concat!(module_path!(), "::", stringify!($name)), run: |engine| Box::pin($name(engine)) }),*]
        }
    };
}
pub(crate) use cases;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Tests mostly wait for servers, which have the cores to themselves.
    arguments.test_threads.get_or_insert(4);
    harness::prepare();
    let postgres = harness::postgres::find();
    if !arguments.list {
        match &postgres {
            Ok(_) => println!("PostgreSQL is reachable: every test runs on SQLite and on PostgreSQL."),
            Err(why) => println!("PostgreSQL SKIPPED, the tests run on SQLite only: {why}"),
        }
    }
    let modules = [
        answers::cases,
        orders::cases,
        resume::cases,
        handoff::cases,
        takeover::cases,
        crash::cases,
        roles::cases,
        bad_input::cases,
        content::cases,
        import::cases,
        help::cases,
        articles::cases,
        replay::cases,
        gaps::cases,
        training::cases,
        graph::cases,
        startup::cases,
        meta::cases,
    ];
    let mut trials = Vec::new();
    for case in modules.iter().flat_map(|m| m()) {
        let name = case.name.trim_start_matches("it::");
        for (engine, present) in [(Engine::Sqlite, true), (Engine::Postgres, postgres.is_ok())] {
            let run = case.run;
            let trial = Trial::test(format!("{}::{name}", engine.name()), move || {
                runtime().block_on(run(engine));
                Ok(())
            });
            trials.push(trial.with_ignored_flag(!present));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    harness::tidy_up();
    conclusion.exit_code()
}
