//! kill -9 and SIGTERM on the real binary: what was accepted is answered, once; what was confirmed is written at most once.

use crate::harness::node::address_changes;
use crate::harness::process::{self, Home, Process, kefu};
use crate::harness::*;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;

crate::cases![
    killed_between_accepted_and_answered,
    killed_in_an_address_change,
    terminated_in_time,
    full_disk_loses_nothing
];

async fn again(home: &Home, customer: Customer) -> (Process, Customer) {
    let process = home.start().await;
    let customer = customer.moved_to(&process.base);
    (process, customer)
}

fn by<'a>(kind: &'a str, messages: &'a [Value]) -> impl Iterator<Item = &'a Value> {
    messages.iter().filter(move |m| m["sender"]["kind"] == kind)
}

/// When to kill: at once, while the bot thinks, about when it has answered.
fn moments() -> Vec<Duration> {
    let random = uuid::Uuid::now_v7().as_u128() as u64;
    [0, 8, 25, random % 60, (random >> 8) % 120].map(Duration::from_millis).to_vec()
}

async fn killed_between_accepted_and_answered(engine: Engine) {
    let home = Home::new(engine).await;
    let mut process = home.start().await;
    let mut customer = Customer::visitor(&process.base, "zh").await;
    let questions = [
        "怎么开电子发票？",
        "When is shipping free?",
        "退款多久能到账？",
        "How do I get an electronic invoice?",
        "积分怎么用？",
    ];
    for (question, moment) in questions.into_iter().zip(moments()) {
        let seq = customer.say(question).await;
        // How long the process lives on is what the rounds differ in.
        tokio::time::sleep(moment).await;
        process.kill().await;
        (process, customer) = again(&home, customer).await;
        let after = customer.answer_to(seq).await;
        assert_eq!(by("bot", &after).count(), 1, "killed after {moment:?}: {after:?}");
        assert!(by("bot", &after).all(|m| !m["citations"].as_array().unwrap().is_empty()), "a real answer: {after:?}");
    }
    // Nothing was answered again later: each question has its one answer.
    let messages = customer.messages(0).await;
    let who: Vec<_> = messages.iter().map(|m| m["sender"]["kind"].as_str().unwrap()).collect();
    assert_eq!(who, ["customer", "bot"].repeat(questions.len()), "{messages:?}");
    let seqs: Vec<_> = messages.iter().map(|m| m["seq"].as_i64().unwrap()).collect();
    assert_eq!(seqs, (1..=messages.len() as i64).collect::<Vec<_>>());
}

async fn killed_in_an_address_change(engine: Engine) {
    let home = Home::new(engine).await;
    let mut process = home.start().await;
    let mut customer = Customer::signed_in(&process.base, process.token("C1001"), "zh").await;
    let orders = node::shop(&process.demo, "/v1/orders?customer_id=C1001&status=paid").await;
    let order = orders["orders"][0]["id"].as_str().unwrap().to_owned();
    for (round, moment) in moments().into_iter().enumerate() {
        let before = address_changes(&process.demo, &order).await;
        customer.ask("我要修改收货地址").await;
        let street = format!("中山路{}号", round + 10);
        let shown = customer.ask(&format!("江苏省南京市鼓楼区{street}")).await;
        assert!(texts(&shown).contains(&street), "{shown:?}");
        let seq = customer.say("确认").await;
        tokio::time::sleep(moment).await;
        process.kill().await;
        (process, customer) = again(&home, customer).await;
        let after = customer.answer_to(seq).await;
        let changes = address_changes(&process.demo, &order).await - before;
        let said = texts(&after);
        assert!(changes <= 1, "killed after {moment:?}: {changes} changes");
        assert_eq!(by("bot", &after).count(), 1, "{after:?}");
        // The bot finds out what became of the change it had begun: told as done only if it is.
        let now = node::shop(&process.demo, &format!("/v1/orders/{order}")).await;
        let done = now["address"]["street"].as_str().unwrap().contains(&street);
        assert_eq!(said.contains("已修改完成"), done, "killed after {moment:?}: {said}");
        assert_eq!(changes == 1, done);
        assert!(done, "nothing stood in the way: {said}");
        let events = customer.messages(seq).await.iter().filter(|m| m["event"]["type"] == "order_changed").count();
        assert_eq!(events, 1, "the confirmation is pushed once");
    }
}

