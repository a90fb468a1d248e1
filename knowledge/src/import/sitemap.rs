//! sitemap.xml (sitemaps.org 0.9): the pages of a site, or further sitemaps.

use roxmltree::Document;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sitemap {
    pub pages: Vec<String>,
    /// Of a sitemap index.
    pub sitemaps: Vec<String>,
}

pub fn sitemap(text: &str) -> Result<Sitemap, String> {
    let document = Document::parse(text).map_err(|e| e.to_string())?;
    let root = document.root_element();
    let locations = |of: &str| -> Vec<String> {
        let entries = root.children().filter(|n| n.tag_name().name() == of);
        let loc = entries.filter_map(|n| n.children().find(|c| c.tag_name().name() == "loc")?.text());
        loc.map(|l| l.trim().to_owned()).filter(|l| !l.is_empty()).collect()
    };
    match root.tag_name().name() {
        "urlset" => Ok(Sitemap { pages: locations("url"), ..Sitemap::default() }),
        "sitemapindex" => Ok(Sitemap { sitemaps: locations("sitemap"), ..Sitemap::default() }),
        other => Err(format!("<{other}> is no sitemap")),
    }
}
