//! Public data sets as their copies lie in one folder: `NAME/*.jsonl`, one object a line. They are never part of this
//! repository; what a figure is trained, chosen and tested on is said where it is measured.

use anyhow::Context;
use serde::Deserialize;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    #[serde(alias = "query")]
    pub text: String,
    #[serde(default)]
    pub label: String,
    #[serde(default)]
    pub lang: String,
    #[serde(default)]
    pub split: String,
    #[serde(default)]
    pub domain: String,
    #[serde(default)]
    pub category: String,
}

#[derive(Debug, Clone, Deserialize)]
pub struct PairRow {
    pub a: String,
    pub b: String,
    pub label: u8,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Question {
    #[serde(alias = "query")]
    pub question: String,
    #[serde(default)]
    pub similar_questions: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Turn {
    pub role: String,
    pub text: String,
    #[serde(default)]
    pub acts: Vec<Vec<String>>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Dialogue {
    pub id: String,
    pub turns: Vec<Turn>,
}

pub struct DataSets {
    dir: PathBuf,
}

impl DataSets {
    pub fn open(dir: &Path) -> anyhow::Result<DataSets> {
        anyhow::ensure!(
            dir.is_dir(),
            "the folder {} with the data sets is not there; name another with --data",
            dir.display()
        );
        Ok(DataSets { dir: dir.to_owned() })
    }

    pub fn has(&self, name: &str) -> bool {
        self.dir.join(name).is_dir()
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.dir.join(file)
    }

    pub fn read<T: serde::de::DeserializeOwned>(&self, file: &str) -> anyhow::Result<Vec<T>> {
        let path = self.dir.join(file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        lines
            .map(|(n, line)| serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), n + 1)))
            .collect()
    }

    pub fn rows(&self, file: &str) -> anyhow::Result<Vec<Row>> {
        self.read(file)
    }

    /// The rows of one split.
    pub fn split(&self, file: &str, split: &str) -> anyhow::Result<Vec<Row>> {
        Ok(self.rows(file)?.into_iter().filter(|row| row.split == split).collect())
    }
}
