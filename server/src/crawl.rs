//! Fetches the pages of a site that an editor names, so that its help articles can be imported: by its sitemap, within
//! what its robots.txt (RFC 9309) allows, from one host, and bounded in pages, bytes and time.

use crate::error::{Error, Result};
use futures_util::StreamExt as _;
use futures_util::stream;
use knowledge::import::{File, Note, Said, sitemap};
use reqwest::{Client, Url, redirect};
use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use texting_robots::Robot;
use tokio::time::Instant;

/// How we call ourselves; robots.txt can name us.
const AGENT: &str = "KefuImport";
const PAGES: usize = 500;
const SITEMAPS: usize = 20;
const PAGE_BYTES: usize = 2 * 1024 * 1024;
const SITEMAP_BYTES: usize = 10 * 1024 * 1024;
const TOTAL_BYTES: usize = 100 * 1024 * 1024;
/// An editor waits for it.
const TOTAL: Duration = Duration::from_secs(55);
const ONE: Duration = Duration::from_secs(10);
const AT_ONCE: usize = 2;

#[derive(Default)]
pub struct Crawled {
    pub pages: Vec<File>,
    pub notes: Vec<Note>,
}

impl Crawled {
    fn note(&mut self, address: &str, zh: impl Into<String>, en: impl Into<String>) {
        self.notes.push(Note { file: address.to_owned(), line: 0, text: Said { zh: zh.into(), en: en.into() } });
    }
}

/// `private`: hosts inside of the business's own network may be named.
pub async fn crawl(address: &str, private: bool) -> Result<Crawled> {
    let start = parsed(address)?;
    let site = Site { client: client(&start, private).await?, host: start.clone(), until: Instant::now() + TOTAL };
    let robots = site.robots().await?;
    let mut crawled = Crawled::default();
    let pages = site.pages(&robots, &mut crawled).await?;
    site.fetch(pages, &robots, &mut crawled).await;
    Ok(crawled)
}

fn parsed(address: &str) -> Result<Url> {
    let address = address.trim();
    let whole = if address.contains("://") { address.to_owned() } else { format!("https://{address}") };
    let url = Url::parse(&whole).ok().filter(|u| matches!(u.scheme(), "http" | "https") && u.host_str().is_some());
    let url = url.filter(|u| u.username().is_empty() && u.password().is_none() && whole.len() <= 2_000);
    url.ok_or_else(|| {
        Error::invalid(
            "请填写网站地址，例如 https://shop.example/help",
            "Give the site's address, such as https://shop.example/help",
        )
    })
}

/// Whoever can name an address must not reach with it what only this machine can: the host is resolved once, checked, and
/// only these addresses are used; redirects stay on it.
async fn client(url: &Url, private: bool) -> Result<Client> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let found: Vec<SocketAddr> = match tokio::net::lookup_host((host.as_str(), port)).await {
        Ok(found) => found.collect(),
        Err(_) => Vec::new(),
    };
    if found.is_empty() {
        return Err(Error::invalid(
            format!("找不到网站 {host}，请检查地址。"),
            format!("The site {host} cannot be found; check the address."),
        ));
    }
    if !private && found.iter().any(|a| is_private(a.ip())) {
        return Err(Error::invalid(
            format!("{host} 在内网里。确实要导入内网站点时，请在配置里打开 knowledge.import_private。"),
            format!("{host} is inside a private network. To import from there, set knowledge.import_private."),
        ));
    }
    let (same, port) = (host.clone(), url.port_or_known_default());
    let stay = redirect::Policy::custom(move |attempt| {
        let to = attempt.url();
        let ours = to.host_str().map(|h| h.trim_matches(['[', ']'])) == Some(same.as_str())
            && (to.port_or_known_default() == port || to.port().is_none());
        if ours && attempt.previous().len() <= 5 { attempt.follow() } else { attempt.stop() }
    });
    let client = Client::builder()
        .user_agent(concat!("KefuImport/", env!("CARGO_PKG_VERSION")))
        .timeout(ONE)
        .redirect(stay)
        .no_proxy()
        .resolve_to_addrs(&host, &found)
        .build();
    client.map_err(|e| Error::Internal(e.into()))
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(a) => {
            let shared = a.octets()[0] == 100 && (64..128).contains(&a.octets()[1]);
            a.is_private()
                || a.is_loopback()
                || a.is_link_local()
                || a.is_unspecified()
                || a.is_multicast()
                || a.is_broadcast()
                || shared
        }
        IpAddr::V6(a) => match a.to_ipv4_mapped() {
            Some(mapped) => is_private(IpAddr::V4(mapped)),
            None => {
                let local = (a.segments()[0] & 0xfe00) == 0xfc00 || (a.segments()[0] & 0xffc0) == 0xfe80;
                a.is_loopback() || a.is_unspecified() || a.is_multicast() || local
            }
        },
    }
}

