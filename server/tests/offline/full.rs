//! `kefu train --mode full`: the encoder learns, too.

use crate::kit::*;
use serde_json::Value;

#[test]
fn the_tuned_encoder_lies_beside_the_model_and_reads() {
    let home = tempfile::tempdir().unwrap();
    let (nlu, out) = (write(home.path(), "nlu.jsonl", TRAINING), home.path().join("full"));
    let validation = write(
        home.path(),
        "validation.jsonl",
        "{\"text\":\"几点关门\",\"label\":\"opening_hours\"}\n{\"text\":\"how much for a coat\",\"label\":\"价格\"}\n\
         {\"text\":\"衣服可以取了吗\",\"label\":\"pickup/ready\"}\n{\"text\":\"who wrote Hamlet\",\"label\":\"oos\"}\n",
    );
    let mut command = train(&nlu, &out);
    let (report, told) = ok(command.args(["--mode", "full", "--validation"]).arg(&validation).output().unwrap());
    assert!(told.contains("tuning the encoder"), "{told}");
    assert!(!report.contains("too good"), "with a validation part the figures are fair: {report}");
    let names: Vec<String> = contents(&out).into_iter().map(|f| f.0).collect();
    assert_eq!(names, ["adapter.safetensors", "intents.model", "model.json", "report.json"]);
    let read = |name: &str| -> Value { serde_json::from_slice(&std::fs::read(out.join(name)).unwrap()).unwrap() };
    assert_eq!(read("model.json")["mode"], "full");
    let held = read("report.json")["training"].clone();
    assert_eq!(held["examples"], 24, "validation examples are not learnt from: {held}");

    let (answers, _) = answers(&out, "周日开门吗？\nhow much to clean a coat?\nis my shirt ready?");
    let said: Vec<&str> = answers.iter().filter_map(|a| a["intent"]["name"].as_str()).collect();
    assert_eq!(said, ["opening_hours", "价格", "pickup/ready"]);
    // An adapter that is not the model's own is another encoder.
    std::fs::remove_file(out.join("adapter.safetensors")).unwrap();
    let parse = kefu().args(["parse", "--model"]).arg(&out).output().unwrap();
    failed(&parse, &["kefu train"]);
}
