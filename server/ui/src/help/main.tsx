/** @jsxImportSource preact */
// One help article with its neighbours; without a slug, the list of all articles.
import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError } from "../api/http";
import { CustomerApi } from "../api/customer";
import type { ArticleLink, Language, PublicArticle } from "../api/types";
import { named, translator } from "../i18n";
import { categories, help } from "../i18n/shop";
import { embed } from "../shop/embed";
import { pick } from "../text/format";
import { helpPath, slugOf } from "../text/linkify";
import { safeHtml } from "../text/safeHtml";
import "./help.css";

const api = new CustomerApi();

function App() {
  const slug = slugOf(location.pathname) ?? "";
  const [language, setLanguage] = useState<Language>(() => pick([new URLSearchParams(location.search).get("lang"), localStorage.getItem("kefu.language"), ...navigator.languages]));
  const t = useMemo(() => translator(help, language), [language]);
  const [article, setArticle] = useState<PublicArticle | "missing" | "failed">();
  const [all, setAll] = useState<ArticleLink[]>();
  const [words, setWords] = useState("");
  const [found, setFound] = useState<ArticleLink[]>();

  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    localStorage.setItem("kefu.language", language);
    const url = new URL(location.href);
    url.searchParams.set("lang", language);
    history.replaceState(null, "", url);
    embed(language);
    let gone = false;
    api.articles(language).then((a) => { if (!gone) setAll(a.articles); }, () => { if (!gone) setAll([]); });
    if (slug !== "") {
      api.article(slug, language).then(
        (a) => { if (!gone) { setArticle(a); document.title = `${a.title} · ${help.brand[language === "zh" ? 0 : 1]}`; } },
        (e: unknown) => { if (!gone) setArticle(e instanceof ApiError && e.status === 404 ? "missing" : "failed"); },
      );
    } else document.title = help.brand[language === "zh" ? 0 : 1];
    return () => { gone = true; };
  }, [language, slug]);

  useEffect(() => {
    const q = words.trim();
    if (q === "") { setFound(undefined); return; }
    let gone = false;
    const timer = setTimeout(() => {
      api.articles(language, q).then((a) => { if (!gone) setFound(a.articles); }, () => { if (!gone) setFound([]); });
    }, 220);
    return () => { gone = true; clearTimeout(timer); };
  }, [words, language]);

  const current = typeof article === "object" ? article : undefined;
  const related = all?.filter((a) => current !== undefined && a.category === current.category && a.slug !== slug).slice(0, 8) ?? [];
  const groups = useMemo(() => {
    const map = new Map<string, ArticleLink[]>();
    for (const a of all ?? []) map.set(a.category, [...(map.get(a.category) ?? []), a]);
    return [...map];
  }, [all]);
  const link = (a: ArticleLink) => <li key={a.slug}><a href={helpPath(a.slug, language)}>{a.title}</a></li>;

  return (
    <>
      <header class="top">
        <a class="brand" href={`/help/?lang=${language}`}>{t("brand")}</a>
        <nav><a href={`/?lang=${language}`}>{t("home")}</a><button type="button" data-testid="help-language" onClick={() => setLanguage(language === "zh" ? "en" : "zh")}>{t("switchLanguage")}</button></nav>
      </header>
      <div class={slug === "" ? "cols index" : "cols"}>
        <main>
          {slug === "" ? (
            <>
              <h1>{t("index")}</h1>
              {all === undefined ? <p class="soft">{t("loading")}</p> : groups.map(([category, list]) => <section key={category}><h2>{named(categories, language, "category", category)}</h2><ul class="links two">{list.map(link)}</ul></section>)}
            </>
          ) : article === undefined ? <p class="soft">{t("loading")}</p> : typeof article === "string" ? <p class="soft" role="alert">{t(article === "missing" ? "notFound" : "failed")}</p> : (
            <article data-testid="help-article" lang={article.language === "zh" ? "zh-CN" : "en"}>
              <p class="crumb">{named(categories, language, "category", article.category)}</p>
              <h1>{article.title}</h1>
              {article.language !== language ? <p class="hint">{t("otherLanguage")}</p> : null}
              <div class="body" dangerouslySetInnerHTML={{ __html: safeHtml(article.body_html) }} />
              <p class="contact">{t("contact")}</p>
            </article>
          )}
        </main>
        <aside>
          <input type="search" value={words} placeholder={t("search")} aria-label={t("search")} data-testid="help-search" onInput={(e) => setWords(e.currentTarget.value)} />
          {found !== undefined ? <><h2>{t("results")}</h2>{found.length > 0 ? <ul class="links">{found.slice(0, 12).map(link)}</ul> : <p class="soft">{t("nothing")}</p>}</>
            : related.length > 0 ? <><h2>{t("related")}</h2><ul class="links">{related.map(link)}</ul></> : null}
        </aside>
      </div>
    </>
  );
}

const root = document.getElementById("root");
if (root) render(<App />, root);