struct Site {
    client: Client,
    /// Where to begin; only what lies on its host and below its path is fetched.
    host: Url,
    until: Instant,
}

/// Why a file is not there.
enum Miss {
    Status(u16),
    TooLarge,
    Kind(String),
    Failed(String),
}

impl Site {
    /// 4xx: there are no rules; anything else that is no answer: nobody may crawl (RFC 9309, 2.3.1).
    async fn robots(&self) -> Result<Robot> {
        let url = self.at("/robots.txt");
        let text = match self.get(url, PAGE_BYTES, &[]).await {
            Ok((_, bytes)) => bytes,
            Err(Miss::Status(400..=499)) => Vec::new(),
            Err(_) => {
                return Err(Error::invalid(
                    "网站没有正常回答（robots.txt 读不到），请检查地址或稍后再试。",
                    "The site does not answer properly (robots.txt cannot be read); check the address or try again later.",
                ));
            }
        };
        Robot::new(AGENT, &text).map_err(|e| {
            Error::invalid(
                format!("网站的 robots.txt 读不懂：{e}"),
                format!("The site's robots.txt cannot be read: {e}"),
            )
        })
    }

    fn at(&self, path: &str) -> Url {
        let mut url = self.host.clone();
        url.set_path(path);
        url.set_query(None);
        url.set_fragment(None);
        url
    }

    fn is_ours(&self, url: &Url) -> bool {
        let below = self.host.path().rsplit_once('/').map_or("/", |p| p.0);
        let below = if self.is_sitemap() { "" } else { below };
        url.host_str() == self.host.host_str()
            && url.port_or_known_default() == self.host.port_or_known_default()
            && url.path().starts_with(below)
    }

    fn is_sitemap(&self) -> bool {
        self.host.path().ends_with(".xml")
    }

