//! What stands in the way of a start is said in a sentence, and the process ends with a failure.

use crate::harness::process::{Home, kefu, run};
use crate::harness::{Engine, files};
use std::process::Output;
use tokio::net::TcpListener;

crate::cases![
    occupied_port,
    folder_in_use,
    folder_that_cannot_be,
    damaged_database,
    damaged_weights,
    missing_weights,
    wrong_settings,
    nothing_to_train_yet,
    damaged_leftovers_do_not_matter,
];

/// Failed, with a sentence and without the noise of a crash; the sentence.
#[track_caller]
fn failed(output: &Output, words: &[&str]) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "it should not start");
    assert_eq!(output.status.code(), Some(1), "{} {said}", output.status);
    assert!(!said.contains("panicked") && !said.contains("RUST_BACKTRACE") && !said.contains("unwrap"), "{said}");
    let error = said.lines().find(|l| l.starts_with("error: ")).unwrap_or_else(|| panic!("no sentence in {said:?}"));
    for word in words {
        assert!(error.contains(word), "{word:?} is not in {error:?}");
    }
    error.to_owned()
}

async fn occupied_port(engine: Engine) {
    let home = Home::new(engine).await;
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut command = kefu();
    command.args(["serve", "--demo", "--listen", &address, "--data"]).arg(home.data.path());
    home.point(&mut command);
    failed(&run(&mut command).await, &[&address, "--listen"]);
}

async fn folder_in_use(engine: Engine) {
    let home = Home::new(engine).await;
    let running = home.start().await;
    failed(&run(&mut home.serve()).await, &["another Kefu is running", "--data"]);
    // The first one is none the worse.
    let health = crate::harness::http().get(format!("{}/healthz", running.base)).send().await.unwrap();
    assert_eq!(health.status(), 200);
    let (status, _) = running.terminate().await;
    assert!(status.success());
}

async fn folder_that_cannot_be(_: Engine) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    for data in [file.join("data"), file.clone(), "/proc/kefu".into()] {
        let mut command = kefu();
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data"]).arg(&data);
        failed(&run(&mut command).await, &[&data.display().to_string(), "writable"]);
    }
}

async fn damaged_database(engine: Engine) {
    let home = Home::new(engine).await;
    if engine == Engine::Postgres {
        // Nothing of ours to damage there; but it may be gone.
        let mut command = home.serve();
        command.env("KEFU_STORE__URL", "postgres://nobody:wrong@127.0.0.1:1/nothing");
        let said = failed(&run(&mut command).await, &["PostgreSQL"]);
        assert!(!said.contains("wrong"), "the password is told: {said}");
        return;
    }
    let path = home.data.path().join("kefu.db");
    for damage in [b"this is no database at all, but long enough to be looked at".repeat(100), vec![0u8; 5000]] {
        std::fs::write(&path, damage).unwrap();
        let _ = std::fs::remove_file(home.data.path().join("kefu.db-wal"));
        let said = failed(&run(&mut home.serve()).await, &["database"]);
        assert!(said.contains("damaged"), "{said}");
    }
    // The shop's, too.
    let home = Home::new(engine).await;
    std::fs::write(home.data.path().join("shop.db"), b"nor is this".repeat(1000)).unwrap();
    failed(&run(&mut home.serve()).await, &["shop"]);
}

async fn damaged_weights(engine: Engine) {
    let home = Home::new(engine).await;
    let config = files::config(home.data.path(), None);
    let prepared = models::weights::prepared_dir(&config.models.cache, &config.models.languages);
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 4] = [
        ("model.safetensors", |f| f.truncate(f.len() / 2)),
        ("model.safetensors", |f| f[..64].fill(0xff)),
        ("config.json", |f| f.truncate(20)),
        ("tokenizer-rules.json", |f| f.clear()),
    ];
    for (name, damage) in damages {
        let encoder = tempfile::tempdir().unwrap();
        files::copy(&prepared, encoder.path());
        let path = encoder.path().join(name);
        let mut bytes = std::fs::read(&path).unwrap();
        damage(&mut bytes);
        std::fs::write(&path, bytes).unwrap();
        let mut command = home.serve();
        command.env("KEFU_MODELS__ENCODER", encoder.path());
        failed(&run(&mut command).await, &[&encoder.path().display().to_string()]);
    }
}

async fn missing_weights(engine: Engine) {
    let home = Home::new(engine).await;
    let empty = tempfile::tempdir().unwrap();
    let mut command = home.serve();
    command.env("KEFU_MODELS__CACHE", empty.path());
    failed(&run(&mut command).await, &["encoder", "kefu fetch"]);
    let mut command = home.serve();
    command.env("KEFU_MODELS__ENCODER", empty.path().join("none"));
    failed(&run(&mut command).await, &["none"]);
}

async fn wrong_settings(engine: Engine) {
    let home = Home::new(engine).await;
    for (name, value, word) in [
        ("KEFU_SERVER__LISTEN", "everywhere", "ADDRESS:PORT"),
        ("KEFU_WORKER__CONCURRENCY", "0", "worker.concurrency"),
        ("KEFU_STORE__URL", "mysql://x", "store.url"),
        ("KEFU_SERVER__LISSTEN", "127.0.0.1:0", "lissten"),
        ("KEFU_CHAT__BURST", "many", "burst"),
    ] {
        let mut command = kefu();
        command.args(["serve", "--data"]).arg(home.data.path()).env(name, value);
        if name != "KEFU_SERVER__LISTEN" {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        failed(&run(&mut command).await, &[word]);
    }
    let mut command = kefu();
    command.args(["serve", "--config", "/nothing/kefu.toml"]);
    failed(&run(&mut command).await, &["/nothing/kefu.toml"]);
}

async fn nothing_to_train_yet(_: Engine) {
    let empty = tempfile::tempdir().unwrap();
    for command in ["train", "export"] {
        let mut process = kefu();
        process.arg(command).arg("--data").arg(empty.path());
        if command == "export" {
            process.arg("--out").arg(empty.path().join("out"));
        }
        failed(&run(&mut process).await, &["kefu serve"]);
    }
}

/// Caches are only caches.
async fn damaged_leftovers_do_not_matter(engine: Engine) {
    let home = Home::new(engine).await;
    for name in ["embeddings.bin", "demo.json", "shop.key"] {
        std::fs::write(home.data.path().join(name), b"\xff\x00 no longer what it was").unwrap();
    }
    let process = home.start().await;
    let login = process.demo.staff.iter().find(|s| s.role == "agent").unwrap();
    crate::harness::Staff::login(&process.base, &login.email, &login.password).await;
    let mut customer = crate::harness::Customer::signed_in(&process.base, process.token("C1001"), "zh").await;
    assert!(crate::harness::texts(&customer.ask("满多少包邮？").await).contains("99"));
    process.kill().await;
}
