//! Orders over Kefu: done once, told truly, and only for whom they belong to.

use crate::harness::*;
use serde_json::{Value, json};

crate::cases![
    address_changed_over_the_webhook,
    address_changed_over_the_socket,
    several_orders_are_asked_about,
    shipped_order_is_refused,
    refusing_writes_nothing,
    foreign_orders_stay_hidden,
    order_list_is_ones_own,
];

async fn address_changed_over_the_webhook(engine: Engine) {
    let server = shared(engine).await;
    let order = server.orders("C1001", &["pending", "paid"]).await.remove(0);
    let id = order["id"].as_str().unwrap();
    let before = server.address_changes(id).await;
    let sender = unique("xiaoyu");
    let metadata = json!({"customer_token": server.token("C1001"), "language": "zh"});
    let say = async |text: &str| texts(&server.webhook(&sender, text, metadata.clone()).await);

    let asked = say("如何修改收货地址？").await;
    assert!(asked.contains(id), "{asked}");
    let shown = say("江苏省南京市鼓楼区中山路1号").await;
    assert!(
        shown.contains("中山路1号") && shown.contains(order["address"]["street"].as_str().unwrap()),
        "old and new: {shown}"
    );
    assert_eq!(server.address_changes(id).await, before, "nothing before the customer has confirmed");
    let done = say("确认").await;
    assert!(done.contains("已修改完成") && done.contains("中山路1号"), "{done}");
    assert_eq!(server.address_changes(id).await, before + 1, "exactly one change");
    let now = server.shop(&format!("/v1/orders/{id}")).await;
    assert_eq!(now["address"]["city"], "南京市");
    assert_eq!(now["address"]["recipient"], order["address"]["recipient"]);
    // Saying yes again changes nothing more.
    say("确认").await;
    assert_eq!(server.address_changes(id).await, before + 1);
}

async fn address_changed_over_the_socket(engine: Engine) {
    let server = shared(engine).await;
    let order = server.orders("C1003", &["pending", "paid"]).await.remove(0);
    let id = order["id"].as_str().unwrap();
    let before = server.address_changes(id).await;
    let emma = Customer::signed_in(&server.base, server.token("C1003"), "en").await;
    let mut socket = Socket::of(&emma, emma.seen).await;

    socket.say("1", &format!("I want to change the delivery address of {id}")).await;
    let said = socket.bot_says().await;
    assert!(said["text"].as_str().unwrap().contains("new delivery address"), "{said}");
    socket.say("2", "815 Alder Street, Portland, OR 97205, USA").await;
    let shown = socket.bot_says().await;
    assert!(shown["text"].as_str().unwrap().contains("815 Alder Street"), "{shown}");
    assert!(
        shown["text"].as_str().unwrap().contains(order["address"]["street"].as_str().unwrap()),
        "the old one, too: {shown}"
    );
    let confirm = &shown["buttons"][0];
    assert_eq!(confirm["title"], "Confirm", "{shown}");
    socket
        .send(&json!({"type": "send", "client_id": "3", "text": confirm["title"], "payload": confirm["payload"]}))
        .await;
    let done = socket.bot_says().await;
    assert!(done["text"].as_str().unwrap().contains(&format!("Done. Order {id}")), "{done}");
    // The confirmation is pushed to whoever watches the conversation.
    let pushed = socket.find("order_changed", |f| f["message"]["event"]["type"] == "order_changed").await;
    assert_eq!(pushed["message"]["event"]["order"], id);
    assert_eq!(pushed["message"]["event"]["action"], "change_address");
    assert_eq!(pushed["message"]["sender"]["kind"], "system");
    assert_eq!(server.address_changes(id).await, before + 1);
    assert_eq!(server.shop(&format!("/v1/orders/{id}")).await["address"]["street"], "815 Alder Street");
}

async fn several_orders_are_asked_about(engine: Engine) {
    let server = shared(engine).await;
    let mut hao = Customer::signed_in(&server.base, server.token("C1002"), "zh").await;
    let orders = server.orders("C1002", &["pending", "paid"]).await;
    assert!(orders.len() > 1, "the story needs several");
    let asked = hao.ask("我要修改收货地址").await;
    let buttons: Vec<Value> = asked.iter().flat_map(|m| m["buttons"].as_array().unwrap().clone()).collect();
    let offered = |id: &str| buttons.iter().find(|b| b["payload"].as_str().unwrap().contains(id));
    for order in &orders {
        assert!(offered(order["id"].as_str().unwrap()).is_some(), "{order} is not offered: {asked:?}");
    }
    for order in server.orders("C1002", &["shipped", "delivered", "cancelled"]).await {
        assert!(offered(order["id"].as_str().unwrap()).is_none(), "{order} can no longer be changed");
    }
    let id = orders[1]["id"].as_str().unwrap();
    let button = offered(id).unwrap();
    let next = hao.press(button["title"].as_str().unwrap(), button["payload"].as_str().unwrap()).await;
    assert!(texts(&next).contains("新的收货地址"), "{next:?}");
    let shown = hao.ask("李四 13900139000 上海市浦东新区世纪大道100号").await;
    assert!(texts(&shown).contains("13900139000"), "{shown:?}");
    let done = hao.ask("确认").await;
    assert!(texts(&done).contains("已修改完成"), "{done:?}");
    assert_eq!(server.shop(&format!("/v1/orders/{id}")).await["address"]["recipient"], "李四");
    for other in orders.iter().filter(|o| o["id"] != id) {
        assert_eq!(
            server.shop(&format!("/v1/orders/{}", other["id"].as_str().unwrap())).await["address"],
            other["address"]
        );
    }
}

