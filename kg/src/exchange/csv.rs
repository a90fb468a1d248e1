//! Two tables, for spreadsheets: `nodes.csv` and `edges.csv`. Aliases are separated by `|`, prices are in yuan, and what has
//! parts of its own (attributes, rule, measure) is JSON as in the store.

use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use serde::de::DeserializeOwned;

use super::Parts;
use crate::{Aliases, Days, Edge, EdgeKind, EdgeProps, GraphDocument, GraphError, Node, NodeKind, Text};

pub const NODES_CSV: [&str; 13] = [
    "id",
    "kind",
    "name_zh",
    "name_en",
    "aliases_zh",
    "aliases_en",
    "text_zh",
    "text_en",
    "price",
    "attributes",
    "rule",
    "measure",
    "article",
];
pub const EDGES_CSV: [&str; 6] = ["from", "kind", "to", "stock", "days_min", "days_max"];

fn written(rows: Vec<Vec<String>>, header: &[&str]) -> Result<String, GraphError> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let wrong = |e: String| GraphError::Write(e);
    writer.write_record(header).map_err(|e| wrong(e.to_string()))?;
    for row in rows {
        writer.write_record(&row).map_err(|e| wrong(e.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|e| wrong(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| wrong(e.to_string()))
}

fn json<T: serde::Serialize>(value: Option<&T>) -> Result<String, GraphError> {
    value.map_or(Ok(String::new()), |v| serde_json::to_string(v).map_err(|e| GraphError::Write(e.to_string())))
}

pub fn nodes_csv(document: &GraphDocument) -> Result<String, GraphError> {
    let row = |node: &Node| {
        let text = node.text.clone().unwrap_or_default();
        let price = node.price.map(|p| format!("{}.{:02}", p / 100, p % 100)).unwrap_or_default();
        Ok(vec![
            node.id.clone(),
            node.kind.code().to_owned(),
            node.name.zh.clone(),
            node.name.en.clone(),
            node.aliases.zh.join("|"),
            node.aliases.en.join("|"),
            text.zh,
            text.en,
            price,
            json(Some(&node.attributes).filter(|a| !a.is_empty()))?,
            json(node.rule.as_ref())?,
            json(node.measure.as_ref())?,
            node.article.clone().unwrap_or_default(),
        ])
    };
    written(document.nodes.iter().map(row).collect::<Result<_, GraphError>>()?, &NODES_CSV)
}

pub fn edges_csv(document: &GraphDocument) -> Result<String, GraphError> {
    let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    let row = |edge: &Edge| {
        vec![
            edge.from.clone(),
            edge.kind.code().to_owned(),
            edge.to.clone(),
            number(edge.props.stock),
            number(edge.props.days.map(|d| u32::from(d.min))),
            number(edge.props.days.map(|d| u32::from(d.max))),
        ]
    };
    written(document.edges.iter().map(row).collect(), &EDGES_CSV)
}

/// Reads one of the two tables; which one, its columns tell.
pub fn read_csv(file: &str, text: &str) -> Parts {
    let mut parts = Parts::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // Spreadsheets of some countries separate by semicolons.
    let first = text.lines().next().unwrap_or_default();
    let separator = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.trim().to_lowercase()).collect(),
        Err(e) => {
            parts.problem(file, 1, format!("读不出表头：{e}"), format!("the header cannot be read: {e}"));
            return parts;
        }
    };
    let edges = header.iter().any(|name| name == "from");
    let (known, needed): (&[&str], &[&str]) =
        if edges { (&EDGES_CSV, &EDGES_CSV[..3]) } else { (&NODES_CSV, &NODES_CSV[..4]) };
    for name in needed.iter().filter(|name| !header.iter().any(|h| h == **name)) {
        parts.problem(file, 1, format!("缺少 `{name}` 列"), format!("the column `{name}` is missing"));
    }
    for name in header.iter().filter(|name| !known.contains(&name.as_str())) {
        let all = known.join(", ");
        parts.problem(
            file,
            1,
            format!("不认识 `{name}` 列，可以有：{all}"),
            format!("there is no column `{name}`, only: {all}"),
        );
    }
    if !parts.problems.is_empty() {
        return parts;
    }
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                let line = e.position().map_or(0, |p| p.line() as usize);
                parts.problem(file, line, format!("这一行读不出：{e}"), format!("this line cannot be read: {e}"));
                continue;
            }
        };
        let line = record.position().map_or(0, |p| p.line() as usize);
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        if record.len() > header.len() {
            parts.problem(file, line, "这一行的列比表头多", "this line has more columns than the header");
            continue;
        }
        let row = Row { file, line, header: &header, record: &record };
        if edges { row.edge(&mut parts) } else { row.node(&mut parts) }
    }
    parts
}

