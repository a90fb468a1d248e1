//! A Rasa project into the draft, and the draft out again as Rasa's YAML.

use super::Body;
use super::intents::{EXAMPLE_CHARS, EXAMPLES, NAME_CHARS, is_name};
use super::training::draft_changed;
use crate::app::App;
use crate::content;
use crate::error::{Error, ErrorBody, LANGUAGE, Result};
use crate::guard::staff::{Can, Edit};
use crate::store::training::Draft;
use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use kg::Language;
use nlu::{Example, ImportError, Source, Taken, TrainingData};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What may be sent at once, before base64.
const UPLOAD_MB: usize = 16;
/// Examples of the whole draft; beyond it an editor's page is no help any more, and files are.
const DRAFT: usize = 50_000;
const NOTES: usize = 500;

pub fn routes() -> OpenApiRouter<Arc<App>> {
    // Read to its end also when it is too large: who is cut off while he sends never sees the reason.
    let body = DefaultBodyLimit::max(4 * UPLOAD_MB * 1024 * 1024);
    OpenApiRouter::new().routes(routes!(import)).layer(body).routes(routes!(export))
}

#[derive(Deserialize, ToSchema)]
pub struct ImportRequest {
    /// A zip archive, or single files of a project: YAML 2.0 and 3.x, Markdown, JSON.
    pub files: Vec<UploadedFile>,
    /// preview changes nothing; merge adds to the draft; replace puts the project in the draft's place.
    pub mode: ImportMode,
    /// From the preview; refused when somebody has changed the draft since. Not for `preview`.
    #[serde(default)]
    pub stamp: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportMode {
    Preview,
    Merge,
    Replace,
}

#[derive(Deserialize, ToSchema)]
pub struct UploadedFile {
    pub name: String,
    /// base64
    pub data: String,
}

#[derive(Serialize, ToSchema)]
pub struct ImportView {
    /// Whether the draft was changed.
    pub applied: bool,
    pub stamp: String,
    pub intents: Vec<ImportedIntent>,
    pub examples: usize,
    /// Examples that the draft does not have yet.
    pub fresh: usize,
    /// Entities marked in examples.
    pub entities: usize,
    pub synonyms: usize,
    pub regexes: usize,
    pub lookups: usize,
    pub files: Vec<ImportedFile>,
    /// What was not taken, or not as it stands.
    pub notes: Vec<ImportNote>,
    /// Further notes, which are not listed.
    pub more_notes: usize,
}

#[derive(Serialize, ToSchema)]
pub struct ImportedIntent {
    pub name: String,
    pub examples: usize,
    pub fresh: usize,
    /// Does the draft have an intent of this name?
    pub exists: bool,
}

#[derive(Serialize, ToSchema)]
pub struct ImportedFile {
    pub name: String,
    pub taken: bool,
    /// What was taken from it, or why nothing was.
    pub text: String,
}

#[derive(Serialize, ToSchema)]
pub struct ImportNote {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// 0 when it concerns the whole file
    pub line: usize,
    pub text: String,
}

fn speaks_chinese() -> bool {
    LANGUAGE.try_with(|l| *l == Language::Zh).unwrap_or(false)
}

fn say(zh: impl Into<String>, en: impl Into<String>) -> String {
    if speaks_chinese() { zh.into() } else { en.into() }
}

fn upload_too_large() -> Error {
    Error::client(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("上传的文件太大，合计最多 {UPLOAD_MB} MB。请只上传 nlu 数据，或分批导入。"),
        format!(
            "The files are too large: at most {UPLOAD_MB} MB together. Send only the NLU data, or import in parts."
        ),
    )
}

/// Reads a Rasa project: first as a preview with a report, then into the draft.
#[utoipa::path(post, operation_id = "import_project", path = "/api/v1/staff/train/import", tag = "staff", request_body = ImportRequest,
    responses((status = 200, body = ImportView), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 413, body = ErrorBody), (status = 422, body = ErrorBody)))]