async fn terminated_in_time(engine: Engine) {
    let home = Home::new(engine).await;
    let process = home.start().await;
    let customer = Customer::visitor(&process.base, "en").await;
    let mut socket = Socket::of(&customer, 0).await;
    // The socket's messages are accepted with an ack; the signal comes while the answer is being made.
    socket.say("t", "When is shipping free?").await;
    let seq = socket.ack("t").await;
    let (status, printed) = process.terminate().await;
    assert!(status.success(), "{status}");
    assert!(printed.contains("stopped"), "{printed}");
    while socket.next().await.is_some() {}
    let (process, mut customer) = again(&home, customer).await;
    let after = customer.answer_to(seq).await;
    assert_eq!(by("bot", &after).count(), 1, "{after:?}");
    assert!(texts(&after).contains("99"));
    assert_eq!(
        customer.send("t", "When is shipping free?").await.body["seq"],
        json!(seq),
        "what was acknowledged is there"
    );
    process.kill().await;
}

/// No file may grow beyond a limit, which a process feels like a full disk.
fn on_a_full_disk(command: &Command, kilobytes: usize) -> Command {
    let plain = command.as_std();
    let mut limited = kefu();
    for (name, value) in plain.get_envs() {
        if let Some(value) = value {
            limited.env(name, value);
        }
    }
    let environment: Vec<_> =
        limited.as_std().get_envs().filter_map(|(k, v)| Some((k.to_owned(), v?.to_owned()))).collect();
    let mut shell = Command::new("bash");
    let script = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$0\" \"$@\"");
    shell.arg("-c").arg(script).arg(plain.get_program()).args(plain.get_args()).envs(environment);
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    shell
}

async fn full_disk_loses_nothing(engine: Engine) {
    // The first start on a disk that is too small: a sentence.
    let empty = tempfile::tempdir().unwrap();
    let mut command = kefu();
    command.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"]).arg(empty.path());
    let output = process::run(&mut on_a_full_disk(&command, 40)).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.lines().any(|l| l.starts_with("error: ")) && !said.contains("panicked"), "{said}");
    if engine == Engine::Postgres {
        return; // Its disk is not ours to fill.
    }
    // A disk that gets full while the server runs.
    let home = Home::new(engine).await;
    let process = home.start_as(on_a_full_disk(&home.serve(), 600)).await;
    let mut accepted = Vec::new();
    let mut refused = 0;
    for n in 0..400 {
        let customer = match Reply::of(
            http().post(format!("{}/api/v1/chat/session", process.base)).json(&json!({"language": "en"})),
        )
        .await
        {
            reply if reply.status == 200 => Customer::of(&process.base, reply.body),
            reply => {
                reply.refused(500, "internal");
                refused += 1;
                continue;
            }
        };
        let reply = customer.send("disk", &format!("{n} {}", "When is shipping free? ".repeat(150))).await;
        match reply.status.as_u16() {
            201 => accepted.push(customer),
            _ => {
                reply.refused(500, "internal");
                assert!(reply.body["message"].as_str().unwrap().contains("try again"), "{}", reply.text);
                refused += 1;
            }
        }
        if refused > 10 {
            break;
        }
    }
    assert!(
        refused > 10 && !accepted.is_empty(),
        "{refused} refused, {} accepted: the disk was never full",
        accepted.len()
    );
    // It still reads.
    assert_eq!(http().get(format!("{}/api/v1/articles?language=zh", process.base)).send().await.unwrap().status(), 200);
    process.kill().await;
    // With room again: what was accepted is there and answered, once.
    let process = home.start().await;
    for customer in accepted {
        let mut customer = customer.moved_to(&process.base);
        let after = customer.answer_to(1).await;
        assert_eq!(by("bot", &after).count(), 1, "{after:?}");
        assert_eq!(customer.send("disk", "again").await.status, 200);
    }
    process.kill().await;
}
