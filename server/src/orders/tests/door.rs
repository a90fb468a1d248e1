//! Who and what is let into the shop, and how it describes itself.

use super::*;
use crate::orders::shop::ShopError;
use std::collections::BTreeSet;

#[tokio::test]
async fn only_the_key_opens_the_door() {
    let shop = shop().await;
    let base = shop.running.url();
    for path in ["/v1/orders", "/v1/customers", "/v1/products", "/v1/orders/KF2026110001/events"] {
        for key in [None, Some(""), Some("test-key-0123456789abcdeX"), Some("test-key")] {
            let mut request = shop.http.get(format!("{base}{path}"));
            if let Some(key) = key {
                request = request.header("x-api-key", key);
            }
            let (status, body) = answer(request.send().await.unwrap()).await;
            assert_eq!((status, body["code"].as_str()), (401, Some("unauthorized")), "{path} {key:?}");
        }
    }
    let cancel = shop.http.post(format!("{base}/v1/orders/KF2026110001/cancel")).json(&json!({"reason": "x"}));
    assert_eq!(cancel.send().await.unwrap().status(), 401);
    assert_eq!(shop.http.get(format!("{base}/healthz")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn bad_input_gets_a_clear_answer() {
    let shop = shop().await;
    let order = shop.order_in(Status::Paid).await;
    let path = format!("/v1/orders/{}/address", order.id);
    let (status, body) = shop.put(&path, "k1", &json!({"recipient": " ", "street": 7, "city": "苏\u{0}州"})).await;
    assert_eq!((status, body["code"].as_str()), (422, Some("invalid_address")));
    let mut fields: Vec<&str> =
        body["fields"].as_array().unwrap().iter().map(|f| f["field"].as_str().unwrap()).collect();
    fields.sort_unstable();
    assert_eq!(fields, ["city", "phone", "recipient", "street"], "{body}");

    let long = Address { street: "长".repeat(201), ..new_address() };
    assert_eq!(shop.put(&path, "k2", &json!(long)).await.0, 422);
    let huge = json!({"street": "x".repeat(100_000)});
    let (status, body) = shop.put(&path, "k3", &huge).await;
    assert_eq!((status, body["code"].as_str()), (413, Some("too_large")));
    assert_eq!(shop.put(&path, "k4", &json!([1, 2])).await.0, 422);
    assert_eq!(shop.put(&path, &"k".repeat(300), &address_json()).await.0, 422);

    let url = format!("{}{path}", shop.running.url());
    let raw =
        |body: &'static str| shop.http.put(&url).header("x-api-key", KEY).header("idempotency-key", "k5").body(body);
    for text in ["", "{", "not json", "{\"street\": \"\\ud800\"}"] {
        let (status, body) = answer(raw(text).send().await.unwrap()).await;
        assert_eq!((status, body["code"].as_str()), (400, Some("invalid_json")), "{text}");
    }
    let without = shop.http.put(&url).header("x-api-key", KEY).json(&address_json());
    let (status, body) = answer(without.send().await.unwrap()).await;
    assert_eq!((status, body["code"].as_str()), (400, Some("idempotency_key_required")));

    for id in
        ["KF0000000000", "1", "..%2f..%2fetc", "%ff%fe", "KF'%20OR%20'1'='1", "%E8%AE%A2%E5%8D%95", &"9".repeat(2000)]
    {
        assert_eq!(shop.get(&format!("/v1/orders/{id}")).await.0, 404, "{id}");
        assert_eq!(shop.get(&format!("/v1/customers/{id}")).await.0, 404, "{id}");
        assert_eq!(shop.put(&format!("/v1/orders/{id}/address"), "k6", &address_json()).await.0, 404, "{id}");
    }
    for query in ["status=lost", "limit=0", "limit=101", "limit=x", "status=paid,nonsense"] {
        assert_eq!(shop.get(&format!("/v1/orders?{query}")).await.0, 422, "{query}");
    }
    assert_eq!(shop.get("/v1/orders?customer_id=%27%20OR%201=1--").await.1, json!({"orders": []}));
    assert_eq!(shop.get("/nowhere").await.0, 404);
    assert_eq!(shop.post("/v1/products", "k7", &json!({})).await.0, 405);
    let (status, body) = shop.post(&format!("/v1/orders/{}/returns", order.id), "k8", &json!({"kind": "party"})).await;
    assert_eq!((status, body["fields"].as_array().unwrap().len()), (422, 2));
    assert_eq!(shop.order(&order.id).await, order, "nothing of this changed anything");
}

#[tokio::test]
async fn sql_and_html_are_only_text() {
    let shop = shop().await;
    let order = shop.order_in(Status::Paid).await;
    let address = Address {
        recipient: "Robert'); DROP TABLE orders;--".to_owned(),
        street: "<script>alert('x')</script> & \"quotes\" \u{202e}".to_owned(),
        ..new_address()
    };
    let (status, body) = shop.put(&format!("/v1/orders/{}/address", order.id), "k", &json!(address)).await;
    assert_eq!((status, &body["address"]), (200, &json!(address)));
    assert_eq!(shop.order(&order.id).await.address, address);
}

#[tokio::test]
async fn another_customers_order_is_not_found() {
    let shop = shop().await;
    let order = shop.order_in(Status::Paid).await;
    let other = if order.customer_id == "C1001" { "C1002" } else { "C1001" };
    for path in ["", "/tracking", "/events"] {
        assert_eq!(shop.get(&format!("/v1/orders/{}{path}?customer_id={other}", order.id)).await.0, 404);
    }
    let path = format!("/v1/orders/{}/address?customer_id={other}", order.id);
    assert_eq!(shop.put(&path, "k", &address_json()).await.0, 404);
    assert_eq!(shop.order(&order.id).await, order);
}

#[tokio::test]
async fn the_api_describes_itself() {
    let shop = shop().await;
    let (_, document) = shop.get("/openapi.json").await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for path in [
        "/v1/orders",
        "/v1/orders/{id}",
        "/v1/orders/{id}/address",
        "/v1/orders/{id}/cancel",
        "/v1/orders/{id}/returns",
        "/v1/orders/{id}/tracking",
        "/v1/customers",
        "/v1/customers/{id}",
        "/v1/products",
    ] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    let schemas = &document["components"]["schemas"];
    for schema in ["Order", "Address", "Tracking", "ErrorBody", "Item", "ShopCustomer", "Product"] {
        assert!(schemas[schema]["properties"].is_object(), "{schema}");
    }
    let required: BTreeSet<&str> =
        schemas["Address"]["required"].as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
    assert_eq!(required, BTreeSet::from(["phone", "recipient", "street"]));
    assert!(schemas["Order"]["properties"]["return"].is_object());
    assert_eq!(document["components"]["securitySchemes"]["api_key"]["name"], "X-Api-Key");
}

#[tokio::test]
async fn a_shop_that_cannot_open_says_why() {
    let first = shop().await;
    let dir = TempDir::new().unwrap();
    let options = |listen, products, key: &str| ShopOptions {
        database: dir.path().join("other.db"),
        listen,
        api_key: key.to_owned(),
        products,
        now: Arc::new(|| NOW),
        shutdown: CancellationToken::new(),
        faults: None,
    };
    let free = "127.0.0.1:0".parse().unwrap();
    assert!(matches!(start(options(first.running.addr, products(), KEY)).await, Err(ShopError::Listen { .. })));
    assert!(matches!(start(options(free, Vec::new(), KEY)).await, Err(ShopError::NoProducts)));
    assert!(matches!(start(options(free, products(), "short")).await, Err(ShopError::WeakKey)));
    std::fs::write(dir.path().join("other.db"), "this is not a database, but long enough to look like one".repeat(40))
        .unwrap();
    assert!(matches!(start(options(free, products(), KEY)).await, Err(ShopError::Store(_))));
}
