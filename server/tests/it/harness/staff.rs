//! Somebody of the staff, signed in.

use super::{Reply, http};
use reqwest::Method;
use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub struct Staff {
    pub base: String,
    pub cookie: String,
    pub id: String,
    pub name: String,
}

impl Staff {
    pub async fn login(base: &str, email: &str, password: &str) -> Staff {
        let response = http()
            .post(format!("{base}/api/v1/staff/login"))
            .json(&json!({"email": email, "password": password}))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200, "{email} cannot sign in: {}", response.text().await.unwrap());
        let cookie = response.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        let me: Value = response.json().await.unwrap();
        let text = |name: &str| me[name].as_str().unwrap().to_owned();
        Staff {
            base: base.to_owned(),
            cookie: cookie.split(';').next().unwrap().to_owned(),
            id: text("id"),
            name: text("name"),
        }
    }

    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        http()
            .request(method, format!("{}/api/v1/staff{path}", self.base))
            .header("Cookie", &self.cookie)
            .header("X-Kefu-Csrf", "1")
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        Reply::of(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        Reply::of(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        Reply::of(self.request(Method::PATCH, path).json(body)).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::DELETE, path)).await
    }

    pub async fn say(&self, conversation: &str, text: &str, note: bool) -> Reply {
        let body = json!({"client_id": super::unique("a"), "text": text, "note": note});
        self.post(&format!("/conversations/{conversation}/messages"), &body).await
    }

    /// The conversation as staff see it.
    pub async fn conversation(&self, id: &str) -> Value {
        self.get(&format!("/conversations/{id}")).await.ok()
    }

    /// The ticket of this conversation that waits in the queue.
    pub async fn waiting(&self, conversation: &str) -> Option<Value> {
        let queue = self.get("/queue").await.ok();
        queue["tickets"].as_array().unwrap().iter().find(|t| t["conversation"] == conversation).cloned()
    }
}
