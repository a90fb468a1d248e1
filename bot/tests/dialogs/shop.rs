//! An order system in memory that keeps the shop's rules, counts calls and can fail in every way that matters.

use bot::action::{Action, ActionError, ActionSpec, Outcome, Slots};
use bot::conversation::Customer;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// 2026-11-22 22:00 in Shanghai, a Sunday.
pub const NOW: i64 = 1_795_356_000_000;
const DAY: i64 = 86_400_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    Works,
    /// Nothing answers.
    Down,
    /// Reads work; a write is refused at the door.
    WritesDown,
    /// The write happens, its answer is lost.
    LostAnswer,
    /// The write says yes and stores something else.
    WritesWrongly,
    /// The write happens, reading back fails.
    ReadBackFails,
    /// The order leaves the warehouse between the question and the write.
    ShipsMeanwhile,
    PacksMeanwhile,
}

impl Behaviour {
    pub fn parse(name: &str) -> Behaviour {
        match name {
            "works" => Behaviour::Works,
            "down" => Behaviour::Down,
            "writes down" => Behaviour::WritesDown,
            "lost answer" => Behaviour::LostAnswer,
            "writes wrongly" => Behaviour::WritesWrongly,
            "read-back fails" => Behaviour::ReadBackFails,
            "ships meanwhile" => Behaviour::ShipsMeanwhile,
            "packs meanwhile" => Behaviour::PacksMeanwhile,
            other => panic!("unknown shop behaviour: {other}"),
        }
    }
}

#[derive(Default)]
struct Inside {
    orders: BTreeMap<String, Value>,
    answered: BTreeMap<String, Value>,
    calls: Vec<String>,
    writes: Vec<String>,
}

pub struct Shop {
    behaviour: Behaviour,
    inside: Mutex<Inside>,
}

pub fn fixture(name: &str) -> Value {
    let item = |product: &str, zh: &str, en: &str, price: i64| json!([{"sku":"S-1","product_id":product,"name":{"zh":zh,"en":en},"quantity":1,"price":price}]);
    let order = |id: &str, status: &str, age: i64, items: Value, total: i64| {
        json!({"id":id,"customer_id":"C1","status":status,"currency":"CNY","total":total,"created_at":NOW - age * DAY,
            "promised_at": NOW + 2 * DAY, "items":items,"version":1,
            "address":{"recipient":"王芳","phone":"13800138000","country":"CN","province":"浙江省","city":"杭州市","district":"西湖区","street":"文三路90号","postcode":"310012"}})
    };
    let mut o = match name {
        "paid headphones" => {
            order("KF2026110017", "paid", 1, item("product:m2-headphones", "M2 耳机", "M2 Headphones", 29900), 29900)
        }
        "pending lamp" => order(
            "KF2026110016",
            "pending",
            0,
            item("product:desk-lamp-l2", "L2 护眼台灯", "L2 Desk Lamp", 19900),
            19900,
        ),
        "paid kettle" => {
            order("KF2026110009", "paid", 8, item("product:kettle-17", "1.7L 电热水壶", "Kettle 1.7 L", 12900), 12900)
        }
        "packed shirt" => {
            order("KF2026110014", "packed", 2, item("product:linen-shirt", "亚麻衬衫", "Linen Shirt", 25900), 25900)
        }
        "shipped speaker" => order(
            "KF2026110012",
            "shipped",
            4,
            item("product:m20-speaker", "M20 蓝牙音箱", "M20 Bluetooth Speaker", 34900),
            34900,
        ),
        "shipped mouse" => {
            order("KF2026110011", "shipped", 5, item("product:v3-mouse", "V3 鼠标", "V3 Mouse", 9900), 9900)
        }
        "delivered headphones" => order(
            "KF2026110005",
            "delivered",
            6,
            item("product:m2-headphones", "M2 耳机", "M2 Headphones", 29900),
            29900,
        ),
        "delivered long ago" => order(
            "KF2026090003",
            "delivered",
            60,
            item("product:kettle-17", "1.7L 电热水壶", "Kettle 1.7 L", 12900),
            12900,
        ),
        // An order system that does not say when: it still keeps its own rule.
        "delivered undated" => order(
            "KF2026090002",
            "delivered",
            60,
            item("product:kettle-17", "1.7L 电热水壶", "Kettle 1.7 L", 12900),
            12900,
        ),
        "delivered mixed" => {
            let mut items = item("product:m2-headphones", "M2 耳机", "M2 Headphones", 29900);
            let bra = item("product:wireless-bra", "无钢圈文胸", "Wireless Bra", 12900);
            items.as_array_mut().unwrap().push(bra[0].clone());
            order("KF2026110006", "delivered", 6, items, 42800)
        }
        "delivered briefs" => order(
            "KF2026110004",
            "delivered",
            5,
            item("product:cotton-briefs", "纯棉内裤", "Cotton Briefs", 5900),
            5900,
        ),
        "cancelled lamp" => order(
            "KF2026110002",
            "cancelled",
            9,
            item("product:desk-lamp-l2", "L2 护眼台灯", "L2 Desk Lamp", 19900),
            19900,
        ),
        other => panic!("unknown order fixture: {other}"),
    };
    match o["status"].as_str() {
        Some("shipped") => {
            o["shipped_at"] = json!(NOW - 2 * DAY);
            o["carrier"] = json!("顺丰速运");
            o["tracking_number"] = json!("SF1234567890");
        }
        Some("delivered") => {
            let age = NOW - o["created_at"].as_i64().unwrap();
            o["shipped_at"] = json!(NOW - age + DAY);
            o["delivered_at"] = json!(NOW - age + 3 * DAY);
            if name == "delivered undated" {
                o["delivered_at"] = Value::Null;
            }
            o["carrier"] = json!("顺丰速运");
            o["tracking_number"] = json!("SF1234567891");
        }
        _ => {}
    }
    o
}

