//! The people behind the console and their sessions.

use super::Store;
use crate::error::Result;
use bot::conversation::Millis;

#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Agent {
    pub id: String,
    pub name: String,
    pub email: String,
    pub role: String,
    pub password_hash: String,
    pub language: String,
    pub presence: String,
}

const COLUMNS: &str = "id, name, email, role, password_hash, language, presence";

impl Store {
    pub async fn create_agent(
        &self,
        name: &str,
        email: &str,
        role: &str,
        password_hash: &str,
        language: &str,
    ) -> Result<String> {
        let id = self.clock.id();
        let mut w = self.write().await?;
        sqlx::query(
            "INSERT INTO agents (id, name, email, role, password_hash, language, presence, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'online', $7)",
        )
        .bind(&id)
        .bind(name)
        .bind(email)
        .bind(role)
        .bind(password_hash)
        .bind(language)
        .bind(self.clock.now())
        .execute(w.conn())
        .await?;
        w.commit().await?;
        Ok(id)
    }

    pub async fn agents(&self) -> Result<Vec<Agent>> {
        let sql = format!("SELECT {COLUMNS} FROM agents ORDER BY name");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(self.pool()).await?)
    }

    pub async fn agent(&self, id: &str) -> Result<Option<Agent>> {
        let sql = format!("SELECT {COLUMNS} FROM agents WHERE id = $1");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(self.pool()).await?)
    }

    pub async fn agent_by_email(&self, email: &str) -> Result<Option<Agent>> {
        let sql = format!("SELECT {COLUMNS} FROM agents WHERE email = $1");
        Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(email.to_lowercase()).fetch_optional(self.pool()).await?)
    }

    pub async fn set_agent(&self, id: &str, language: Option<&str>, presence: Option<&str>) -> Result<()> {
        let mut w = self.write().await?;
        sqlx::query(
            "UPDATE agents SET language = COALESCE($1, language), presence = COALESCE($2, presence) WHERE id = $3",
        )
        .bind(language)
        .bind(presence)
        .bind(id)
        .execute(w.conn())
        .await?;
        w.commit().await
    }

    pub async fn set_password(&self, id: &str, password_hash: &str) -> Result<()> {
        let mut w = self.write().await?;
        sqlx::query("UPDATE agents SET password_hash = $1 WHERE id = $2")
            .bind(password_hash)
            .bind(id)
            .execute(w.conn())
            .await?;
        w.commit().await
    }

    pub async fn create_staff_session(&self, token_hash: &str, agent: &str, expires_at: Millis) -> Result<()> {
        let mut w = self.write().await?;
        sqlx::query("DELETE FROM staff_sessions WHERE expires_at < $1")
            .bind(self.clock.now())
            .execute(w.conn())
            .await?;
        sqlx::query(
            "INSERT INTO staff_sessions (token_hash, agent_id, created_at, expires_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(token_hash)
        .bind(agent)
        .bind(self.clock.now())
        .bind(expires_at)
        .execute(w.conn())
        .await?;
        w.commit().await
    }

    pub async fn agent_of_session(&self, token_hash: &str) -> Result<Option<Agent>> {
        Ok(sqlx::query_as(
            "SELECT a.id, a.name, a.email, a.role, a.password_hash, a.language, a.presence
             FROM staff_sessions s JOIN agents a ON a.id = s.agent_id WHERE s.token_hash = $1 AND s.expires_at > $2",
        )
        .bind(token_hash)
        .bind(self.clock.now())
        .fetch_optional(self.pool())
        .await?)
    }

    pub async fn delete_staff_session(&self, token_hash: &str) -> Result<()> {
        let mut w = self.write().await?;
        sqlx::query("DELETE FROM staff_sessions WHERE token_hash = $1").bind(token_hash).execute(w.conn()).await?;
        w.commit().await
    }
}
