//! No wrong write: whatever customers say, in whatever order, nothing is written without an explicit yes to the question
//! that stood directly before it, and never twice for one yes.

use crate::kit::{Chat, Person, brain};
use crate::shop::{Behaviour, Shop};
use bot::conversation::{Language, Next};

/// SplitMix64: the same conversations on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % (n as u64)).unwrap()
    }
}

const UTTERANCES: &[&str] = &[
    "我要改收货地址",
    "change my delivery address",
    "取消订单",
    "cancel my order",
    "我要退货",
    "I want to return this",
    "换货",
    "refund please",
    "第一个",
    "the second one",
    "最近那单",
    "KF2026110017",
    "KF2026110016",
    "KF2026119999",
    "M2 耳机",
    "不是这个，是上周那单",
    "no, the other one",
    "江苏省南京市鼓楼区中山路1号",
    "李四 13900139000 上海市浦东新区世纪大道100号",
    "12 Baker Street, London NW1 6XE",
    "电话改成13700137000",
    "收件人改成李四",
    "是的",
    "确认",
    "好的",
    "yes",
    "ok",
    "对",
    "yes, but change the phone first",
    "确认？",
    "yes?",
    "嗯？",
    "嗯",
    "ok?",
    "可以吗",
    "是的，不过门牌号改成2号",
    "I want it sent to 5 Elm St instead",
    "please do not change it",
    "不要取消",
    "好的，等一下",
    "不",
    "no",
    "算了",
    "never mind",
    "不想要了",
    "quality problem",
    "1",
    "2",
    "M2 耳机能退吗？",
    "运费多少？",
    "how long does delivery take?",
    "你好",
    "谢谢",
    "🙂",
    "",
    "我的快递到哪了",
    "where is my order",
    "帮我取消订单，另外发票怎么开？",
    "cancel my order and also change my delivery address",
    "我要改收货地址，另外我要退货",
    "确认，另外发票怎么开？",
    "yes, and also how do I get an invoice?",
    "好的，顺便取消另一个订单",
    "江苏省南京市鼓楼区中山路1号，另外发票怎么开？",
    "不要退款，我要换货",
    "I don't want to cancel, I want to change the address",
    "我不是要取消，确认什么",
    "继续",
    "yes please cancel it and by the way where is my parcel?",
];

const PAYLOADS: &[&str] = &[
    "/affirm",
    "/deny",
    "/affirm{\"question\":1}",
    "/affirm{\"question\":2}",
    "/affirm{\"question\":99}",
    "/order{\"order\":\"KF2026110017\"}",
    "/order{\"order\":\"KF2026119999\"}",
    "/inform{\"reason\":\"quality\"}",
    "/change_address{\"order\":\"KF2026110016\"}",
    "/cancel_order",
    "/change_address{\"order\":\"KF2026110017\",\"address\":{\"city\":\"南京市\",\"street\":\"中山路1号\"}}",
    "/request_return",
    "/stop",
    "/next_wish",
    "/order{\"order\":[1]}",
    "/change_address{\"order\":{\"a\":1}}",
    "/article{\"article\":\"../../etc/passwd\"}",
];

