//! A head on the real encoder: a few examples in both languages, asked in other words.
#![allow(clippy::unwrap_used)]

use models::head::{TrainOptions, train_with_held_out};
use models::{Kind, testing};

#[tokio::test]
async fn a_few_examples_are_enough() {
    let intents: [&[&str]; 5] = [
        &[
            "我的订单到哪了",
            "查一下物流",
            "包裹什么时候能到",
            "Where is my parcel?",
            "track my package",
            "has my order shipped yet",
        ],
        &[
            "我要退货",
            "这个东西不想要了，能退吗",
            "申请退款",
            "I want to return this",
            "how do I get a refund",
            "send it back",
        ],
        &[
            "帮我改一下收货地址",
            "地址填错了",
            "换个地址寄",
            "change my shipping address",
            "I entered the wrong address",
            "ship it somewhere else",
        ],
        &[
            "能开发票吗",
            "发票怎么开",
            "需要增值税专用发票",
            "I need an invoice",
            "can you send me a VAT invoice",
            "where is my receipt",
        ],
        &[
            "转人工",
            "我要跟客服说话",
            "叫真人来",
            "talk to a human",
            "I want to speak to an agent",
            "get me a real person",
        ],
    ];
    let asked = [
        ("快递送到哪儿了呀", 0),
        ("when will my delivery arrive", 0),
        ("衣服不合适想退掉", 1),
        ("I'd like my money back", 1),
        ("收货地址写错了怎么修改", 2),
        ("please deliver to a different address", 2),
        ("公司报销要发票", 3),
        ("invoice please", 3),
        ("不要机器人，给我接人工客服", 4),
        ("let me speak with someone", 4),
    ];
    let embedder = testing::embedder();
    let (mut texts, mut labels) = (Vec::new(), Vec::new());
    for (label, examples) in intents.iter().enumerate() {
        texts.extend(examples.iter().map(|e| (*e).to_owned()));
        labels.extend(examples.iter().map(|_| label));
    }
    let vectors = embedder.embed_all(&texts, Kind::Query, &|_| ()).await.unwrap();
    let (head, held) = train_with_held_out(&vectors, &labels, intents.len(), &TrainOptions::default()).unwrap();
    assert_eq!(held.len(), texts.len());

    let mut right = 0;
    for (text, intent) in asked {
        let p = head.predict(&embedder.embed(text, Kind::Query).await.unwrap());
        let best = (0..p.len()).max_by(|&a, &b| p[a].total_cmp(&p[b])).unwrap();
        eprintln!("{text}: {best} {:.2}", p[best]);
        right += usize::from(best == intent);
    }
    assert!(right >= 9, "{right} of {}", asked.len());
    // Something else is close to no class.
    let closest = async |text: &str| {
        let near = head.closeness(&embedder.embed(text, Kind::Query).await.unwrap());
        near.into_iter().fold(f32::MIN, f32::max)
    };
    let (known, unknown) = (closest("衣服不合适想退掉").await, closest("今天晚上月亮为什么这么圆").await);
    assert!(known > unknown + 0.1, "{known} {unknown}");
}