    /// From the named sitemap, else those of robots.txt, else /sitemap.xml; without any, the named page alone.
    async fn pages(&self, robots: &Robot, crawled: &mut Crawled) -> Result<Vec<Url>> {
        let mut maps: Vec<Url> = match self.is_sitemap() {
            true => vec![self.host.clone()],
            false => robots.sitemaps.iter().filter_map(|s| Url::parse(s).ok()).collect(),
        };
        if maps.is_empty() {
            maps.push(self.at("/sitemap.xml"));
        }
        let (mut pages, mut seen) = (Vec::new(), HashSet::new());
        let mut at = 0;
        while at < maps.len() && at < SITEMAPS {
            let map = maps[at].clone();
            at += 1;
            if map.host_str() != self.host.host_str() {
                continue;
            }
            let text = match self.get(map.clone(), SITEMAP_BYTES, &[]).await {
                Ok((_, bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(Miss::Status(404)) if maps.len() == 1 && !self.is_sitemap() => break,
                Err(miss) => {
                    self.missed(crawled, map.as_str(), &miss);
                    continue;
                }
            };
            match sitemap(&text) {
                Ok(found) => {
                    maps.extend(found.sitemaps.iter().filter_map(|s| Url::parse(s).ok()));
                    let urls = found.pages.iter().filter_map(|p| Url::parse(p).ok());
                    pages.extend(urls.filter(|u| self.is_ours(u) && seen.insert(u.clone())));
                }
                Err(e) => crawled.note(
                    map.as_str(),
                    format!("网站地图读不懂：{e}"),
                    format!("the sitemap cannot be read: {e}"),
                ),
            }
        }
        if pages.is_empty() && !self.is_sitemap() {
            pages.push(self.host.clone());
        }
        let before = pages.len();
        pages.retain(|u| robots.allowed(u.as_str()));
        if pages.len() < before {
            let n = before - pages.len();
            crawled.note(
                self.host.as_str(),
                format!("robots.txt 不允许读取其中 {n} 页"),
                format!("robots.txt does not allow {n} of its pages"),
            );
        }
        if pages.len() > PAGES {
            crawled.note(
                self.host.as_str(),
                format!("共 {} 页，只读前 {PAGES} 页；请填更具体的地址分批导入", pages.len()),
                format!(
                    "{} pages, the first {PAGES} are read; name a narrower address to import in parts",
                    pages.len()
                ),
            );
            pages.truncate(PAGES);
        }
        Ok(pages)
    }

    async fn fetch(&self, pages: Vec<Url>, robots: &Robot, crawled: &mut Crawled) {
        // Who asks for a pause between two pages gets it, and one page at a time.
        let pause = robots.delay.map(|s| Duration::from_secs_f32(s.clamp(0.0, 5.0)));
        let mut fetched = stream::iter(pages.into_iter().map(|url| async move {
            if Instant::now() >= self.until {
                return (url, None);
            }
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
            }
            let found = self.get(url.clone(), PAGE_BYTES, &["html"]).await;
            (url, Some(found))
        }))
        .buffered(if pause.is_some() { 1 } else { AT_ONCE });
        let (mut late, mut bytes) = (0, 0);
        while let Some((url, found)) = fetched.next().await {
            match found {
                Some(Ok((_, page))) if bytes + page.len() <= TOTAL_BYTES => {
                    bytes += page.len();
                    crawled.pages.push(File { name: url.to_string(), bytes: page });
                }
                Some(Ok(_)) | None => late += 1,
                Some(Err(miss)) => self.missed(crawled, url.as_str(), &miss),
            }
        }
        if late > 0 {
            crawled.note(
                self.host.as_str(),
                format!("时间或流量用完，还有 {late} 页没有读；请填更具体的地址分批导入"),
                format!("out of time or space: {late} pages were not read; name a narrower address to import in parts"),
            );
        }
    }

    fn missed(&self, crawled: &mut Crawled, address: &str, miss: &Miss) {
        match miss {
            Miss::Status(code) => {
                crawled.note(address, format!("网站回答 {code}"), format!("the site answered {code}"))
            }
            Miss::TooLarge => crawled.note(address, "页面太大", "the page is too large"),
            Miss::Kind(kind) => {
                crawled.note(address, format!("不是网页（{kind}）"), format!("not a web page ({kind})"))
            }
            Miss::Failed(e) => crawled.note(address, format!("读不到：{e}"), format!("cannot be read: {e}")),
        }
    }

    async fn get(&self, url: Url, most: usize, kinds: &[&str]) -> std::result::Result<(String, Vec<u8>), Miss> {
        let failed = |e: reqwest::Error| Miss::Failed(e.without_url().to_string());
        let mut response = self.client.get(url).send().await.map_err(failed)?;
        if !response.status().is_success() {
            return Err(Miss::Status(response.status().as_u16()));
        }
        let kind = response.headers().get(reqwest::header::CONTENT_TYPE).and_then(|t| t.to_str().ok());
        let kind = kind.unwrap_or("text/html").to_owned();
        if !kinds.is_empty() && !kinds.iter().any(|k| kind.contains(k)) {
            return Err(Miss::Kind(kind));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > most {
                return Err(Miss::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok((kind, bytes))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn private_addresses_are_known() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "::ffff:10.0.0.1",
            "0.0.0.0",
        ] {
            assert!(is_private(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["8.8.8.8", "100.128.0.1", "2606:4700::1111"] {
            assert!(!is_private(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn addresses_are_checked() {
        assert_eq!(parsed("shop.example/help").unwrap().as_str(), "https://shop.example/help");
        for bad in ["", "file:///etc/passwd", "ftp://x.example", "http://user:pass@x.example", "http://"] {
            assert!(parsed(bad).is_err(), "{bad}");
        }
    }
}
