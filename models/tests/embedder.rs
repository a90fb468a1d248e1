//! The real encoder behind the real batcher.
#![allow(clippy::unwrap_used)]

use models::{Kind, ModelError, testing};

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[tokio::test]
async fn a_text_means_the_same_in_both_languages() {
    let embedder = testing::embedder();
    let embed = async |text: &str| embedder.embed(text, Kind::Query).await.unwrap();
    let address_zh = embed("如何修改收货地址？").await;
    let address_en = embed("How do I change my delivery address?").await;
    let invoice_zh = embed("能开发票吗").await;
    let invoice_en = embed("Can I get an invoice?").await;
    assert_eq!(address_zh.len(), embedder.dimension());
    assert!((cosine(&address_zh, &address_zh) - 1.0).abs() < 1e-4);
    assert!(cosine(&address_zh, &address_en) > cosine(&address_zh, &invoice_zh));
    assert!(cosine(&invoice_zh, &invoice_en) > cosine(&invoice_zh, &address_en));
}

#[tokio::test]
async fn any_text_has_a_vector() {
    let embedder = testing::embedder();
    let long = "退货退款 refund please ".repeat(5000);
    let texts = ["", " ", "\u{0}\u{7}", "🙂🙂🙂", "مرحبا بك", "</s><s><pad>", "\u{200b}\u{202e}", "a", &long];
    for text in texts {
        let vector = embedder.embed(text, Kind::Query).await.unwrap();
        assert!((cosine(&vector, &vector) - 1.0).abs() < 1e-3, "{text:?}");
    }
    let texts: Vec<String> = texts.iter().map(|t| (*t).to_owned()).collect();
    assert_eq!(embedder.embed_all(&texts, Kind::Passage, &|_| ()).await.unwrap().len(), texts.len());
    assert!(embedder.embed_all(&[], Kind::Query, &|_| ()).await.unwrap().is_empty());
}

#[tokio::test]
async fn missing_weights_are_named() {
    let options = models::EmbedderOptions {
        encoder: "/nowhere/at/all".into(),
        adaptation: Default::default(),
        cache: vec![],
        queue: 1,
        threads: 1,
        precision: models::Precision::Auto,
    };
    match models::Embedder::start(&options) {
        Err(ModelError::Missing(why)) => {
            assert!(why.contains("/nowhere/at/all/config.json") && why.contains("make weights"), "{why}")
        }
        other => panic!("{:?}", other.err()),
    }
}

#[tokio::test]
async fn content_that_was_embedded_before_costs_nothing() {
    use std::sync::Mutex;
    let dir = tempfile::tempdir().unwrap();
    let options = models::EmbedderOptions {
        adaptation: Default::default(),
        encoder: models::weights::prepared_dir(&testing::cache_dir(), &["zh", "en"]),
        cache: vec![dir.path().join("embeddings.bin")],
        queue: 4,
        threads: 1,
        precision: models::Precision::Auto,
    };
    let texts: Vec<String> = (0..40).map(|i| format!("第 {} 条 question about delivery", i % 30)).collect();
    let run = async || {
        let calls = Mutex::new(Vec::new());
        let embedder = models::Embedder::start(&options).unwrap();
        let vectors = embedder.embed_all(&texts, Kind::Passage, &|n| calls.lock().unwrap().push(n)).await.unwrap();
        (vectors, calls.into_inner().unwrap())
    };
    let (first, calls) = run().await;
    assert_eq!((calls[0], *calls.last().unwrap()), (0, 40));
    assert!(calls.is_sorted());
    let (second, calls) = run().await;
    assert_eq!(calls, [40], "all were known");
    for (a, b) in first.iter().zip(&second) {
        assert!(cosine(a, b) > 0.9999);
    }
    assert!(first[3] == first[33], "the same text, once");
}

#[tokio::test]
async fn a_crowd_is_answered_or_refused_while_bulk_work_runs() {
    let options = models::EmbedderOptions {
        adaptation: Default::default(),
        encoder: models::weights::prepared_dir(&testing::cache_dir(), &["zh", "en"]),
        cache: vec![],
        queue: 20,
        threads: 1,
        precision: models::Precision::Auto,
    };
    let embedder = models::Embedder::start(&options).unwrap();
    let bulk: Vec<String> = (0..100).map(|i| format!("bulk text number {i} 批量文本")).collect();
    let (mut answered, mut refused) = (0, 0);
    let crowd = async {
        let mut asked = tokio::task::JoinSet::new();
        for i in 0..60 {
            let embedder = embedder.clone();
            asked.spawn(async move { embedder.embed(&format!("customer {i} 想退货"), Kind::Query).await });
        }
        while let Some(result) = asked.join_next().await {
            match result.unwrap() {
                Ok(_) => answered += 1,
                Err(ModelError::Overloaded) => refused += 1,
                Err(e) => panic!("{e}"),
            }
        }
    };
    let (bulk, ()) = tokio::join!(embedder.embed_all(&bulk, Kind::Query, &|_| ()), crowd);
    assert_eq!(bulk.unwrap().len(), 100);
    assert_eq!(answered + refused, 60);
    assert!(answered >= 20, "{answered}");
}

#[tokio::test]
async fn states_and_vector_come_from_one_reading() {
    let embedder = testing::embedder();
    let texts =
        ["我要退货，快递单号 SF123", "cancel my  order please", "", " ", "ＦＵＬＬ１２ 🙂👨‍👩‍👧 café\u{200b}", "好"];
    let texts: Vec<String> = texts.map(str::to_owned).into();
    let all = embedder.states_all(&texts, Kind::Query, &|_| ()).await.unwrap();
    for (text, bulk) in texts.iter().zip(&all) {
        let (vector, live) = embedder.read(text, Kind::Query).await.unwrap();
        let plain = embedder.embed(text, Kind::Query).await.unwrap();
        assert!(cosine(&vector, &plain) > 0.999, "{text}");
        assert_eq!(live.spans, bulk.spans);
        let mut end = 0;
        for (piece, span) in live.spans.iter().enumerate() {
            let covered = text.get(span.clone()).unwrap();
            assert!(!covered.is_empty() && covered.trim() == covered && span.start >= end, "{text}: {span:?}");
            end = span.end;
            let (a, b): (Vec<f32>, Vec<f32>) = (live.row(piece).collect(), bulk.row(piece).collect());
            assert_eq!(a.len(), embedder.width());
            assert!(cosine(&a, &b) / (cosine(&a, &a) * cosine(&b, &b)).sqrt() > 0.999, "{text}");
        }
        let seen: String = live.spans.iter().map(|s| &text[s.clone()]).collect();
        assert!(text.chars().filter(|c| c.is_alphabetic()).all(|c| seen.contains(c)), "{text}: {seen}");
    }
    assert!(all[2].spans.is_empty() && all[3].spans.is_empty());
}