struct Row<'r> {
    file: &'r str,
    line: usize,
    header: &'r [String],
    record: &'r StringRecord,
}

impl Row<'_> {
    fn get(&self, name: &str) -> &str {
        let at = self.header.iter().position(|known| known == name);
        at.and_then(|at| self.record.get(at)).unwrap_or_default().trim()
    }

    fn wrong(&self, parts: &mut Parts, field: &str, zh: &str, en: &str) {
        let value: String = self.get(field).chars().take(60).collect();
        parts.problem(
            self.file,
            self.line,
            format!("`{field}` 是“{value}”：{zh}"),
            format!("`{field}` is “{value}”: {en}"),
        );
    }

    fn json<T: DeserializeOwned>(&self, parts: &mut Parts, field: &str) -> Option<T> {
        let text = self.get(field);
        if text.is_empty() {
            return None;
        }
        match serde_json::from_str(text) {
            Ok(value) => Some(value),
            Err(e) => {
                self.wrong(
                    parts,
                    field,
                    &format!("不是所需的 JSON（{e}）"),
                    &format!("not the JSON that is wanted ({e})"),
                );
                None
            }
        }
    }

    fn number<T: std::str::FromStr>(&self, parts: &mut Parts, field: &str) -> Option<T> {
        let text = self.get(field);
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok();
        if number.is_none() {
            self.wrong(parts, field, "不是从 0 起的整数", "not a whole number from 0");
        }
        number
    }

    fn node(&self, parts: &mut Parts) {
        let Some(kind) = NodeKind::ALL.iter().copied().find(|kind| kind.code() == self.get("kind")) else {
            let all = NodeKind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(", ");
            self.wrong(parts, "kind", &format!("只能是 {all}"), &format!("it can only be {all}"));
            return;
        };
        let list = |name: &str| -> Vec<String> {
            self.get(name).split('|').map(|a| a.trim().to_owned()).filter(|a| !a.is_empty()).collect()
        };
        let mut node = Node::new(self.get("id"), kind, Text::new(self.get("name_zh"), self.get("name_en")));
        node.aliases = Aliases { zh: list("aliases_zh"), en: list("aliases_en") };
        if !self.get("text_zh").is_empty() || !self.get("text_en").is_empty() {
            node.text = Some(Text::new(self.get("text_zh"), self.get("text_en")));
        }
        let price = self.get("price").trim_start_matches(['¥', '￥']).replace(',', "");
        if !price.is_empty() {
            match minor(&price) {
                Some(minor) => node.price = Some(minor),
                None => self.wrong(
                    parts,
                    "price",
                    "不是以元为单位的金额，例如 299.00",
                    "not an amount in yuan such as 299.00",
                ),
            }
        }
        node.attributes = self.json(parts, "attributes").unwrap_or_default();
        node.rule = self.json(parts, "rule");
        node.measure = self.json(parts, "measure");
        node.article = Some(self.get("article").to_owned()).filter(|slug| !slug.is_empty());
        parts.places.insert(node.id.clone(), (self.file.to_owned(), self.line));
        parts.document.nodes.push(node);
    }

    fn edge(&self, parts: &mut Parts) {
        let Some(kind) = EdgeKind::ALL.iter().copied().find(|kind| kind.code() == self.get("kind")) else {
            let all = EdgeKind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(", ");
            self.wrong(parts, "kind", &format!("只能是 {all}"), &format!("it can only be {all}"));
            return;
        };
        let days = (self.number(parts, "days_min"), self.number(parts, "days_max"));
        let days = match days {
            (Some(min), Some(max)) => Some(Days { min, max }),
            (Some(one), None) | (None, Some(one)) => Some(Days { min: one, max: one }),
            (None, None) => None,
        };
        let mut edge = Edge::new(self.get("from"), kind, self.get("to"));
        edge.props = EdgeProps { stock: self.number(parts, "stock"), days };
        parts.places.insert(Parts::key(&edge), (self.file.to_owned(), self.line));
        parts.document.edges.push(edge);
    }
}

/// `299`, `299.5`, `299.00` yuan in fen.
pub(super) fn minor(text: &str) -> Option<i64> {
    let (yuan, fen) = text.split_once('.').unwrap_or((text, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if yuan.is_empty() || yuan.len() > 12 || fen.len() > 2 || !digits(yuan) || !digits(fen) {
        return None;
    }
    Some(yuan.parse::<i64>().ok()? * 100 + format!("{fen:0<2}").parse::<i64>().ok()?)
}
