//! Carriers, warehouses and the believable way of a parcel.

use super::people::Person;
use crate::orders::wire::{Bilingual, TrackingEvent};

/// One scan of a parcel; the phase says how far it has come.
#[derive(Debug, Clone)]
pub struct Scan {
    pub phase: &'static str,
    pub event: TrackingEvent,
}

pub struct Carrier {
    pub name: [&'static str; 2],
    pub prefix: &'static str,
}

impl Carrier {
    pub fn name_in(&self, language: &str) -> &'static str {
        self.name[usize::from(language == "en")]
    }
}

pub fn name_in(name: &Bilingual, language: &str) -> String {
    if language == "en" { name.en.clone() } else { name.zh.clone() }
}

// Carriers and warehouses are those of the shop's knowledge graph (logistics.yml), so that answers fit the orders.
const DOMESTIC: [Carrier; 3] = [
    Carrier { name: ["闪舟速运", "Swiftboat Express"], prefix: "SZ" },
    Carrier { name: ["青鸟快递", "Bluebird Courier"], prefix: "QN" },
    Carrier { name: ["云马物流", "Cloudhorse Logistics"], prefix: "YM" },
];
const ABROAD: [Carrier; 1] = [Carrier { name: ["海蓝跨境", "Seablue Cross-Border"], prefix: "HL" }];

pub fn carrier(domestic: bool, pick: usize) -> &'static Carrier {
    if domestic { &DOMESTIC[pick % DOMESTIC.len()] } else { &ABROAD[pick % ABROAD.len()] }
}

/// The warehouse that serves a customer.
pub fn warehouse(person: &Person) -> Bilingual {
    let (zh, en) = match person.city().zh.as_str() {
        "深圳" | "厦门" => ("广州仓", "Guangzhou warehouse"),
        "成都" => ("成都仓", "Chengdu warehouse"),
        "武汉" => ("武汉仓", "Wuhan warehouse"),
        "北京" | "沈阳" | "西安" => ("天津仓", "Tianjin warehouse"),
        // Parcels abroad leave from Hangzhou, too.
        _ => ("杭州仓", "Hangzhou warehouse"),
    };
    Bilingual::new(zh, en)
}

fn stops(person: &Person) -> Vec<(u32, &'static str, Bilingual, Bilingual)> {
    let from = warehouse(person);
    let to = person.city();
    let city = |zh: &str, en: &str| Bilingual::new(zh, en);
    let text = |zh: &str, en: &str| Bilingual::new(zh, en);
    let mut stops = vec![
        (0, "picked_up", from.clone(), text("已揽收，包裹离开仓库", "Picked up, the parcel has left the warehouse")),
        (5, "in_transit", from, text("到达始发分拣中心", "Arrived at the origin sorting centre")),
    ];
    if person.is_domestic() {
        stops.push((22, "in_transit", city("南京", "Nanjing"), text("到达中转中心", "Arrived at the transit hub")));
        stops.push((
            34,
            "in_transit",
            city("南京", "Nanjing"),
            text("离开中转中心，发往目的地", "Left the transit hub for the destination city"),
        ));
        stops.push((
            70,
            "in_transit",
            to.clone(),
            text("到达目的地分拣中心", "Arrived at the destination sorting centre"),
        ));
    } else {
        stops.push((
            16,
            "in_transit",
            city("上海海关", "Shanghai customs"),
            text("出口清关完成", "Export customs cleared"),
        ));
        stops.push((
            28,
            "in_transit",
            city("上海浦东机场", "Shanghai Pudong Airport"),
            text("航班已起飞", "Departed on a flight"),
        ));
        stops.push((
            55,
            "in_transit",
            to.clone(),
            text("到达目的国，等待清关", "Arrived in the destination country, awaiting customs"),
        ));
        stops.push((70, "in_transit", to.clone(), text("进口清关完成", "Import customs cleared")));
    }
    stops.push((88, "in_transit", to.clone(), text("到达派送站点", "Arrived at the local delivery station")));
    stops.push((
        93,
        "out_for_delivery",
        to.clone(),
        text("快递员正在派送，请保持电话畅通", "Out for delivery; please keep your phone at hand"),
    ));
    stops.push((100, "delivered", to, text("已签收，感谢使用", "Delivered and signed for")));
    stops
}

/// The scans of a parcel that left at `shipped_at` and takes `transit` milliseconds, as far as they are known at `now`.
/// A parcel that is not `delivered` has no such scan, however late it is.
pub fn scans(person: &Person, shipped_at: i64, transit: i64, delivered: bool, now: i64) -> Vec<Scan> {
    let mut scans: Vec<Scan> = stops(person)
        .into_iter()
        .map(|(percent, phase, place, text)| {
            let at = shipped_at + transit / 100 * i64::from(percent);
            Scan { phase, event: TrackingEvent { at, place, text } }
        })
        .filter(|scan| scan.event.at <= now && (delivered || !matches!(scan.phase, "delivered" | "out_for_delivery")))
        .collect();
    let overdue = shipped_at + transit;
    if !delivered && now > overdue {
        scans.push(Scan {
            phase: "in_transit",
            event: TrackingEvent {
                at: overdue,
                place: person.city(),
                text: Bilingual::new(
                    "因当地包裹量大，派送略有延迟，我们正在加紧处理",
                    "Delayed because of high parcel volume; we are working on it",
                ),
            },
        });
    } else if !delivered && now > shipped_at + transit / 100 * 93 {
        scans.push(Scan {
            phase: "out_for_delivery",
            event: TrackingEvent {
                at: shipped_at + transit / 100 * 93,
                place: person.city(),
                text: Bilingual::new(
                    "快递员正在派送，请保持电话畅通",
                    "Out for delivery; please keep your phone at hand",
                ),
            },
        });
    }
    scans
}

/// What the carrier reports when the warehouse or the driver moves an order on while the shop runs.
pub fn live_scan(delivered: bool, at: i64, place: Bilingual) -> Scan {
    let (phase, text) = if delivered {
        ("delivered", Bilingual::new("已签收，感谢使用", "Delivered and signed for"))
    } else {
        ("picked_up", Bilingual::new("已揽收，包裹离开仓库", "Picked up, the parcel has left the warehouse"))
    };
    Scan { phase, event: TrackingEvent { at, place, text } }
}