impl Shop {
    pub fn new(orders: &[String], behaviour: Behaviour) -> Arc<Shop> {
        let mut inside = Inside::default();
        for name in orders {
            let order = fixture(name);
            inside.orders.insert(order["id"].as_str().unwrap().to_owned(), order);
        }
        // Somebody else's, always there: nobody must ever see it.
        let mut foreign = fixture("paid headphones");
        foreign["id"] = json!("KF2026119999");
        foreign["customer_id"] = json!("C2");
        foreign["address"]["street"] = json!("秘密路1号");
        inside.orders.insert("KF2026119999".into(), foreign);
        Arc::new(Shop { behaviour, inside: Mutex::new(inside) })
    }

    pub fn actions(self: &Arc<Self>) -> bot::Actions {
        let spec = |name: &str, writes: bool, required: &[&str]| ActionSpec {
            name: name.into(),
            writes,
            required: required.iter().map(|s| (*s).to_owned()).collect(),
        };
        let specs = [
            spec("list_orders", false, &[]),
            spec("get_order", false, &["order"]),
            spec("track_order", false, &["order"]),
            spec("change_address", true, &["order", "address"]),
            spec("cancel_order", true, &["order", "reason"]),
            spec("request_return", true, &["order", "kind", "reason"]),
        ];
        bot::Actions::new(specs.into_iter().map(|spec| Arc::new(Call { spec, shop: self.clone() }) as Arc<dyn Action>))
    }

    pub fn calls(&self, action: &str) -> usize {
        self.inside.lock().unwrap().calls.iter().filter(|c| *c == action).count()
    }

    pub fn all_calls(&self) -> usize {
        self.inside.lock().unwrap().calls.len()
    }

    /// Changes that really happened.
    pub fn writes(&self) -> usize {
        self.inside.lock().unwrap().writes.len()
    }

    pub fn order(&self, id: &str) -> Value {
        self.inside.lock().unwrap().orders.get(id).cloned().unwrap_or_default()
    }

