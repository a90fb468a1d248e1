//! What an agent is offered for the customer's last message.

use crate::kit::{Chat, Person, brain};
use crate::shop::{Behaviour, NOW, Shop};
use bot::conversation::Language;
use bot::copilot::{Suggestion, suggest};

async fn suggestions(text: &str, language: Language, signed_in: bool) -> (Vec<Suggestion>, Chat) {
    let person = Person { signed_in, name: None, tier: None, phone: None };
    let shop = Shop::new(&["paid headphones".into(), "delivered long ago".into()], Behaviour::Works);
    let mut chat = Chat::new(brain().await, shop, person, language, true);
    let said = chat.type_in(&[(text.to_owned(), None)]);
    chat.history.extend(said);
    let list = suggest(&chat.bot, &chat.conversation, &chat.history, NOW).await;
    (list, chat)
}

#[tokio::test(flavor = "multi_thread")]
async fn passages_and_graph_answers_come_with_their_source() {
    for (text, language, slug) in
        [("满多少包邮？", Language::Zh, "shipping"), ("How do I get an electronic invoice?", Language::En, "invoice")]
    {
        let (list, _) = suggestions(text, language, false).await;
        let best = list.first().unwrap();
        assert!(best.citations[0].article.contains(slug) && !best.text.is_empty(), "{list:?}");
        assert!(list.windows(2).all(|w| w[0].score >= w[1].score));
    }
    let (list, _) = suggestions("M2 耳机能七天无理由退货吗？", Language::Zh, false).await;
    assert!(list.iter().any(|s| s.citations.iter().any(|c| c.title.contains("M2"))), "{list:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_talked_about_is_looked_up_and_only_read() {
    let (list, chat) = suggestions("我的订单怎么还没发货？", Language::Zh, true).await;
    assert!(list.iter().any(|s| s.text.contains("KF2026110017") && s.text.contains("待发货")), "{list:?}");
    assert_eq!(chat.shop.writes(), 0);
    let (list, chat) = suggestions("Where is order KF2026119999?", Language::En, true).await;
    assert!(list.iter().all(|s| !s.text.contains("KF2026119999")), "{list:?}");
    assert_eq!(chat.shop.calls("get_order"), 0);
    let (_, visitor) = suggestions("我的订单怎么还没发货？", Language::Zh, false).await;
    assert_eq!(visitor.shop.all_calls(), 0);
}
