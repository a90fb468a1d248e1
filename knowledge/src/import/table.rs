//! Tables of questions and answers: CSV in any usual delimiter, and workbooks (XLSX, XLS, ODS).

use super::{Found, Taken, said};
use calamine::{Data, Reader as _, open_workbook_auto_from_rs};
use kg::Language;

/// Rows of one table; what is longer is no table of questions.
const MAX_ROWS: usize = 20_000;

#[derive(Clone, Copy, PartialEq)]
enum Column {
    Id,
    Question,
    Answer,
    Category,
    Language,
    Similar,
}

/// What people call the columns.
const NAMES: [(Column, &[&str]); 6] = [
    (Column::Id, &["id", "slug", "key", "编号", "序号"]),
    (Column::Question, &["question", "q", "title", "standard question", "问题", "标准问题", "标准问", "标题", "问"]),
    (
        Column::Answer,
        &["answer", "a", "text", "content", "body", "reply", "答案", "回答", "回复", "内容", "正文", "答"],
    ),
    (Column::Category, &["category", "topic", "section", "分类", "类别", "类目", "所属分类"]),
    (Column::Language, &["lang", "language", "locale", "语言"]),
    (
        Column::Similar,
        &[
            "similar",
            "similar questions",
            "similar_questions",
            "questions",
            "alternatives",
            "相似问",
            "相似问题",
            "相似问法",
            "扩展问",
        ],
    ),
];

fn column(name: &str) -> Option<Column> {
    let name = name.trim().trim_start_matches('\u{feff}').to_lowercase();
    NAMES.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
}

pub fn delimited(name: &str, text: &str) -> Taken {
    let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
    let count = |c: char| first.matches(c).count();
    let delimiter = [',', '\t', ';', '|'].into_iter().rev().max_by_key(|c| count(*c)).unwrap_or(',');
    let delimiter = if count(delimiter) == 0 { ',' } else { delimiter };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter as u8)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records().take(MAX_ROWS + 1) {
        match record {
            Ok(record) => {
                let line = record.position().map_or(0, |p| p.line() as usize);
                rows.push((line, record.iter().map(str::to_owned).collect()));
            }
            Err(e) => {
                return Taken::nothing(said(format!("表格读不出来：{e}"), format!("the table cannot be read: {e}")));
            }
        }
    }
    table(name, rows)
}

pub fn workbook(name: &str, bytes: &[u8]) -> Taken {
    let broken = |e: String| {
        said(format!("工作簿打不开，可能不完整或有密码（{e}）"), format!("the workbook cannot be opened: {e}"))
    };
    // Its parser has been seen to panic on broken files: one bad upload must not take the server's thread.
    let opened = std::panic::catch_unwind(|| {
        let mut book = open_workbook_auto_from_rs(std::io::Cursor::new(bytes)).map_err(|e| e.to_string())?;
        let mut sheets = Vec::new();
        for sheet in book.sheet_names() {
            let range = book.worksheet_range(&sheet).map_err(|e| e.to_string())?;
            let first = range.start().map_or(0, |s| s.0 as usize);
            let rows: Vec<(usize, Vec<String>)> = range
                .rows()
                .take(MAX_ROWS + 1)
                .enumerate()
                .map(|(at, row)| (first + at + 1, row.iter().map(cell).collect()))
                .collect();
            sheets.push((sheet, rows));
        }
        Ok::<_, String>(sheets)
    });
    let sheets = match opened {
        Ok(Ok(sheets)) => sheets,
        Ok(Err(e)) => return Taken::nothing(broken(e)),
        Err(_) => return Taken::nothing(broken("damaged".into())),
    };
    let mut all = Taken::default();
    let several = sheets.iter().filter(|s| !s.1.is_empty()).count() > 1;
    for (sheet, rows) in sheets.into_iter().filter(|s| !s.1.is_empty()) {
        let mut taken = table(&if several { format!("{name} [{sheet}]") } else { name.to_owned() }, rows);
        if let Some(reason) = taken.reason.take() {
            taken.note(
                name,
                0,
                said(format!("工作表“{sheet}”：{}", reason.zh), format!("sheet “{sheet}”: {}", reason.en)),
            );
        }
        all.found.extend(taken.found);
        all.notes.extend(taken.notes);
    }
    if all.found.is_empty() {
        let first = all.notes.first().map(|n| n.text.clone());
        all.reason = Some(first.unwrap_or_else(|| said("工作簿是空的", "the workbook is empty")));
        all.notes.clear();
    }
    all
}

fn cell(data: &Data) -> String {
    match data {
        Data::Empty | Data::Error(_) => String::new(),
        other => other.to_string(),
    }
}

fn table(name: &str, mut rows: Vec<(usize, Vec<String>)>) -> Taken {
    let mut taken = Taken::default();
    if rows.len() > MAX_ROWS {
        taken.note(
            name,
            MAX_ROWS,
            said(format!("只读了前 {MAX_ROWS} 行"), format!("only the first {MAX_ROWS} rows were read")),
        );
        rows.truncate(MAX_ROWS);
    }
    rows.retain(|(_, row)| row.iter().any(|c| !c.trim().is_empty()));
    let Some((_, first)) = rows.first() else {
        return Taken::nothing(said("表格是空的", "the table is empty"));
    };
    let mut columns: Vec<Option<Column>> = first.iter().map(|c| column(c)).collect();
    let headed = columns.contains(&Some(Column::Answer))
        && (columns.contains(&Some(Column::Question)) || columns.contains(&Some(Column::Similar)));
    if headed {
        rows.remove(0);
    } else if first.len() == 2 {
        columns = vec![Some(Column::Question), Some(Column::Answer)];
    } else {
        return Taken::nothing(said(
            "第一行要写列名：问题（question）、答案（answer），可选：分类、语言、相似问、编号",
            "the first row must name the columns: question, answer, and if wanted category, lang, similar, id",
        ));
    }
    for (line, row) in rows {
        let mut found = Found { source: format!("{name}:{line}"), ..Found::default() };
        for (column, value) in columns.iter().zip(&row) {
            let value = value.trim();
            match column {
                _ if value.is_empty() => {}
                Some(Column::Id) => found.key = Some(value.to_owned()),
                Some(Column::Question) => found.title = value.to_owned(),
                Some(Column::Answer) => found.body = value.to_owned(),
                Some(Column::Category) => found.category = value.to_owned(),
                Some(Column::Language) => found.language = language(value),
                Some(Column::Similar) => found.questions.extend(questions(value)),
                None => {}
            }
        }
        if found.title.is_empty() && !found.questions.is_empty() {
            found.title = found.questions.remove(0);
        }
        taken.found.push(found);
    }
    if taken.found.is_empty() {
        taken.reason = Some(said("列名下面没有内容", "there is nothing below the names of the columns"));
    }
    taken
}

fn language(value: &str) -> Option<Language> {
    match value.to_lowercase().as_str() {
        "中文" | "简体中文" | "汉语" | "chinese" => Some(Language::Zh),
        "英文" | "英语" | "english" => Some(Language::En),
        code => Language::parse(code),
    }
}

/// Several questions in one cell: a line each, or with bars or semicolons between them.
fn questions(value: &str) -> impl Iterator<Item = String> {
    value
        .split(['\n', '|', '｜', ';', '；'])
        .map(|q| q.trim().to_owned())
        .filter(|q| !q.is_empty())
        .collect::<Vec<_>>()
        .into_iter()
}