    fn run(&self, spec: &ActionSpec, customer: &Customer, slots: &Slots, key: &str) -> Result<Value, ActionError> {
        let mut inside = self.inside.lock().unwrap();
        inside.calls.push(spec.name.clone());
        assert!(customer.signed_in, "orders are only for customers who are signed in");
        let unavailable = || Err(ActionError::Unavailable("connection refused".into()));
        if self.behaviour == Behaviour::Down {
            return unavailable();
        }
        let refused = |code: &str| Err(ActionError::Refused { code: code.into(), message: code.into() });
        if spec.name == "list_orders" {
            let mut own: Vec<Value> =
                inside.orders.values().filter(|o| o["customer_id"] == customer.id.0).cloned().collect();
            own.sort_by_key(|o| std::cmp::Reverse(o["created_at"].as_i64()));
            return Ok(json!({ "orders": own }));
        }
        let id = slots["order"].as_str().unwrap_or_default().to_owned();
        let Some(order) = inside.orders.get(&id).filter(|o| o["customer_id"] == customer.id.0).cloned() else {
            return refused("not_found");
        };
        match spec.name.as_str() {
            "get_order" if self.behaviour == Behaviour::ReadBackFails && !inside.writes.is_empty() => {
                return unavailable();
            }
            "get_order" => return Ok(order),
            "track_order" => {
                return Ok(
                    json!({"order_id":id,"carrier":order["carrier"],"tracking_number":order["tracking_number"],"status":"in_transit",
                    "estimated_delivery": NOW + DAY,
                    "events":[{"at":NOW - DAY,"place":{"zh":"杭州转运中心","en":"Hangzhou hub"},"text":{"zh":"已到达","en":"Arrived"}},
                              {"at":NOW - 2*DAY,"place":{"zh":"上海仓","en":"Shanghai warehouse"},"text":{"zh":"已揽收","en":"Picked up"}}]}),
                );
            }
            _ => {}
        }
        assert!(!key.is_empty(), "a write needs an idempotency key");
        if let Some(answer) = inside.answered.get(key) {
            return Ok(answer.clone());
        }
        if self.behaviour == Behaviour::WritesDown {
            return unavailable();
        }
        let status = match self.behaviour {
            Behaviour::ShipsMeanwhile => "shipped".to_owned(),
            Behaviour::PacksMeanwhile => "packed".to_owned(),
            _ => order["status"].as_str().unwrap_or_default().to_owned(),
        };
        let mut changed = order.clone();
        match spec.name.as_str() {
            "change_address" | "cancel_order" => {
                match status.as_str() {
                    "pending" | "paid" => {}
                    "packed" => return refused("order_packed"),
                    "shipped" | "delivered" => return refused("order_shipped"),
                    _ => return refused("not_cancellable"),
                }
                if spec.name == "change_address" {
                    let address = &slots["address"];
                    let filled = |k: &str| address[k].as_str().is_some_and(|v| !v.trim().is_empty());
                    if !["recipient", "phone", "city", "street"].iter().all(|k| filled(k)) {
                        return refused("invalid_address");
                    }
                    changed["address"] = address.clone();
                    if self.behaviour == Behaviour::WritesWrongly {
                        changed["address"]["street"] = json!("别的路1号");
                    }
                } else {
                    changed["status"] =
                        json!(if self.behaviour == Behaviour::WritesWrongly { "paid" } else { "cancelled" });
                }
            }
            "request_return" => {
                match status.as_str() {
                    "delivered" => {}
                    "return_requested" => return refused("already_requested"),
                    _ => return refused("not_delivered"),
                }
                if NOW - order["delivered_at"].as_i64().unwrap_or(0) > 7 * DAY {
                    return refused("return_window_over");
                }
                changed["status"] = json!("return_requested");
                changed["return"] =
                    json!({"id":"R1","kind":slots["kind"],"reason":slots["reason"],"status":"requested"});
                if self.behaviour == Behaviour::WritesWrongly {
                    changed["return"]["kind"] = json!("something else");
                }
            }
            other => panic!("unknown action {other}"),
        }
        inside.orders.insert(id, changed.clone());
        inside.writes.push(format!("{} {key}", spec.name));
        inside.answered.insert(key.to_owned(), changed.clone());
        if self.behaviour == Behaviour::LostAnswer {
            return Err(ActionError::Unknown("timed out".into()));
        }
        Ok(changed)
    }
}

struct Call {
    spec: ActionSpec,
    shop: Arc<Shop>,
}

#[async_trait::async_trait]
impl Action for Call {
    fn spec(&self) -> &ActionSpec {
        &self.spec
    }

    async fn run(&self, customer: &Customer, slots: &Slots, key: &str) -> Result<Outcome, ActionError> {
        self.shop.run(&self.spec, customer, slots, key).map(|facts| Outcome { facts })
    }
}