async fn import(State(app): State<Arc<App>>, who: Can<Edit>, request: Request) -> Result<Json<ImportView>> {
    let Body(request) = match Body::<ImportRequest>::from_request(request, &()).await {
        Err(e) if e.status() == StatusCode::PAYLOAD_TOO_LARGE => return Err(upload_too_large()),
        other => other?,
    };
    let mut files = Vec::new();
    for file in request.files {
        let data = BASE64.decode(file.data.as_bytes()).map_err(|_| {
            Error::invalid(
                format!("文件 {} 没有完整传到，请再上传一次。", file.name),
                format!("The file {} did not arrive whole; please send it again.", file.name),
            )
        })?;
        files.push((file.name, data));
    }
    if files.iter().map(|f| f.1.len()).sum::<usize>() > UPLOAD_MB * 1024 * 1024 {
        return Err(upload_too_large());
    }
    if files.is_empty() {
        return Err(Error::invalid("请选择要导入的文件。", "Choose files to import."));
    }
    // Parsing a big project takes seconds of computing: not on a thread that serves.
    let language = LANGUAGE.try_with(|l| *l).unwrap_or(Language::En);
    let reading = tokio::task::spawn_blocking(move || LANGUAGE.sync_scope(language, || read(files)));
    let read = reading.await.map_err(anyhow::Error::from)??;
    let draft = app.store.draft().await?;
    let (imported, view) = tidy(read, &draft, app.store.draft_stamp().await?)?;
    if request.mode == ImportMode::Preview {
        return Ok(Json(view));
    }
    let next = match request.mode {
        ImportMode::Replace => content::draft(&imported),
        _ => merged(&draft, imported)?,
    };
    if next.intents.iter().map(|i| i.1.len()).sum::<usize>() > DRAFT {
        return Err(Error::invalid(
            format!("草稿最多 {DRAFT} 条例句。更大的数据请用命令行 kefu train --nlu。"),
            format!("The draft holds at most {DRAFT} examples; for more use `kefu train --nlu` on the command line."),
        ));
    }
    let stamp = request.stamp.as_deref().ok_or_else(draft_changed)?;
    if !app.store.replace_draft(&next, Some(stamp), Some(&who.agent.id), "import").await? {
        return Err(draft_changed());
    }
    Ok(Json(ImportView { applied: true, stamp: app.store.draft_stamp().await?, ..view }))
}

struct Read {
    data: TrainingData,
    files: Vec<ImportedFile>,
    notes: Vec<ImportNote>,
}

fn read(files: Vec<(String, Vec<u8>)>) -> Result<Read> {
    let (mut imports, mut loose) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        if bytes.starts_with(b"PK") {
            imports.push(TrainingData::import_zip(&bytes).map_err(|e| unreadable(&name, &e))?);
        } else {
            loose.push(Source { name, bytes, named: true });
        }
    }
    if !loose.is_empty() {
        imports.push(TrainingData::import_sources(loose));
    }
    let mut all = Read { data: TrainingData::default(), files: vec![], notes: vec![] };
    for import in imports {
        for file in import.files {
            let problem = file.problems.first().map(|p| match p.line {
                0 => say(&p.zh, &p.text),
                line => say(format!("第 {line} 行：{}", p.zh), format!("line {line}: {}", p.text)),
            });
            let reason = file.reason.map(|r| say(r.zh, r.en));
            all.notes.extend(file.problems.iter().skip(1).map(noted));
            all.files.push(match problem.or(reason) {
                Some(text) => ImportedFile { name: file.file, taken: false, text },
                None => ImportedFile { name: file.file, taken: true, text: counted(&file.taken) },
            });
        }
        all.notes.extend(import.data.warnings.iter().map(noted));
        all.data.merge(TrainingData { warnings: vec![], ..import.data });
    }
    Ok(all)
}

fn noted(warning: &nlu::Warning) -> ImportNote {
    ImportNote { file: warning.file.clone(), line: warning.line, text: say(&warning.zh, &warning.text) }
}

fn counted(taken: &Taken) -> String {
    let Taken { intents, examples, synonyms, regexes, lookups, .. } = taken;
    say(
        format!("{intents} 个意图，{examples} 条例句，{synonyms} 个同义词，{regexes} 条正则，{lookups} 个词"),
        format!(
            "{intents} intents, {examples} examples, {synonyms} synonyms, {regexes} regexes, {lookups} lookup values"
        ),
    )
}

fn unreadable(name: &str, error: &ImportError) -> Error {
    let zh = match error {
        ImportError::Archive(e) => format!("压缩包打不开，可能不完整或有密码（{e}）"),
        ImportError::Bomb => "压缩包解开后太大，请只压缩 NLU 数据".to_owned(),
        ImportError::TooMany => "压缩包里的文件太多，请只压缩 NLU 数据".to_owned(),
        other => format!("读不出来（{other}）"),
    };
    Error::invalid(format!("{name}：{zh}。"), format!("{name}: {error}."))
}

/// A name that the draft takes: Rasa allows blanks and more.
fn name_of(name: &str) -> String {
    let name = name.trim();
    if is_name(name) {
        return name.to_owned();
    }
    name.chars().map(|c| if is_name(c.encode_utf8(&mut [0; 4])) { c } else { '_' }).take(NAME_CHARS).collect()
}

