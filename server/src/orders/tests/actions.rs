//! The bot's six actions, over HTTP, against the real shop.

use super::*;
use crate::orders::actions::actions;
use crate::orders::shop::faults::Fault;
use bot::action::{Action, ActionError, Outcome, Slots};
use bot::conversation::{Customer, CustomerId};
use std::collections::HashMap;

type Actions = HashMap<String, Arc<dyn Action>>;

fn customer(id: &str) -> Customer {
    Customer { id: CustomerId(id.to_owned()), name: None, signed_in: true, tier: None, email: None, phone: None }
}

async fn run(actions: &Actions, who: &Customer, name: &str, slots: Value, key: &str) -> Result<Value, ActionError> {
    let slots: Slots = slots.as_object().unwrap().clone();
    actions[name].run(who, &slots, key).await.map(|Outcome { facts }| facts)
}

fn code(result: &Result<Value, ActionError>) -> &str {
    match result {
        Err(ActionError::Refused { code, .. }) => code,
        _ => panic!("not refused: {result:?}"),
    }
}

#[tokio::test]
async fn a_customer_reads_and_changes_own_orders() {
    let shop = shop().await;
    let actions = actions(&shop.client());
    let xiaoyu = customer("C1001");
    let list = run(&actions, &xiaoyu, "list_orders", json!({"status": ["pending", "paid"]}), "").await.unwrap();
    assert_eq!(list["orders"].as_array().unwrap().len(), 1);
    let id = list["orders"][0]["id"].as_str().unwrap().to_owned();
    assert!(
        run(&actions, &xiaoyu, "list_orders", json!({}), "").await.unwrap()["orders"].as_array().unwrap().len() >= 8
    );

    // A new place, written over two lines and without a person: the person stays.
    let place = json!({"province": "江苏省", "city": "苏州市", "district": "姑苏区", "street": "桂影巷7号\n2单元",
        "full": "江苏省苏州市姑苏区桂影巷7号2单元"});
    let slots = json!({"order": id.to_lowercase(), "address": place});
    let changed = run(&actions, &xiaoyu, "change_address", slots.clone(), "turn-1").await.unwrap();
    assert_eq!(changed["address"]["street"], "桂影巷7号 2单元");
    assert_eq!(changed["address"]["recipient"], "林晓雨");
    let again = run(&actions, &xiaoyu, "change_address", slots, "turn-1").await.unwrap();
    assert_eq!(changed, again);
    assert_eq!(shop.count(&id, "address_changed").await, 1, "the same turn again changes nothing");
    let read = run(&actions, &xiaoyu, "get_order", json!({"order": id}), "").await.unwrap();
    assert_eq!(read, changed);

    let slots = json!({"order": id, "reason": format!("不想要了\n\t真的{}", "长".repeat(100_000))});
    let cancelled = run(&actions, &xiaoyu, "cancel_order", slots, "turn-1").await.unwrap();
    assert_eq!(cancelled["status"], "cancelled", "another change of the same turn has a key of its own");
    let slots = json!({"order": id, "reason": "again"});
    assert_eq!(code(&run(&actions, &xiaoyu, "cancel_order", slots, "turn-2").await), "not_cancellable");

    let shipped = shop.orders("customer_id=C1001&status=shipped").await.remove(0).id;
    let tracking = run(&actions, &xiaoyu, "track_order", json!({"order": shipped}), "").await.unwrap();
    assert_eq!(tracking["order_id"], shipped.as_str());
    let slots = json!({"order": shipped, "address": address_json()});
    assert_eq!(code(&run(&actions, &xiaoyu, "change_address", slots, "turn-3").await), "order_shipped");

    let delivered = shop.orders("customer_id=C1001&status=delivered").await.remove(0).id;
    let slots = json!({"order": delivered, "kind": "exchange", "reason": "左耳没有声音"});
    let asked = run(&actions, &xiaoyu, "request_return", slots, "turn-4").await.unwrap();
    assert_eq!(
        (asked["status"].as_str(), asked["return"]["kind"].as_str()),
        (Some("return_requested"), Some("exchange"))
    );
}

