//! The client against a shop that fails in every way it can.

use super::*;
use crate::orders::shop::faults::Fault;
use bot::action::ActionError;

fn kind(result: &Result<Order, ActionError>) -> &str {
    match result {
        Ok(_) => "ok",
        Err(ActionError::Refused { code, .. }) => code,
        Err(ActionError::Unavailable(_)) => "unavailable",
        Err(ActionError::Unknown(_)) => "unknown",
    }
}

/// A change with these faults: how it ended, and how often the order was changed. The first request only looks.
async fn change(shop: &TestShop, faults: Vec<Fault>) -> (String, usize) {
    let order = shop.order_in(Status::Paid).await;
    let before = shop.count(&order.id, "address_changed").await;
    shop.faults.next([Fault::Pass].into_iter().chain(faults));
    let key = format!("key-{before}-{}", shop.faults.seen().len());
    let result = shop.client().change_address(&order.customer_id, &order.id, &new_address(), &key).await;
    (kind(&result).to_owned(), shop.count(&order.id, "address_changed").await - before)
}

#[tokio::test]
async fn a_lost_answer_changes_once() {
    let shop = shop().await;
    let late = Fault::AnswerLate(Duration::from_secs(60));
    for fault in [
        Fault::DropAfterCommit,
        Fault::FailAfterCommit,
        Fault::Garbage,
        Fault::Huge(3 << 20),
        Fault::LieAfterCommit("{\"id\":\"KF2026110001\"}".to_owned()),
        late,
    ] {
        assert_eq!(change(&shop, vec![fault.clone()]).await, ("ok".to_owned(), 1), "{fault:?}");
    }
}

#[tokio::test]
async fn an_answer_that_stays_lost_is_unknown_and_still_one_change() {
    let shop = shop().await;
    for fault in [Fault::DropAfterCommit, Fault::FailAfterCommit, Fault::Garbage, Fault::Huge(3 << 20)] {
        let seen = shop.faults.seen().len();
        assert_eq!(change(&shop, vec![fault.clone(), fault.clone()]).await, ("unknown".to_owned(), 1), "{fault:?}");
        let writes = shop.faults.seen()[seen..].iter().filter(|line| line.starts_with("PUT")).count();
        assert_eq!(writes, 2, "one repetition, no more");
    }
}

