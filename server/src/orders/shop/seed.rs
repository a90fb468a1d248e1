//! The demo shop's first orders: the same for every shop, dated back from the moment of its first start.

use super::people::{History, PEOPLE, Person};
use super::rules::DAY;
use super::shipping::{self, Scan};
use crate::orders::wire::{Item, Order, OrderEvent, Product, Return, ReturnKind, ShopCustomer, Status};
use serde_json::{Value, json};

const HOUR: i64 = DAY / 24;
const MINUTE: i64 = HOUR / 60;
/// Orders in the shop, at least.
const ORDERS: usize = 240;
/// The product that the demo's stories turn on, if the shop sells it.
const STAR: &str = "product:m2-headphones";

pub struct Seed {
    pub customers: Vec<ShopCustomer>,
    pub orders: Vec<SeedOrder>,
}

pub struct SeedOrder {
    pub order: Order,
    /// The order's history; ids are given by the database.
    pub events: Vec<OrderEvent>,
    pub scans: Vec<Scan>,
}

/// SplitMix64: small, good enough for a demo, and the same on every machine for ever.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `low..high`.
    fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low).unwrap_or(1).max(1);
        low + i64::try_from(self.roll() % width).unwrap_or(0)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.roll() % (n.max(1) as u64)).unwrap_or(0)
    }
}

/// One order to be: its status, and since when it has had it.
struct Plan {
    person: usize,
    status: Status,
    since: i64,
    star: bool,
}

pub fn seed(products: &[Product], now: i64) -> Seed {
    let mut dice = Dice(0x6b65_6675);
    let customers = PEOPLE
        .iter()
        .enumerate()
        .map(|(i, p)| ShopCustomer {
            id: customer_id(i),
            name: p.name.to_owned(),
            tier: p.tier.to_owned(),
            language: p.language.to_owned(),
            email: p.email.to_owned(),
            phone: p.phone.to_owned(),
            created_at: now - dice.between(200, 900) * DAY,
        })
        .collect();
    let mut orders: Vec<SeedOrder> =
        plans(&mut dice).iter().map(|plan| build(plan, products, now, &mut dice)).collect();
    orders.sort_by_key(|o| o.order.created_at);
    for (i, seeded) in orders.iter_mut().enumerate() {
        number(seeded, i + 1);
    }
    Seed { customers, orders }
}

fn customer_id(person: usize) -> String {
    format!("C{}", 1001 + person)
}

/// Who lives where, for parcels that leave while the shop runs.
pub fn person(customer: &str) -> Option<&'static Person> {
    let number: usize = customer.strip_prefix('C')?.parse().ok()?;
    PEOPLE.get(number.checked_sub(1001)?)
}

fn plans(dice: &mut Dice) -> Vec<Plan> {
    use Status::*;
    let mut plans = Vec::new();
    for (person, p) in PEOPLE.iter().enumerate() {
        let story: &[(Status, i64, bool)] = match p.history {
            History::Xiaoyu => &[
                (Paid, 3, false),
                (Shipped, 44, false),
                (Delivered, 3 * 24, true),
                (Delivered, 25 * 24, false),
                (Cancelled, 18 * 24, false),
                (Refunded, 40 * 24, false),
                (Delivered, 61 * 24, false),
                (Delivered, 112 * 24, false),
            ],
            History::Hao => &[
                (Pending, 1, false),
                (Paid, 5, false),
                (Paid, 14, false),
                (Packed, 4, false),
                (Shipped, 30, false),
                (ReturnRequested, 20, false),
                (Delivered, 12 * 24, false),
                (Cancelled, 30 * 24, false),
            ],
            History::Emma => &[
                (Paid, 4, false),
                (Shipped, 60, false),
                (Delivered, 3 * 24, true),
                (Delivered, 20 * 24, false),
                (Cancelled, 33 * 24, false),
                (Refunded, 50 * 24, false),
                (Delivered, 75 * 24, false),
            ],
            History::James => &[(Shipped, 12, false), (Shipped, 50, false), (Shipped, 98, true)],
            History::Random | History::None => &[],
        };
        plans.extend(story.iter().map(|&(status, hours, star)| Plan { person, status, since: hours * HOUR, star }));
    }
    let random: Vec<usize> = (0..PEOPLE.len()).filter(|&i| PEOPLE[i].history == History::Random).collect();
    let mut turn = 0;
    while plans.len() < ORDERS {
        let person = random[turn % random.len()];
        turn += 1;
        // Old, finished orders are the most common, as in any shop.
        let (status, longest) = match dice.below(100) {
            0..6 => (Pending, 20 * HOUR),
            6..17 => (Paid, 18 * HOUR),
            17..25 => (Packed, 10 * HOUR),
            25..42 => (Shipped, if PEOPLE[person].is_domestic() { 60 * HOUR } else { 6 * DAY }),
            42..78 => (Delivered, 150 * DAY),
            78..88 => (Cancelled, 150 * DAY),
            88..94 => (ReturnRequested, 4 * DAY),
            _ => (Refunded, 120 * DAY),
        };
        let since = dice.between(20 * MINUTE, longest);
        plans.push(Plan { person, status, since, star: dice.below(9) == 0 });
    }
    plans
}

/// The statuses that an order went through, oldest first.
fn way(status: Status, dice: &mut Dice) -> Vec<Status> {
    use Status::*;
    let all = [Pending, Paid, Packed, Shipped, Delivered, ReturnRequested, Refunded];
    if status == Cancelled {
        return if dice.below(2) == 0 { vec![Pending, Cancelled] } else { vec![Pending, Paid, Cancelled] };
    }
    let end = all.iter().position(|s| *s == status).unwrap_or(0);
    all[..=end].to_vec()
}