#[tokio::test]
async fn nobody_touches_anothers_order() {
    let shop = shop().await;
    let actions = actions(&shop.client());
    let order = shop.orders("customer_id=C1001&status=paid").await.remove(0);
    let calls = [
        ("get_order", json!({"order": order.id})),
        ("track_order", json!({"order": order.id})),
        ("change_address", json!({"order": order.id, "address": address_json()})),
        ("change_address", json!({"order": order.id, "address": {"city": "苏州市", "street": "桂影巷7号"}})),
        ("cancel_order", json!({"order": order.id, "reason": "x"})),
        ("request_return", json!({"order": order.id, "kind": "return", "reason": "x"})),
    ];
    let anonymous = Customer { signed_in: false, ..customer("C1001") };
    for (name, mut slots) in calls {
        assert_eq!(code(&run(&actions, &anonymous, name, slots.clone(), "k").await), "not_signed_in");
        assert_eq!(code(&run(&actions, &customer("C1002"), name, slots.clone(), "k").await), "not_found", "{name}");
        // Slots cannot say who is asking.
        slots["customer_id"] = json!("C1001");
        slots["customer"] = json!({"id": "C1001", "signed_in": true});
        assert_eq!(code(&run(&actions, &customer("C1002"), name, slots, "k").await), "not_found", "{name}");
    }
    assert_eq!(code(&run(&actions, &anonymous, "list_orders", json!({}), "").await), "not_signed_in");
    assert_eq!(run(&actions, &customer("C1010"), "list_orders", json!({}), "").await.unwrap(), json!({"orders": []}));
    assert_eq!(shop.order(&order.id).await, order);
    assert!(shop.faults.seen().iter().all(|line| !line.starts_with("PUT") && !line.starts_with("POST")));
}

#[tokio::test]
async fn bad_slots_are_refused_before_anything_is_sent() {
    let shop = shop().await;
    let actions = actions(&shop.client());
    let who = customer("C1001");
    let id = "KF2026110001";
    let long = "长".repeat(201);
    let huge = "x".repeat(100_000);
    let cases = [
        ("get_order", json!({}), "not_found"),
        ("get_order", json!({"order": 7}), "not_found"),
        ("get_order", json!({"order": "../customers"}), "not_found"),
        ("get_order", json!({"order": huge}), "not_found"),
        ("cancel_order", json!({"order": id}), "invalid_request"),
        ("request_return", json!({"order": id, "reason": "x", "kind": "party"}), "invalid_request"),
        ("request_return", json!({"order": id, "kind": "return", "reason": " \n "}), "invalid_request"),
        ("change_address", json!({"order": id}), "invalid_address"),
        ("change_address", json!({"order": id, "address": "桂影巷7号"}), "invalid_address"),
        ("change_address", json!({"order": id, "address": {"street": 7}}), "invalid_address"),
        ("list_orders", json!({"status": "lost"}), "invalid_request"),
        ("list_orders", json!({"status": [1]}), "invalid_request"),
    ];
    for (name, slots, expected) in cases {
        assert_eq!(code(&run(&actions, &who, name, slots.clone(), "k").await), expected, "{name} {slots}");
    }
    let mut full = address_json();
    for (field, value) in [("street", json!(huge)), ("street", json!("")), ("city", json!(long))] {
        full[field] = value;
        let slots = json!({"order": id, "address": full});
        assert_eq!(code(&run(&actions, &who, "change_address", slots, "k").await), "invalid_address");
    }
    assert!(shop.faults.seen().is_empty(), "{:?}", shop.faults.seen());
    assert_eq!(actions.len(), 6);
    for (name, action) in &actions {
        let writes = matches!(name.as_str(), "change_address" | "cancel_order" | "request_return");
        assert_eq!((&action.spec().name, action.spec().writes), (name, writes));
    }
}

#[tokio::test]
async fn a_turn_that_runs_again_after_a_crash_changes_once() {
    let shop = shop().await;
    let actions = actions(&shop.client());
    let who = customer("C1003");
    let order = shop.orders("customer_id=C1003&status=paid").await.remove(0);
    let address = json!({"province": "Oregon", "city": "Salem", "street": "12 Juniper Bend", "postcode": "97301"});
    let slots = json!({"order": order.id, "address": address});
    // Two looks at the order, then the write and its repetition, whose answers both get lost.
    shop.faults.next([Fault::Pass, Fault::Pass, Fault::DropAfterCommit, Fault::DropAfterCommit]);
    let lost = run(&actions, &who, "change_address", slots.clone(), "turn-9").await;
    assert!(matches!(lost, Err(ActionError::Unknown(_))), "{lost:?}");
    let found = run(&actions, &who, "change_address", slots, "turn-9").await.unwrap();
    assert_eq!(found["address"]["recipient"], "Emma Wilson");
    assert_eq!(shop.count(&order.id, "address_changed").await, 1);
}
