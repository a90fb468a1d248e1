/** @jsxImportSource preact */
// An article opened from a citation, inside the widget.
import { useEffect, useRef, useState } from "preact/hooks";
import type { CustomerApi } from "../api/customer";
import type { Language, PublicArticle } from "../api/types";
import { helpPath, slugOf } from "../text/linkify";
import { safeHtml } from "../text/safeHtml";
import { BackIcon, OutIcon } from "./icons";
import type { T } from "./parts";

interface Props { api: CustomerApi; base: string; slug: string; language: Language; t: T; onBack: () => void; onArticle: (slug: string) => void }

export function ArticlePane({ api, base, slug, language, t, onBack, onArticle }: Props) {
  const [article, setArticle] = useState<PublicArticle | "failed" | undefined>();
  const back = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    let gone = false;
    setArticle(undefined);
    api.article(slug, language).then((a) => { if (!gone) setArticle(a); }, () => { if (!gone) setArticle("failed"); });
    return () => { gone = true; };
  }, [api, slug, language]);
  useEffect(() => back.current?.focus(), []);

  const follow = (event: MouseEvent) => {
    const link = event.composedPath().find((n): n is HTMLAnchorElement => n instanceof HTMLAnchorElement);
    if (!link) return;
    event.preventDefault();
    const inner = slugOf(link.getAttribute("href") ?? "");
    if (inner !== undefined) onArticle(inner);
    else if (/^https?:/.test(link.href)) window.open(link.href, "_blank", "noopener,noreferrer");
  };

  return (
    <section class="article" data-testid="article-panel">
      <header class="bar">
        <button type="button" class="icon" ref={back} data-testid="article-back" aria-label={t("back")} onClick={onBack}><BackIcon /></button>
        <span class="grow">{t("back")}</span>
        <a class="out" href={base + helpPath(slug, language)} target="_blank" rel="noopener">{t("newTab")} <OutIcon /></a>
      </header>
      <div class="page" tabIndex={0}>
        {article === undefined ? <p class="soft">{t("loading")}</p> : article === "failed" ? <p class="soft">{t("articleFailed")}</p> : (
          <article lang={article.language === "zh" ? "zh-CN" : "en"}>
            <h2 data-testid="article-title">{article.title}</h2>
            <div class="body" onClick={follow} dangerouslySetInnerHTML={{ __html: safeHtml(article.body_html) }} />
          </article>
        )}
      </div>
    </section>
  );
}