#[tokio::test]
async fn what_never_happened_is_not_said_to_have_happened() {
    let shop = shop().await;
    for fault in [Fault::Fail, Fault::Drop, Fault::Redirect("http://127.0.0.1:9/".to_owned())] {
        assert_eq!(change(&shop, vec![fault.clone()]).await, ("ok".to_owned(), 1), "{fault:?}");
        assert_eq!(change(&shop, vec![fault.clone(), fault.clone()]).await, ("unknown".to_owned(), 0), "{fault:?}");
    }
    // A server that says "no" in words it is known for did nothing.
    for (status, body, expected) in [
        (401, "{}", "unavailable"),
        (429, "{\"code\":\"slow_down\",\"message\":\"\"}", "unavailable"),
        (409, "{\"code\":\"order_shipped\",\"message\":\"gone\"}", "order_shipped"),
        (422, "{\"code\":\"idempotency_key_reused\",\"message\":\"\"}", "unknown"),
    ] {
        assert_eq!(
            change(&shop, vec![Fault::Lie(status, body.to_owned())]).await,
            (expected.to_owned(), 0),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_liar_is_not_believed() {
    let shop = shop().await;
    let order = shop.order_in(Status::Paid).await;
    let unchanged = json!(order).to_string();
    let mut foreign = order.clone();
    foreign.customer_id = "C9999".to_owned();
    foreign.address = new_address();
    let mut negative = Order { address: new_address(), ..order.clone() };
    negative.total = -1;
    for lie in [unchanged, json!(foreign).to_string(), json!(negative).to_string(), "[]".to_owned(), String::new()] {
        let lies = vec![Fault::Lie(200, lie.clone()), Fault::Lie(200, lie.clone())];
        assert_eq!(change(&shop, lies).await, ("unknown".to_owned(), 0), "{lie}");
    }

    let client = shop.client();
    shop.faults.next([Fault::Lie(200, json!(foreign).to_string())]);
    assert_eq!(kind(&client.order(&order.customer_id, &order.id).await), "not_found", "shows nothing of another's");
    let list = json!({"orders": [foreign, order]}).to_string();
    shop.faults.next([Fault::Lie(200, list)]);
    assert_eq!(client.customer_orders(&order.customer_id, &[], 10).await.unwrap(), std::slice::from_ref(&order));
    shop.faults.next(std::iter::repeat_n(Fault::Garbage, 3));
    assert_eq!(kind(&client.order(&order.customer_id, &order.id).await), "unavailable");
    let client = shop.client();
    shop.faults.next([Fault::Fail, Fault::Drop]);
    assert_eq!(kind(&client.order(&order.customer_id, &order.id).await), "ok", "reading is repeated twice");
}

#[tokio::test]
async fn a_slow_shop_is_not_waited_for() {
    let shop = shop().await;
    let order = shop.order_in(Status::Paid).await;
    let options = ClientOptions { total_timeout: Duration::from_millis(200), ..shop.options() };
    let client = OrderClient::new(options).unwrap();
    shop.faults.always(Some(Fault::Delay(Duration::from_secs(60))));
    let begin = std::time::Instant::now();
    assert_eq!(kind(&client.order(&order.customer_id, &order.id).await), "unavailable");
    assert!(begin.elapsed() < Duration::from_secs(5));
    shop.faults.next([Fault::Pass]);
    let result = client.change_address(&order.customer_id, &order.id, &new_address(), "k").await;
    assert_eq!(kind(&result), "unknown");
    assert!(begin.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn nobody_there_means_unavailable() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let client = OrderClient::new(ClientOptions { backoff: Duration::from_millis(1), ..ClientOptions::new(&url, KEY) });
    let client = client.unwrap();
    assert_eq!(kind(&client.order("C1001", "KF2026110001").await), "unavailable");
    let result = client.cancel("C1001", "KF2026110001", &CancelRequest { reason: "x".to_owned() }, "k").await;
    assert_eq!(kind(&result), "unavailable");
    assert!(OrderClient::new(ClientOptions::new("shop.example", KEY)).is_err());
    assert!(OrderClient::new(ClientOptions::new("file:///etc/passwd", KEY)).is_err());
    assert!(OrderClient::new(ClientOptions::new(&url, "key\nwith a line")).is_err());
}

#[tokio::test]
async fn the_breaker_leaves_a_failing_shop_alone_and_comes_back() {
    let shop = shop().await;
    let order = shop.order_in(Status::Paid).await;
    let pause = Duration::from_millis(50);
    let options = ClientOptions { breaker_after: 3, breaker_pause: pause, ..shop.options() };
    let client = OrderClient::new(options).unwrap();
    shop.faults.always(Some(Fault::Fail));
    assert_eq!(kind(&client.order(&order.customer_id, &order.id).await), "unavailable");
    let asked = shop.faults.seen().len();
    let result = client.change_address(&order.customer_id, &order.id, &new_address(), "k").await;
    assert_eq!((kind(&result), shop.faults.seen().len()), ("unavailable", asked), "not asked while open");
    shop.faults.always(None);
    tokio::time::sleep(pause * 2).await;
    assert_eq!(kind(&client.order(&order.customer_id, &order.id).await), "ok");
    assert_eq!(kind(&client.change_address(&order.customer_id, &order.id, &new_address(), "k").await), "ok");
}

#[tokio::test]
async fn only_so_many_at_once() {
    let shop = shop().await;
    let options = ClientOptions { max_in_flight: 1, total_timeout: Duration::from_millis(300), ..shop.options() };
    let client = OrderClient::new(options).unwrap();
    shop.faults.next([Fault::Delay(Duration::from_secs(60))]);
    let (slow, refused) = tokio::join!(client.order("C1001", "KF2026110001"), client.products());
    assert_eq!(kind(&slow), "unavailable");
    assert!(matches!(refused, Err(ActionError::Unavailable(_))));
}

#[tokio::test]
async fn strange_ids_and_keys_go_nowhere_wrong() {
    let shop = shop().await;
    let order = shop.order_in(Status::Paid).await;
    let client = shop.client();
    for id in ["..", "KF2026110001/cancel", "KF?x=1", "", "订单", "KF2026110001#"] {
        assert_eq!(kind(&client.order(&order.customer_id, id).await), "not_found", "{id}");
    }
    for customer in ["", "C1001&customer_id=C1002", "' OR 1=1", "*"] {
        assert_eq!(kind(&client.order(customer, &order.id).await), "not_found", "{customer}");
        assert!(client.customer_orders(customer, &[], 10).await.unwrap().is_empty());
    }
    for key in ["键\n值", &"k".repeat(5000)] {
        let result = client.change_address(&order.customer_id, &order.id, &new_address(), key).await;
        assert_eq!(kind(&result), "ok");
        let again = client.change_address(&order.customer_id, &order.id, &new_address(), key).await;
        assert_eq!(result.unwrap(), again.unwrap());
    }
    assert_eq!(shop.count(&order.id, "address_changed").await, 2, "one for each key");
}