fn explicit_yes(text: &str, payload: Option<&str>) -> bool {
    match payload {
        Some(p) => p == "/affirm" || p.starts_with("/affirm{"),
        // Whoever asks has not said yes.
        None if text.contains(['?', '？', '吗', '么', '呢']) => false,
        None => ["是的", "确认", "好的", "yes", "ok", "对"].contains(&text),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn random_conversations_never_write_without_a_yes() {
    let brain = brain().await;
    let orders: Vec<String> =
        ["paid headphones", "pending lamp", "paid kettle", "delivered headphones", "shipped speaker"]
            .map(String::from)
            .to_vec();
    let mut writes = 0;
    let mut turns = 0;
    for seed in 0..70 {
        let mut dice = Dice(seed);
        let behaviour =
            [Behaviour::Works, Behaviour::Works, Behaviour::LostAnswer, Behaviour::WritesWrongly][dice.below(4)];
        let language = if seed % 2 == 0 { Language::Zh } else { Language::En };
        let person = Person { signed_in: seed % 10 != 9, name: None, tier: None, phone: None };
        let mut chat = Chat::new(brain, Shop::new(&orders, behaviour), person, language, true);
        let mut asked = false;
        for _ in 0..30 {
            let count = 1 + dice.below(8) / 7;
            let said: Vec<(String, Option<String>)> = (0..count)
                .map(|_| match dice.below(10) {
                    // A yes is likely, or nothing would ever be written.
                    0..=2 if asked => ("确认".to_owned(), None),
                    3 => ("button".to_owned(), Some(PAYLOADS[dice.below(PAYLOADS.len())].to_owned())),
                    _ => (UTTERANCES[dice.below(UTTERANCES.len())].to_owned(), None),
                })
                .collect();
            let before = chat.shop.writes();
            let decision = chat.say(&said).await;
            turns += 1;
            let written = chat.shop.writes() - before;
            assert!(written <= 1, "seed {seed}: two writes for one turn: {said:?}");
            if written == 1 {
                writes += 1;
                assert!(asked, "seed {seed}: written without a question: {said:?}");
                assert!(
                    said.iter().all(|(t, p)| explicit_yes(t, p.as_deref())),
                    "seed {seed}: written without a yes: {said:?}"
                );
            }
            let done = decision.say.iter().any(|a| {
                ["已修改完成", "已取消。", "申请已提交", "Done. Order", "has been cancelled", "has been submitted"]
                    .iter()
                    .any(|w| a.text.contains(w))
            });
            assert!(!done || (written == 1 && behaviour == Behaviour::Works), "seed {seed}: told as done: {said:?}");
            assert_eq!(done, !decision.changed.is_empty(), "seed {seed}");
            let foreign = decision.say.iter().any(|a| a.text.contains("秘密路"));
            assert!(!foreign, "seed {seed}: somebody else's order was shown");
            asked = decision.say.iter().flat_map(|a| &a.buttons).any(|b| b.payload.starts_with("/affirm"));
            if !matches!(decision.next, Next::Stay) {
                break;
            }
        }
    }
    println!("{turns} random turns, {writes} confirmed writes");
    assert!(writes >= 5, "the test proves little: only {writes} writes");
}

fn typed(text: &str) -> Vec<(String, Option<String>)> {
    vec![(text.to_owned(), None)]
}

async fn at_confirmation(behaviour: Behaviour) -> Chat {
    let brain = brain().await;
    let person = Person { signed_in: true, name: None, tier: None, phone: None };
    let mut chat = Chat::new(brain, Shop::new(&["paid headphones".into()], behaviour), person, Language::Zh, true);
    chat.say(&typed("怎么修改收货地址？我要改收货地址")).await;
    let decision = chat.say(&typed("江苏省南京市鼓楼区中山路1号")).await;
    let asks = decision.say.iter().flat_map(|a| &a.buttons).any(|b| b.payload.starts_with("/affirm"));
    assert!(asks, "no confirmation: {:?}", decision.say);
    chat
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_runs_again_after_a_crash_writes_once() {
    let mut chat = at_confirmation(Behaviour::Works).await;
    let said = chat.type_in(&typed("确认"));
    let lost = chat.dry(&said).await;
    assert_eq!((lost.changed.len(), chat.shop.writes()), (1, 1));
    let again = chat.hear(said).await;
    assert_eq!((again.changed.len(), chat.shop.writes(), chat.shop.calls("change_address")), (1, 1, 2));
    chat.say(&typed("确认")).await;
    assert_eq!((chat.shop.writes(), chat.shop.calls("change_address")), (1, 2), "a second yes writes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_written_before_the_question_confirms_nothing() {
    let brain = brain().await;
    let person = Person { signed_in: true, name: None, tier: None, phone: None };
    let mut chat =
        Chat::new(brain, Shop::new(&["paid headphones".into()], Behaviour::Works), person, Language::Zh, true);
    chat.say(&typed("我要改收货地址")).await;
    let address = chat.type_in(&typed("江苏省南京市鼓楼区中山路1号"));
    // Sent while the bot was still thinking about the address.
    let early = chat.type_in(&typed("确认"));
    chat.hear(address).await;
    chat.hear(early).await;
    assert_eq!(chat.shop.writes(), 0);
    chat.say(&typed("确认")).await;
    assert_eq!(chat.shop.writes(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_an_older_question_confirms_nothing() {
    let mut chat = at_confirmation(Behaviour::Works).await;
    let old = chat.history.len();
    chat.say(&typed("电话改成13700137000")).await;
    assert!(chat.history.len() > old);
    chat.say(&[("确认".into(), Some("/affirm{\"question\":1}".into()))]).await;
    assert_eq!(chat.shop.writes(), 0, "the old question had another phone number");
    chat.say(&[("确认".into(), Some(format!("/affirm{{\"question\":{}}}", chat.conversation.dialog.asked)))]).await;
    assert_eq!(chat.shop.writes(), 1);
    assert_eq!(
        chat.shop.order("KF2026110017")["address"]["phone"].as_str().map(|p| p.ends_with("13700137000")),
        Some(true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overloaded_encoder_ends_in_an_apology_and_a_human() {
    let brain = brain().await;
    let cache = models::testing::cache_dir();
    let encoder = models::weights::prepared_dir(&cache, &["zh", "en"]);
    let narrow = models::Embedder::start(&models::EmbedderOptions {
        encoder,
        adaptation: Default::default(),
        cache: Vec::new(),
        queue: 1,
        threads: 1,
        precision: models::Precision::Auto,
    })
    .unwrap();
    let overloaded = crate::kit::Brain {
        nlu: std::sync::Arc::new(nlu::Nlu::new(narrow, (*brain.nlu.model()).clone(), brain.graph.clone())),
        knowledge: brain.knowledge.clone(),
        graph: brain.graph.clone(),
        responses: brain.responses.clone(),
        policy: brain.policy.clone(),
    };
    let overloaded = std::sync::Arc::new(overloaded);
    let mut talks = tokio::task::JoinSet::new();
    for n in 0..48 {
        let brain = overloaded.clone();
        talks.spawn(async move {
            let person = Person { signed_in: true, name: None, tier: None, phone: None };
            let mut chat = Chat::new(&brain, Shop::new(&[], Behaviour::Works), person, Language::En, n % 2 == 0);
            chat.say(&typed(&format!("Question number {n}: when is shipping free?"))).await
        });
    }
    let mut failed = 0;
    while let Some(decision) = talks.join_next().await {
        let decision = decision.unwrap();
        assert!(!decision.say.is_empty());
        if let Next::Handoff(e) = &decision.next {
            assert_eq!(e.reason, bot::conversation::Reason::BotFailed);
            assert!(decision.say[0].text.contains("sorry") && !e.summary.is_empty());
            failed += 1;
        }
    }
    println!("{failed} of 48 turns were refused by the encoder and handed over");
    assert!(failed > 0, "the encoder was never overloaded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_did_not_finish_ends_in_an_apology_and_a_human() {
    for (agents_present, words) in [(true, "connecting you"), (false, "has been noted")] {
        let person = Person { signed_in: true, name: None, tier: None, phone: None };
        let shop = Shop::new(&["paid headphones".into()], Behaviour::Works);
        let mut chat = Chat::new(brain().await, shop, person, Language::En, agents_present);
        chat.say(&typed("cancel my order")).await;
        chat.say(&typed("Ordered by mistake")).await;
        let asked = chat.conversation.dialog.asked;
        let said = chat.type_in(&typed("yes"));
        let decision = chat.bot.failed(&bot::conversation::Turn {
            conversation: &chat.conversation,
            history: &chat.history,
            said: &said,
            now: crate::shop::NOW,
            agents_present,
        });
        let Next::Handoff(escalation) = &decision.next else { panic!("not handed over") };
        assert_eq!(escalation.reason, bot::conversation::Reason::BotFailed);
        assert!(decision.say[0].text.contains(words) && escalation.intent.as_deref() == Some("cancel_order"));
        assert!(decision.dialog.stack.is_empty() && decision.dialog.asked == asked && asked > 0);
        assert_eq!(chat.shop.writes(), 0);
    }
}