async fn shipped_order_is_refused(engine: Engine) {
    let server = shared(engine).await;
    let order = server.orders("C1004", &["shipped"]).await.remove(0);
    let id = order["id"].as_str().unwrap();
    let metadata = json!({"customer_token": server.token("C1004"), "language": "en"});
    let answers = server
        .webhook(&unique("james"), &format!("I need to change the delivery address of order {id}"), metadata)
        .await;
    let said = texts(&answers);
    assert!(said.contains("shipped") && said.contains("can no longer be changed"), "{said}");
    assert!(
        answers.iter().any(|a| a["buttons"].to_string().contains("Talk to a person")),
        "a human is offered: {answers:?}"
    );
    let shipped = server.orders("C1001", &["shipped"]).await.remove(0);
    let zh = json!({"customer_token": server.token("C1001"), "language": "zh"});
    let ask = format!("帮我把订单{}的收货地址改一下", shipped["id"].as_str().unwrap());
    let said = texts(&server.webhook(&unique("late"), &ask, zh).await);
    assert!(said.contains("已发货"), "{said}");
    assert_eq!(server.address_changes(id).await, 0);
    assert_eq!(server.address_changes(shipped["id"].as_str().unwrap()).await, 0);
}

async fn refusing_writes_nothing(engine: Engine) {
    let server = shared(engine).await;
    // A customer of no other test.
    let customer = someone_with_a_paid_order(&server).await;
    let order = server.orders(&customer, &["pending", "paid"]).await.remove(0);
    let id = order["id"].as_str().unwrap();
    let sender = unique("no");
    let metadata = json!({"customer_token": server.token(&customer), "language": "zh"});
    let say = async |text: &str| texts(&server.webhook(&sender, text, metadata.clone()).await);
    say(&format!("修改订单{id}的收货地址")).await;
    let shown = say("江苏省南京市鼓楼区中山路1号").await;
    assert!(shown.contains("中山路1号"), "{shown}");
    say("不对").await;
    let stopped = say("算了").await;
    assert!(!stopped.contains("已修改完成"), "{stopped}");
    say("确认").await;
    say("好的").await;
    assert_eq!(server.address_changes(id).await, 0, "a yes after the end confirms nothing");
    assert_eq!(server.shop(&format!("/v1/orders/{id}")).await["address"], order["address"]);
}

/// With an order that can be changed, and not one of those whose stories other tests play.
pub async fn someone_with_a_paid_order(server: &Server) -> String {
    for customer in server.demo.customers.iter().skip(4) {
        if !server.orders(&customer.id, &["pending", "paid"]).await.is_empty() {
            return customer.id.clone();
        }
    }
    panic!("nobody has an order that can be changed")
}

async fn foreign_orders_stay_hidden(engine: Engine) {
    let server = shared(engine).await;
    let order = server.orders("C1001", &["delivered"]).await.remove(0);
    let id = order["id"].as_str().unwrap();
    let secrets: Vec<String> = ["recipient", "street", "phone"]
        .iter()
        .filter_map(|k| order["address"][k].as_str())
        .chain(order["tracking_number"].as_str())
        .map(str::to_owned)
        .collect();
    let asks_zh = [
        format!("订单{id}到哪了？"),
        format!("{id}的收货地址是什么"),
        format!("取消订单{id}"),
        format!("修改订单{id}的收货地址"),
        format!("退货 {id}"),
    ];
    let asks_en = [
        format!("Where is order {id}?"),
        format!("What is the address of {id}?"),
        format!("Cancel order {id}"),
        format!("Return {id}"),
    ];
    for (who, language, asks) in [
        (Some("C1004"), "en", &asks_en[..]),
        (None, "en", &asks_en[..]),
        (Some("C1002"), "zh", &asks_zh[..]),
        (None, "zh", &asks_zh[..]),
    ] {
        for ask in asks {
            let metadata = match who {
                Some(customer) => json!({"customer_token": server.token(customer), "language": language}),
                None => json!({"language": language}),
            };
            let sender = unique("thief");
            let mut said = texts(&server.webhook(&sender, ask, metadata.clone()).await);
            let payload = format!("/order{{\"order\":\"{id}\"}}");
            said.push_str(&texts(&server.webhook(&sender, &payload, metadata).await));
            for secret in &secrets {
                assert!(!said.contains(secret), "{who:?} asked {ask:?} and was told {secret:?}: {said}");
            }
        }
    }
    let now = server.shop(&format!("/v1/orders/{id}")).await;
    assert_eq!((&now["status"], &now["version"]), (&order["status"], &order["version"]), "and nothing was changed");
}

async fn order_list_is_ones_own(engine: Engine) {
    let server = shared(engine).await;
    let james = Customer::signed_in(&server.base, server.token("C1004"), "en").await;
    let mine = Reply::of(server.get("/api/v1/demo/orders").bearer_auth(&james.token)).await.ok();
    let mine = mine["orders"].as_array().unwrap();
    assert!(!mine.is_empty() && mine.iter().all(|o| o["customer_id"] == "C1004"), "{mine:?}");
    let visitor = Customer::visitor(&server.base, "en").await;
    let none = Reply::of(server.get("/api/v1/demo/orders").bearer_auth(&visitor.token)).await.ok();
    assert_eq!(none["orders"], json!([]));
    Reply::of(server.get("/api/v1/demo/orders")).await.refused(401, "unauthorized");
    // The agent sees this customer's orders beside the chat, and a visitor's are none.
    let mut james = james;
    james.ask("hello").await;
    let agent = server.staff("agent", "en").await;
    let orders = agent.get(&format!("/conversations/{}/orders", james.id)).await.ok();
    assert!(orders["orders"].as_array().unwrap().iter().all(|o| o["customer_id"] == "C1004"));
}