fn build(plan: &Plan, products: &[Product], now: i64, dice: &mut Dice) -> SeedOrder {
    let person: &Person = &PEOPLE[plan.person];
    let way = way(plan.status, dice);
    let transit =
        if person.is_domestic() { dice.between(36 * HOUR, 80 * HOUR) } else { dice.between(5 * DAY, 9 * DAY) };
    // Backwards from now: the last status has lasted `since`, each one before as long as it usually does.
    let mut at = now - plan.since;
    let mut times = vec![at];
    for pair in way.windows(2).rev() {
        at -= match pair[1] {
            Status::Paid => dice.between(2 * MINUTE, 40 * MINUTE),
            Status::Packed => dice.between(3 * HOUR, 20 * HOUR),
            Status::Shipped => dice.between(2 * HOUR, 10 * HOUR),
            Status::Delivered => transit,
            Status::Cancelled => dice.between(10 * MINUTE, 6 * HOUR),
            Status::ReturnRequested => dice.between(DAY, 5 * DAY),
            Status::Refunded => dice.between(2 * DAY, 6 * DAY),
            Status::Pending => 0,
        };
        times.push(at);
    }
    times.reverse();
    let time_of = |status: Status| way.iter().position(|s| *s == status).map(|i| times[i]);

    let items = items(plan, products, dice);
    let shipped_at = time_of(Status::Shipped);
    let carrier = shipping::carrier(person.is_domestic(), dice.below(3));
    let number = dice.between(100_000_000_000, 999_999_999_999);
    let warehouse = shipping::warehouse(person);
    let delivery = if person.is_domestic() { 4 * DAY } else { 10 * DAY };
    let returning = time_of(Status::ReturnRequested).map(|_| {
        let (kind, zh, en) = [
            (ReturnKind::Return, "尺寸不合适", "It does not fit"),
            (ReturnKind::Exchange, "颜色与页面不符，想换一个", "The colour is not what I expected"),
            (ReturnKind::Refund, "到货时外壳有划痕", "It arrived with a scratch"),
        ][dice.below(3)];
        Return {
            id: String::new(),
            kind: if plan.status == Status::Refunded { ReturnKind::Refund } else { kind },
            reason: if person.language == "en" { en } else { zh }.to_owned(),
            status: if plan.status == Status::Refunded { "refunded" } else { "requested" }.to_owned(),
        }
    });
    let order = Order {
        id: String::new(),
        customer_id: customer_id(plan.person),
        status: plan.status,
        currency: "CNY".to_owned(),
        total: items.iter().map(|i| i.price * i.quantity).sum(),
        created_at: times[0],
        paid_at: time_of(Status::Paid),
        shipped_at,
        delivered_at: time_of(Status::Delivered),
        promised_at: time_of(Status::Paid).map(|t| t + delivery),
        items,
        address: person.address(),
        carrier: shipped_at.map(|_| carrier.name_in(person.language).to_owned()),
        tracking_number: shipped_at.map(|_| format!("{}{number}", carrier.prefix)),
        warehouse: time_of(Status::Paid).map(|_| shipping::name_in(&warehouse, person.language)),
        returning,
        version: i64::try_from(way.len()).unwrap_or(1),
    };
    let events = way.iter().zip(&times).enumerate().map(|(i, (status, at))| OrderEvent {
        id: 0,
        order_id: String::new(),
        at: *at,
        kind: if *status == Status::Pending { "created" } else { status.name() }.to_owned(),
        version: i64::try_from(i + 1).unwrap_or(1),
        idempotency_key: None,
        data: if *status == Status::Cancelled {
            json!({"reason": "customer"})
        } else {
            Value::Object(Default::default())
        },
    });
    let scans = match shipped_at {
        Some(at) => shipping::scans(person, at, transit, order.delivered_at.is_some(), now),
        None => Vec::new(),
    };
    SeedOrder { events: events.collect(), scans, order }
}

fn items(plan: &Plan, products: &[Product], dice: &mut Dice) -> Vec<Item> {
    let mut chosen: Vec<&Product> = Vec::new();
    if plan.star {
        chosen.extend(products.iter().find(|p| p.id == STAR));
    }
    let wanted = 1 + dice.below(10) / 6 + dice.below(10) / 8;
    // The story of a star is about that product; a second item is enough company.
    for _ in chosen.len()..wanted.min(products.len()) {
        let product = &products[dice.below(products.len())];
        let star = !plan.star && product.id == STAR;
        if !star && !chosen.iter().any(|c| c.id == product.id) {
            chosen.push(product);
        }
    }
    if chosen.is_empty() {
        chosen.extend(products.iter().find(|p| p.id != STAR).or(products.first()));
    }
    chosen
        .into_iter()
        .map(|p| Item {
            sku: p.id.rsplit(':').next().unwrap_or(&p.id).to_uppercase(),
            product_id: p.id.clone(),
            name: p.name.clone(),
            quantity: if dice.below(8) == 0 { 2 } else { 1 },
            price: p.price,
        })
        .collect()
}

/// Gives the order its numbers, which tell the month of the order and its place in the shop's book.
fn number(seeded: &mut SeedOrder, serial: usize) {
    let order = &mut seeded.order;
    let (year, month) = year_and_month(order.created_at);
    let digits = format!("{year:04}{month:02}{serial:04}");
    order.id = format!("KF{digits}");
    if let Some(returning) = &mut order.returning {
        returning.id = format!("RT{digits}");
    }
    for event in &mut seeded.events {
        event.order_id = order.id.clone();
    }
}

/// Of the shop's own clock, which is China's (UTC+8, without summer time).
fn year_and_month(at: i64) -> (i16, i8) {
    let time = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    let date = jiff::tz::Offset::constant(8).to_datetime(time).date();
    (date.year(), date.month())
}