/// Leaves out what the draft cannot hold, and says so.
fn tidy(read: Read, draft: &Draft, stamp: String) -> Result<(TrainingData, ImportView)> {
    let Read { data, files, mut notes } = read;
    let known = known_texts(draft);
    let mut kept = TrainingData {
        synonyms: data.synonyms,
        regexes: data.regexes,
        lookups: data.lookups,
        ..TrainingData::default()
    };
    let mut entities = 0;
    for intent in data.intents {
        let name = name_of(&intent.name);
        if name.is_empty() {
            continue;
        }
        if name != intent.name {
            notes.push(whole(say(
                format!("意图“{}”改名为 {name}", intent.name),
                format!("The intent “{}” is named {name}", intent.name),
            )));
        }
        let mut examples = kept.intent(&name).map(|i| i.examples.clone()).unwrap_or_default();
        let mut seen: HashSet<String> = examples.iter().map(|e| e.text.to_lowercase()).collect();
        let (mut long, mut many) = (0, 0);
        for example in intent.examples {
            let line = example.to_line();
            if line.chars().count() > EXAMPLE_CHARS || line.contains(char::is_control) {
                long += 1;
            } else if examples.len() >= EXAMPLES {
                many += 1;
            } else if !example.text.trim().is_empty() && seen.insert(example.text.to_lowercase()) {
                entities += example.entities.len();
                examples.push(example);
            }
        }
        if long > 0 {
            notes.push(whole(say(
                format!("{name}：{long} 条例句超过 {EXAMPLE_CHARS} 字或有换行，未采用"),
                format!(
                    "{name}: {long} examples are longer than {EXAMPLE_CHARS} characters or have line breaks; not taken"
                ),
            )));
        }
        if many > 0 {
            notes.push(whole(say(
                format!("{name}：超过 {EXAMPLES} 条的 {many} 条例句未采用"),
                format!("{name}: {many} examples beyond {EXAMPLES} were not taken"),
            )));
        }
        kept.set_intent(&name, examples);
    }
    if kept == TrainingData::default() {
        return Err(nothing(&files, &notes));
    }
    let intents: Vec<ImportedIntent> = kept
        .intents
        .iter()
        .map(|i| {
            let known = known.get(&i.name);
            let fresh = |e: &&Example| known.is_none_or(|k| !k.contains(&e.text.to_lowercase()));
            let fresh = i.examples.iter().filter(fresh).count();
            ImportedIntent { name: i.name.clone(), examples: i.examples.len(), fresh, exists: known.is_some() }
        })
        .collect();
    let more_notes = notes.len().saturating_sub(NOTES);
    notes.truncate(NOTES);
    let view = ImportView {
        applied: false,
        stamp,
        examples: kept.example_count(),
        fresh: intents.iter().map(|i| i.fresh).sum(),
        intents,
        entities,
        synonyms: kept.synonyms.len(),
        regexes: kept.regexes.len(),
        lookups: kept.lookups.len(),
        files,
        notes,
        more_notes,
    };
    Ok((kept, view))
}

fn whole(text: String) -> ImportNote {
    ImportNote { file: String::new(), line: 0, text }
}

/// Nothing at all could be read: the first reason says why.
fn nothing(files: &[ImportedFile], notes: &[ImportNote]) -> Error {
    let file = files.iter().find(|f| !f.taken && !f.text.is_empty()).map(|f| format!("{}: {}", f.name, f.text));
    let note = notes.first().map(|n| match n.line {
        0 => format!("{}: {}", n.file, n.text),
        line => format!("{}:{line}: {}", n.file, n.text),
    });
    let why = file.or(note).unwrap_or_default();
    Error::invalid(
        format!("这些文件里没有意图、同义词、正则或词表。{why}"),
        format!("There are no intents, synonyms, regexes or lookups in these files. {why}"),
    )
}

/// Plain texts of the draft in lower case, by intent.
fn known_texts(draft: &Draft) -> BTreeMap<String, HashSet<String>> {
    let texts = |lines: &Vec<String>| lines.iter().map(|l| Example::annotated(l).text.to_lowercase()).collect();
    draft.intents.iter().map(|(name, lines)| (name.clone(), texts(lines))).collect()
}

/// The draft and what it does not have yet of the import.
fn merged(draft: &Draft, imported: TrainingData) -> Result<Draft> {
    let known = known_texts(draft);
    let mut data = content::training_data_of(draft)?;
    let mut fresh = imported;
    for intent in &mut fresh.intents {
        if let Some(known) = known.get(&intent.name) {
            intent.examples.retain(|e| !known.contains(&e.text.to_lowercase()));
        }
    }
    data.merge(fresh);
    for values in data.synonyms.values_mut().chain(data.regexes.values_mut()).chain(data.lookups.values_mut()) {
        let mut seen = HashSet::new();
        values.retain(|v| seen.insert(v.clone()));
    }
    let mut next = content::draft(&data);
    // As they stand, also where reading and writing would say the same in another way, and intents without examples.
    for (name, lines) in &draft.intents {
        match next.intents.iter_mut().find(|i| i.0 == *name) {
            Some(intent) => {
                intent.1.splice(..lines.len().min(intent.1.len()), lines.iter().cloned());
            }
            None => next.intents.push((name.clone(), lines.clone())),
        }
    }
    next.intents.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(next)
}

/// The draft as one file of Rasa's YAML 3.1.
#[utoipa::path(get, operation_id = "export_draft", path = "/api/v1/staff/train/export", tag = "staff",
    responses((status = 200, body = String, content_type = "application/yaml"), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody)))]
async fn export(State(app): State<Arc<App>>, _: Can<Edit>) -> Result<Response> {
    let yaml = content::training_data(&app.store).await?.to_yaml();
    let headers = [
        (header::CONTENT_TYPE, "application/yaml; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"nlu.yml\""),
    ];
    Ok((headers, yaml).into_response())
}
