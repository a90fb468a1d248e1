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
    assert!(cosine(&address_zh, &address_en) > 0.85);
}

#[tokio::test]
async fn any_text_has_a_vector() {
    let embedder = testing::embedder();
    let long = "退货退款 refund please ".repeat(5000);
    let texts = [
        "",
        " ",
        "\u{0}\u{7}",
        "🙂🙂🙂",
        "مرحبا بك",
        "</s><s><pad>",
        "\u{200b}\u{202e}",
        "a",
        &long,
    ];
    for text in texts {
        let vector = embedder.embed(text, Kind::Query).await.unwrap();
        assert!((cosine(&vector, &vector) - 1.0).abs() < 1e-3, "{text:?}");
    }
    let texts: Vec<String> = texts.iter().map(|t| (*t).to_owned()).collect();
    assert_eq!(
        embedder
            .embed_all(&texts, Kind::Passage, &|_| ())
            .await
            .unwrap()
            .len(),
        texts.len()
    );
    assert!(
        embedder
            .embed_all(&[], Kind::Query, &|_| ())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn missing_weights_are_named() {
    let options = models::EmbedderOptions {
        encoder: "/nowhere/at/all".into(),
        cache: vec![],
        queue: 1,
        threads: 1,
    };
    match models::Embedder::start(&options) {
        Err(ModelError::Missing(why)) => assert!(
            why.contains("/nowhere/at/all/config.json") && why.contains("make weights"),
            "{why}"
        ),
        other => panic!("{:?}", other.err()),
    }
}
