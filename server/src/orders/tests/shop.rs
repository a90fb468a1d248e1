//! The shop's own API.

use super::*;
use std::collections::{BTreeMap, BTreeSet};

const DAY: i64 = 86_400_000;

#[tokio::test]
async fn the_seed_tells_the_demos_stories() {
    let shop = shop().await;
    let (_, body) = shop.get("/v1/customers").await;
    let customers = serde_json::from_value::<CustomerList>(body).unwrap().customers;
    let names: Vec<&str> = customers.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names[..4], ["林晓雨", "陈浩", "Emma Wilson", "James Carter"]);
    assert!(customers.len() >= 12);
    let tiers: BTreeSet<&str> = customers.iter().map(|c| c.tier.as_str()).collect();
    assert_eq!(tiers, BTreeSet::from(["gold", "silver", "standard", "vip"]));

    let mut total = 0;
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    let mut without = 0;
    for customer in &customers {
        let orders = shop.orders(&format!("customer_id={}&limit=100", customer.id)).await;
        assert!(orders.is_sorted_by_key(|o| -o.created_at), "newest first");
        without += usize::from(orders.is_empty());
        total += orders.len();
        for order in &orders {
            *states.entry(order.status.name()).or_default() += 1;
            assert_eq!(order.customer_id, customer.id);
            assert_eq!(order.total, order.items.iter().map(|i| i.price * i.quantity).sum::<i64>());
            assert_eq!(order.address.problems(), []);
            assert!(order.id.len() == 12 && order.id.starts_with("KF"), "{}", order.id);
            let times = [Some(order.created_at), order.paid_at, order.shipped_at, order.delivered_at];
            assert!(times.into_iter().flatten().collect::<Vec<_>>().is_sorted());
            assert!(times.into_iter().flatten().all(|t| t <= NOW), "nothing happens in the future");
        }
    }
    assert!(total >= 220, "{total}");
    assert_eq!(states.len(), 8, "{states:?}");
    assert!(without >= 1);

    let changeable = |id: &str| format!("customer_id={id}&status=pending,paid");
    for (i, n) in [(0, 1), (1, 3), (2, 1), (3, 0)] {
        assert_eq!(shop.orders(&changeable(&customers[i].id)).await.len(), n, "{}", names[i]);
    }
    for i in [0, 2] {
        let delivered = shop.orders(&format!("customer_id={}&status=delivered", customers[i].id)).await;
        let star = delivered.iter().find(|o| o.items.iter().any(|i| i.product_id == "product:m2-headphones")).unwrap();
        assert_eq!(NOW - star.delivered_at.unwrap(), 3 * DAY);
    }
    assert!(shop.orders(&format!("customer_id={}", customers[3].id)).await.iter().all(|o| o.status == Status::Shipped));

    let parcel = &shop.orders(&format!("customer_id={}&status=shipped", customers[0].id)).await[0];
    let (status, body) = shop.get(&format!("/v1/orders/{}/tracking", parcel.id)).await;
    let tracking: Tracking = serde_json::from_value(body).unwrap();
    assert_eq!(status, 200);
    assert!(tracking.events.len() >= 4 && tracking.events.is_sorted_by_key(|e| -e.at), "{tracking:?}");
    assert_ne!(tracking.status, "delivered");
    let waiting = shop.order_in(Status::Paid).await;
    assert_eq!(shop.get(&format!("/v1/orders/{}/tracking", waiting.id)).await.1["code"], "not_shipped");
}

#[tokio::test]
async fn the_same_shop_opens_again_and_another_one_is_the_same() {
    let first = shop().await;
    let order = first.order_in(Status::Paid).await;
    let path = format!("/v1/orders/{}/address", order.id);
    assert_eq!(first.put(&path, "k", &address_json()).await.0, 200);
    let TestShop { running, dir, _stop, .. } = first;
    drop(_stop);
    running.handle.await.unwrap().unwrap();

    let again = open(dir).await;
    assert_eq!(again.order(&order.id).await.address, new_address());
    assert_eq!(again.put(&path, "k", &address_json()).await.0, 200, "keys outlive a restart");
    assert_eq!(again.count(&order.id, "address_changed").await, 1);
    let other = shop().await;
    assert_eq!(other.order(&order.id).await, order, "the same seed, the same orders");
}

