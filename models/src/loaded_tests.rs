#![allow(clippy::unwrap_used)]
use super::*;
use crate::prune::prepare;
use crate::{Encoder, Kind, Precision, testing};
use std::path::PathBuf;

/// The encoder for Chinese alone, small enough to write in every form.
fn prepared(to: &Path) -> PathBuf {
    let weights = testing::cache_dir().join("weights");
    let file = |name: &str| std::fs::read(weights.join(name)).expect("tests need the encoder: run `make weights`");
    let languages = crate::languages::Languages::new(&["zh"]).unwrap();
    let dir = to.join("prepared");
    prepare("multilingual-e5-small", &file("e5-small-q4.bin"), &file("tokenizer.json"), &languages, &dir).unwrap();
    dir
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[test]
fn our_forward_pass_is_that_of_candle_transformers_alone_and_in_a_batch() {
    let temp = tempfile::tempdir().unwrap();
    let ours = prepared(temp.path());
    let usual = temp.path().join("any-e5");
    std::fs::create_dir(&usual).unwrap();
    testing::write_usual_form(&ours, &usual).unwrap();
    let (ours, our_reading) = Encoder::open(&ours, Precision::F32).unwrap();
    let (theirs, their_reading) = Encoder::open(&usual, Precision::F32).unwrap();
    assert_ne!(our_reading.id, their_reading.id);
    assert_eq!(our_reading.dimension, their_reading.dimension);

    let long = "我昨天买的耳机还没有收到，物流信息也不更新。".repeat(60);
    let texts = [
        "退货",
        "如何修改收货地址？",
        "能开发票吗",
        "请问 M2 耳机能七天无理由退货吗？",
        "",
        "🙂",
        &long,
        "退款什么时候到账",
    ];
    let read = |reading: &crate::encoder::Reading, kind| {
        texts.iter().map(|t| reading.tokens(t, kind).unwrap()).collect::<Vec<_>>()
    };
    for kind in [Kind::Query, Kind::Passage] {
        let tokens = read(&our_reading, kind);
        assert_eq!(tokens, read(&their_reading, kind));
        assert_eq!(tokens[6].len(), 512);
        let (batch, expected) = (ours.encode(&tokens).unwrap(), theirs.encode(&tokens).unwrap());
        for (i, tokens) in tokens.iter().enumerate() {
            let alone = ours.encode(std::slice::from_ref(tokens)).unwrap();
            assert!(cosine(&alone[0], &batch[i]) > 0.99999, "alone and in a batch: {}", texts[i]);
            assert!(cosine(&batch[i], &expected[i]) > 0.9999, "candle-transformers: {}", texts[i]);
        }
    }
    assert!(ours.encode(&[]).unwrap().is_empty());
}

#[test]
fn damaged_files_are_named() {
    let temp = tempfile::tempdir().unwrap();
    let dir = prepared(temp.path());
    let whole: Vec<(&str, Vec<u8>)> =
        [CONFIG, RULES, TENSORS].into_iter().map(|f| (f, std::fs::read(dir.join(f)).unwrap())).collect();
    for (file, bytes) in &whole {
        let mut flipped = bytes.clone();
        flipped[bytes.len() / 2] ^= 0x10;
        let cut = bytes[..bytes.len() / 3].to_vec();
        for damaged in [flipped, cut, Vec::new()] {
            std::fs::write(dir.join(file), damaged).unwrap();
            match Encoder::open(&dir, Precision::F32) {
                Err(ModelError::Missing(why)) => {
                    assert!(why.contains("make weights") && why.contains(&*dir.to_string_lossy()), "{why}");
                }
                Err(other) => panic!("{file}: {other}"),
                Ok(_) => panic!("{file}: damage was not seen"),
            }
        }
        std::fs::remove_file(dir.join(file)).unwrap();
        assert!(matches!(Encoder::open(&dir, Precision::F32), Err(ModelError::Missing(why)) if why.contains(file)));
        std::fs::write(dir.join(file), bytes).unwrap();
    }
    // Sizes that do not fit the other file, with everything else in order.
    let mut config: PreparedConfig = serde_json::from_slice(&whole[0].1).unwrap();
    let right = config.clone();
    let refused = |config: &PreparedConfig| {
        std::fs::write(dir.join(CONFIG), serde_json::to_vec(config).unwrap()).unwrap();
        matches!(Encoder::open(&dir, Precision::F32), Err(ModelError::Missing(_)))
    };
    for wrong in [0, 100, 385, usize::MAX] {
        config.hidden = wrong;
        assert!(refused(&config), "hidden {wrong}");
    }
    config = PreparedConfig { vocabulary: right.vocabulary + 1, ..right.clone() };
    assert!(refused(&config));
    config = PreparedConfig { layers: 13, ..right.clone() };
    assert!(refused(&config));
    config = PreparedConfig { unknown: u32::MAX, ..right.clone() };
    assert!(refused(&config));
    assert!(!refused(&right));
}

#[test]
fn a_usual_directory_that_is_not_whole_is_named() {
    let temp = tempfile::tempdir().unwrap();
    std::fs::write(temp.path().join(CONFIG), r#"{"model_type": "bert", "hidden_size": 384}"#).unwrap();
    assert!(
        matches!(Encoder::open(temp.path(), Precision::F32), Err(ModelError::Missing(why)) if why.contains(CONFIG))
    );
    std::fs::write(temp.path().join(CONFIG), r#"{"model_type": "xlm-roberta"}"#).unwrap();
    assert!(
        matches!(Encoder::open(temp.path(), Precision::F32), Err(ModelError::Missing(why)) if why.contains("xlm-roberta"))
    );
}
