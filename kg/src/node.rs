//! Nodes, edges and their typed properties.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Language;

/// The same thing said in every content language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    #[serde(default)]
    pub zh: String,
    #[serde(default)]
    pub en: String,
}

impl Text {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Text {
        Text { zh: zh.into(), en: en.into() }
    }

    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// Other ways customers write a name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aliases {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zh: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub en: Vec<String>,
}

impl Aliases {
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.zh.iter().chain(&self.en).map(String::as_str)
    }
}

macro_rules! kinds {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            pub const ALL: &'static [$name] = &[$($name::$variant),*];

            /// The name in files and in the store.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code),* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

kinds! {
    NodeKind {
        Product = "product",
        /// One of several forms of a product (storage, size, set) with its own price and stock.
        Variant = "variant",
        Category = "category",
        Brand = "brand",
        Policy = "policy",
        /// A state of the goods that a policy asks about (unopened, tags intact, engraved …).
        Condition = "condition",
        Attribute = "attribute",
        /// A province or a larger part of the map.
        Region = "region",
        City = "city",
        Warehouse = "warehouse",
        Carrier = "carrier",
        OrderState = "order_state",
        /// One step of something a customer does (apply, send back, get the refund).
        Step = "step",
    }
}

kinds! {
    /// Read as "from KIND to".
    EdgeKind {
        /// product or category → the category it belongs to.
        IsA = "is_a",
        MadeBy = "made_by",
        HasVariant = "has_variant",
        /// product, variant, category, brand or region → the policy that holds for it and all below it.
        GovernedBy = "governed_by",
        /// policy → the narrower policy that overrules it.
        Except = "except",
        /// policy → a condition that makes this exception hold.
        When = "when",
        /// policy → a condition that must be met.
        Requires = "requires",
        /// product or category → an inherited policy that does not hold for it.
        ExemptFrom = "exempt_from",
        /// product or variant → a warehouse; `stock` is how many lie there.
        ShipsFrom = "ships_from",
        /// warehouse → a city or region; `days` is how long a parcel takes.
        Serves = "serves",
        /// city → region, region → larger region.
        PartOf = "part_of",
        LocatedIn = "located_in",
        /// warehouse → carrier.
        Uses = "uses",
        /// order state → order state, step → step.
        Next = "next",
        /// policy → the first step for the customer.
        StartsWith = "starts_with",
        /// product → its newer model.
        SucceededBy = "succeeded_by",
        /// accessory → what it fits.
        Fits = "fits",
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Like `product:m2-headphones`; unique.
    pub id: String,
    pub kind: NodeKind,
    #[serde(default)]
    pub name: Text,
    #[serde(default, skip_serializing_if = "Aliases::is_empty")]
    pub aliases: Aliases,
    /// What customers are told about it, in whole sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// Minor units of CNY; products and variants.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
    /// Key of an attribute node (`waterproof` for `attribute:waterproof`) → value; products and variants.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Value>,
    /// Policies only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Rule>,
    /// Attributes only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Measure>,
    /// Slug of the help article that says more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
}

impl Node {
    pub fn new(id: impl Into<String>, kind: NodeKind, name: Text) -> Node {
        Node {
            id: id.into(),
            kind,
            name,
            aliases: Aliases::default(),
            text: None,
            price: None,
            attributes: BTreeMap::new(),
            rule: None,
            measure: None,
            article: None,
        }
    }

    pub fn name(&self, language: Language) -> &str {
        self.name.get(language)
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    pub from: String,
    pub kind: EdgeKind,
    pub to: String,
    #[serde(default, skip_serializing_if = "EdgeProps::is_empty")]
    pub props: EdgeProps,
}

impl Edge {
    pub fn new(from: impl Into<String>, kind: EdgeKind, to: impl Into<String>) -> Edge {
        Edge { from: from.into(), kind, to: to.into(), props: EdgeProps::default() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeProps {
    /// On `ships_from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u32>,
    /// On `serves`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Days>,
}

impl EdgeProps {
    pub fn is_empty(&self) -> bool {
        *self == EdgeProps::default()
    }
}

/// From how many to how many days; `[2, 3]` in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(u16, u16)", into = "(u16, u16)")]
pub struct Days {
    pub min: u16,
    pub max: u16,
}

impl From<(u16, u16)> for Days {
    fn from((min, max): (u16, u16)) -> Days {
        Days { min, max }
    }
}

impl From<Days> for (u16, u16) {
    fn from(days: Days) -> (u16, u16) {
        (days.min, days.max)
    }
}

/// The value of an attribute: `true`, `30`, `IPX5`, `{zh: 头层牛皮, en: full-grain leather}`, and with `rank` a text that can be compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Flag(bool),
    Number(f64),
    Same(String),
    Text(Text),
    Ranked { rank: f64, zh: String, en: String },
}

/// What a policy decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `return`, `warranty`, `shipping`, `price_protection` …
    pub topic: String,
    pub verdict: Verdict,
    /// Days after delivery within which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u16>,
    /// Length of a warranty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub months: Option<u16>,
    /// Who pays for sending the goods back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postage: Option<Payer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    Customer,
    Shop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Yes,
    No,
    /// It depends; the text says on what.
    Depends,
}

impl Verdict {
    pub fn code(self) -> &'static str {
        match self {
            Verdict::Yes => "yes",
            Verdict::No => "no",
            Verdict::Depends => "depends",
        }
    }
}

/// How an attribute is said and compared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub better: Option<Better>,
    /// With `{product}` and `{value}`, where the usual sentence does not fit; for a flag: when it is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub say: Option<Text>,
    /// For a flag: when it is false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub say_no: Option<Text>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    Higher,
    Lower,
}