#[tokio::test]
async fn each_status_allows_and_refuses_what_it_should() {
    let shop = shop().await;
    let cases: [(Status, &str, &str, &str); 8] = [
        (Status::Pending, "", "", "not_delivered"),
        (Status::Paid, "", "", "not_delivered"),
        (Status::Packed, "order_packed", "order_packed", "not_delivered"),
        (Status::Shipped, "order_shipped", "order_shipped", "not_delivered"),
        (Status::Delivered, "order_shipped", "order_shipped", ""),
        (Status::Cancelled, "order_cancelled", "not_cancellable", "not_returnable"),
        (Status::ReturnRequested, "order_shipped", "not_cancellable", "already_requested"),
        (Status::Refunded, "order_shipped", "not_cancellable", "not_returnable"),
    ];
    let mut chosen = Vec::new();
    for (status, ..) in cases {
        let orders = shop.orders(&format!("status={}&limit=100", status.name())).await;
        let recent = |o: &Order| o.delivered_at.is_none_or(|d| status != Status::Delivered || NOW - d < 5 * DAY);
        chosen.push(orders.into_iter().find(recent).unwrap());
    }
    for ((status, address, cancel, returns), order) in cases.into_iter().zip(&chosen) {
        let path = format!("/v1/orders/{}", order.id);
        let key = |what: &str| format!("{what}-{}", order.id);
        let answers = [
            (address, shop.put(&format!("{path}/address"), &key("a"), &address_json()).await),
            (
                returns,
                shop.post(&format!("{path}/returns"), &key("r"), &json!({"kind": "return", "reason": "太大"})).await,
            ),
            (cancel, shop.post(&format!("{path}/cancel"), &key("c"), &json!({"reason": "changed my mind"})).await),
        ];
        let mut done = 0;
        for (code, (http, body)) in answers {
            if code.is_empty() {
                assert_eq!(http, 200, "{status:?} {body}");
                done += 1;
                assert_eq!(body["version"], order.version + done);
            } else {
                // By then a return of the delivered order has been requested.
                let code = if status == Status::Delivered && done > 0 { "not_cancellable" } else { code };
                assert_eq!((http, body["code"].as_str()), (409, Some(code)), "{status:?} {body}");
            }
        }
        let after = shop.order(&order.id).await;
        assert_eq!(after.version, order.version + done);
        let events = shop.events(&order.id).await;
        assert_eq!(events.len() as i64, after.version, "one event for each change, none for a refusal");
        match status {
            Status::Pending | Status::Paid => {
                assert_eq!((after.status, after.address), (Status::Cancelled, new_address()));
            }
            Status::Delivered => {
                assert_eq!(after.status, Status::ReturnRequested);
                assert_eq!(after.returning.unwrap().kind, ReturnKind::Return);
            }
            _ => assert_eq!(after, *order, "a refusal changes nothing"),
        }
    }
}

#[tokio::test]
async fn the_return_window_is_seven_days() {
    let shop = shop().await;
    let orders = shop.orders("status=delivered&limit=100").await;
    let order = orders.iter().max_by_key(|o| o.delivered_at).unwrap();
    let path = format!("/v1/orders/{}/returns", order.id);
    let body = json!({"kind": "refund", "reason": "broken"});
    shop.clock.store(order.delivered_at.unwrap() + 7 * DAY + 1, Ordering::Relaxed);
    let (status, answer) = shop.post(&path, "late", &body).await;
    assert_eq!((status, answer["code"].as_str()), (409, Some("return_window_over")));
    shop.clock.store(order.delivered_at.unwrap() + 7 * DAY, Ordering::Relaxed);
    let (status, answer) = shop.post(&path, "late", &body).await;
    assert_eq!((status, answer["code"].as_str()), (409, Some("return_window_over")), "same key, same answer");
    let (status, answer) = shop.post(&path, "in time", &body).await;
    assert_eq!((status, answer["status"].as_str()), (200, Some("return_requested")));
    let (status, answer) = shop.post(&path, "again", &body).await;
    assert_eq!((status, answer["code"].as_str()), (409, Some("already_requested")));
}

