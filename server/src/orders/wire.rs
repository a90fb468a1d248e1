//! The JSON that the order API speaks. Times are milliseconds since 1970 (UTC), money is in minor units.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text in both of the shop's languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"zh": "M2 耳机", "en": "M2 Headphones"}))]
pub struct Bilingual {
    pub zh: String,
    pub en: String,
}

impl Bilingual {
    pub fn new(zh: &str, en: &str) -> Self {
        Self { zh: zh.to_owned(), en: en.to_owned() }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Pending,
    Paid,
    Packed,
    Shipped,
    Delivered,
    Cancelled,
    ReturnRequested,
    Refunded,
}

impl Status {
    pub const ALL: [Status; 8] = [
        Status::Pending,
        Status::Paid,
        Status::Packed,
        Status::Shipped,
        Status::Delivered,
        Status::Cancelled,
        Status::ReturnRequested,
        Status::Refunded,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::Paid => "paid",
            Status::Packed => "packed",
            Status::Shipped => "shipped",
            Status::Delivered => "delivered",
            Status::Cancelled => "cancelled",
            Status::ReturnRequested => "return_requested",
            Status::Refunded => "refunded",
        }
    }

    pub fn parse(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// What the customer wants for a delivered order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReturnKind {
    Return,
    Exchange,
    Refund,
}

impl ReturnKind {
    pub fn name(self) -> &'static str {
        match self {
            ReturnKind::Return => "return",
            ReturnKind::Exchange => "exchange",
            ReturnKind::Refund => "refund",
        }
    }

    pub fn parse(name: &str) -> Option<ReturnKind> {
        [ReturnKind::Return, ReturnKind::Exchange, ReturnKind::Refund].into_iter().find(|k| k.name() == name)
    }
}

/// Where a parcel goes. Parts that an address does not have are empty strings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(example = json!({"recipient": "林晓雨", "phone": "+86 199 0000 0101", "country": "CN", "province": "浙江省",
    "city": "杭州市", "district": "西湖区", "street": "青荷路18号3幢502室", "postcode": "310012"}))]
pub struct Address {
    #[schema(max_length = 200, required = true)]
    pub recipient: String,
    #[schema(max_length = 200, required = true)]
    pub phone: String,
    /// ISO 3166 code of the country.
    #[schema(max_length = 200)]
    pub country: String,
    #[schema(max_length = 200)]
    pub province: String,
    /// The city, or else the province, must be given.
    #[schema(max_length = 200)]
    pub city: String,
    #[schema(max_length = 200)]
    pub district: String,
    #[schema(max_length = 200, required = true)]
    pub street: String,
    #[schema(max_length = 200)]
    pub postcode: String,
}

impl Address {
    pub const FIELDS: [&'static str; 8] =
        ["recipient", "phone", "country", "province", "city", "district", "street", "postcode"];

    pub fn field(&self, name: &str) -> &str {
        match name {
            "recipient" => &self.recipient,
            "phone" => &self.phone,
            "country" => &self.country,
            "province" => &self.province,
            "city" => &self.city,
            "district" => &self.district,
            "street" => &self.street,
            "postcode" => &self.postcode,
            _ => "",
        }
    }

    pub fn field_mut(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "recipient" => &mut self.recipient,
            "phone" => &mut self.phone,
            "country" => &mut self.country,
            "province" => &mut self.province,
            "city" => &mut self.city,
            "district" => &mut self.district,
            "street" => &mut self.street,
            "postcode" => &mut self.postcode,
            _ => return None,
        })
    }

    /// The fields that are wrong, each with what is wrong with it; empty for an address that a parcel can be sent to.
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let mut problems = Vec::new();
        for name in Address::FIELDS {
            let value = self.field(name);
            let required =
                matches!(name, "recipient" | "phone" | "street") || (name == "city" && self.province.trim().is_empty());
            if value.trim().is_empty() && required {
                problems.push((name, "is required"));
            } else if let Some(problem) = text_problem(value) {
                problems.push((name, problem));
            }
        }
        problems
    }
}

/// The longest text that a customer may write into one field.
pub const MAX_TEXT: usize = 200;

pub fn text_problem(text: &str) -> Option<&'static str> {
    if text.chars().count() > MAX_TEXT {
        Some("must not be longer than 200 characters")
    } else if text.chars().any(char::is_control) {
        Some("must not contain control characters or line breaks")
    } else {
        None
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Item {
    #[schema(example = "M2-HEADPHONES")]
    pub sku: String,
    #[schema(example = "product:m2-headphones")]
    pub product_id: String,
    pub name: Bilingual,
    #[schema(minimum = 1)]
    pub quantity: i64,
    /// Price of one piece in minor units.
    #[schema(minimum = 0, example = 29900)]
    pub price: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Return {
    #[schema(example = "RT2026110017")]
    pub id: String,
    pub kind: ReturnKind,
    pub reason: String,
    /// `requested`, or `refunded` when the money went back.
    #[schema(example = "requested")]
    pub status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Order {
    #[schema(example = "KF2026110017", pattern = "^KF[0-9]{10}$")]
    pub id: String,
    #[schema(example = "C1001")]
    pub customer_id: String,
    pub status: Status,
    #[schema(example = "CNY")]
    pub currency: String,
    /// In minor units.
    #[schema(minimum = 0, example = 29900)]
    pub total: i64,
    pub created_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipped_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised_at: Option<i64>,
    pub items: Vec<Item>,
    pub address: Address,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<String>,
    #[serde(default, rename = "return", skip_serializing_if = "Option::is_none")]
    pub returning: Option<Return>,
    /// Grows by one with every change.
    #[schema(minimum = 1)]
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OrderList {
    /// Newest first.
    pub orders: Vec<Order>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrackingEvent {
    pub at: i64,
    pub place: Bilingual,
    pub text: Bilingual,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tracking {
    pub order_id: String,
    pub carrier: String,
    pub tracking_number: String,
    /// `in_transit`, `out_for_delivery` or `delivered`.
    #[schema(example = "in_transit")]
    pub status: String,
    /// Newest first.
    pub events: Vec<TrackingEvent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimated_delivery: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShopCustomer {
    #[schema(example = "C1001")]
    pub id: String,
    #[schema(example = "林晓雨")]
    pub name: String,
    /// `standard`, `silver`, `gold` or `vip`.
    #[schema(example = "gold")]
    pub tier: String,
    /// `zh` or `en`.
    #[schema(example = "zh")]
    pub language: String,
    pub email: String,
    pub phone: String,
    pub created_at: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CustomerList {
    pub customers: Vec<ShopCustomer>,
}

/// What the shop sells; `id` is also the product's node in the knowledge graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Product {
    #[schema(example = "product:m2-headphones")]
    pub id: String,
    pub name: Bilingual,
    /// In minor units.
    #[schema(minimum = 0, example = 29900)]
    pub price: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProductList {
    pub products: Vec<Product>,
}

/// One entry of an order's audit trail: there is exactly one for each change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OrderEvent {
    pub id: i64,
    pub order_id: String,
    pub at: i64,
    /// `created`, `paid`, `packed`, `shipped`, `delivered`, `address_changed`, `cancelled`, `return_requested`, `refunded`.
    #[schema(example = "address_changed")]
    pub kind: String,
    /// The order's version after the change.
    pub version: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idempotency_key: Option<String>,
    /// What was changed, e.g. the old and the new address.
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OrderEventList {
    /// Oldest first.
    pub events: Vec<OrderEvent>,
}

/// The body of every answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"code": "order_shipped", "message": "The parcel has already left the warehouse."}))]
pub struct ErrorBody {
    pub code: String,
    pub message: String,
    /// Which fields of the request are wrong, if that is the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    #[schema(example = "street")]
    pub field: String,
    #[schema(example = "is required")]
    pub problem: String,
}

/// Why an order is cancelled, in the customer's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CancelRequest {
    #[schema(max_length = 200, example = "不想要了")]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReturnRequest {
    pub kind: ReturnKind,
    #[schema(max_length = 200, example = "The left ear cup is silent")]
    pub reason: String,
}

/// What the warehouse or the carrier reports about an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StatusRequest {
    /// The next status: `paid`, `packed`, `shipped`, `delivered` or, after a return, `refunded`.
    pub status: Status,
}