#[tokio::test]
async fn an_order_goes_its_way_and_no_other() {
    let shop = shop().await;
    let order = shop.order_in(Status::Pending).await;
    let path = format!("/v1/orders/{}/status", order.id);
    for (wrong, right) in
        [("shipped", "paid"), ("delivered", "packed"), ("cancelled", "shipped"), ("packed", "delivered")]
    {
        let (status, body) = shop.post(&path, &format!("w{wrong}"), &json!({"status": wrong})).await;
        assert_eq!((status, body["code"].as_str()), (409, Some("wrong_status")));
        let (status, body) = shop.post(&path, &format!("r{right}"), &json!({"status": right})).await;
        assert_eq!((status, body["status"].as_str()), (200, Some(right)));
    }
    let (_, tracking) = shop.get(&format!("/v1/orders/{}/tracking", order.id)).await;
    assert_eq!(tracking["status"], "delivered");
    assert_eq!(shop.post(&path, "x", &json!({"status": "lost"})).await.0, 422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_at_once_with_one_key_change_once() {
    let shop = Arc::new(shop().await);
    let order = shop.order_in(Status::Paid).await;
    let path = format!("/v1/orders/{}/address", order.id);
    let send = |_| {
        let (shop, path) = (Arc::clone(&shop), path.clone());
        async move {
            let response = shop.send(Method::PUT, &path, "one-key", &address_json()).await;
            let replay = response.headers().contains_key("idempotent-replay");
            (replay, answer(response).await)
        }
    };
    let answers = futures_util::future::join_all((0..16).map(send)).await;
    assert!(answers.iter().all(|(_, a)| *a == answers[0].1 && a.0 == 200), "{answers:?}");
    assert_eq!(answers.iter().filter(|(replay, _)| !replay).count(), 1);
    assert_eq!(shop.count(&order.id, "address_changed").await, 1);
    assert_eq!(shop.order(&order.id).await.version, order.version + 1);

    let other = Address { street: "别处1号".to_owned(), ..new_address() };
    let (status, body) = shop.put(&path, "one-key", &json!(other)).await;
    assert_eq!((status, body["code"].as_str()), (422, Some("idempotency_key_reused")));
    assert_eq!(shop.order(&order.id).await.address, new_address());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_different_writes_at_once_all_count() {
    let shop = Arc::new(shop().await);
    let order = shop.order_in(Status::Paid).await;
    let path = format!("/v1/orders/{}/address", order.id);
    let writes = (0..40).map(|i| {
        let (shop, path) = (Arc::clone(&shop), path.clone());
        async move { shop.put(&path, &format!("key-{i}"), &address_json()).await.0 }
    });
    let statuses = futures_util::future::join_all(writes).await;
    assert!(statuses.iter().all(|s| *s == 200), "{statuses:?}");
    assert_eq!(shop.count(&order.id, "address_changed").await, 40);
    assert_eq!(shop.order(&order.id).await.version, order.version + 40);
}

#[tokio::test]
async fn a_stale_version_is_refused() {
    let shop = shop().await;
    let order = shop.order_in(Status::Paid).await;
    let put = |key: &'static str, version: String| {
        let url = format!("{}/v1/orders/{}/address", shop.running.url(), order.id);
        let request = shop.http.put(url).header("x-api-key", KEY).header("idempotency-key", key);
        request.header("if-match", version).json(&address_json()).send()
    };
    assert_eq!(put("a", format!("\"{}\"", order.version)).await.unwrap().status(), 200);
    let (status, body) = answer(put("b", order.version.to_string()).await.unwrap()).await;
    assert_eq!((status, body["code"].as_str()), (412, Some("version_changed")));
    assert_eq!(put("c", "yesterday".to_owned()).await.unwrap().status(), 422);
    assert_eq!(put("a", order.version.to_string()).await.unwrap().status(), 200, "a repetition is no stale write");
}
