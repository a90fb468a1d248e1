// One article: both languages side by side, kept as a draft while it is written, then reviewed and published.
import { ArrowLeftOutlined, CloudUploadOutlined, EllipsisOutlined, ExperimentOutlined, HistoryOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Dropdown, Empty, Input, Segmented, Select, Skeleton } from "antd";
import { useMemo, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { staff } from "../../api/staff";
import type { Article, Language, Version, VersionHead } from "../../api/types";
import { named } from "../../i18n";
import { categories } from "../../i18n/shop";
import { shortTime } from "../../text/format";
import { problem } from "../problem";
import { useAct } from "./act";
import { EMPTY, lack, LANGUAGES, SLUG, slugOf, toContent, toForm, written, type Form } from "./form";
import { History } from "./History";
import { Merge } from "./Merge";
import { StateTag } from "./parts";
import { Reject } from "./Review";
import { Side } from "./Side";
import { useDraft } from "./useDraft";
import { useWords } from "./words";
import "./knowledge.css";

export default function Editor() {
  const { t } = useWords();
  const { slug = "" } = useParams();
  const [search] = useSearchParams();
  const creating = slug === "new" && search.has("create");
  const wanted = Number(search.get("version")) || undefined;
  const article = useQuery({ queryKey: ["article", slug], queryFn: () => staff.article(slug), enabled: !creating, staleTime: 0, refetchOnWindowFocus: false });
  const open = article.data?.open ?? [];
  const head = wanted === undefined ? open.find((v) => v.mine) : open.find((v) => v.number === wanted);
  const draft = useQuery({ queryKey: ["article", slug, "version", head?.number], queryFn: () => staff.version(slug, head?.number ?? 0), enabled: head !== undefined, staleTime: 0, refetchOnWindowFocus: false });
  const [round, setRound] = useState(0);
  const reset = () => setRound((n) => n + 1);
  if (creating) return <Editing key="new" article={undefined} draft={undefined} reset={reset} />;
  if (article.isError || draft.isError) return <div className="centre"><Empty description={t("cannotLoad")}><Link to="/knowledge">{t("backToArticles")}</Link></Empty></div>;
  if (!article.data || (head !== undefined && !draft.data)) return <div className="page"><Skeleton active /></div>;
  // Another draft is another form; one that is only saved again is not.
  return <Editing key={`${slug}/${head?.number ?? 0}/${head ? "" : article.data.revision}/${round}`} article={article.data} draft={head ? draft.data : undefined} reset={reset} />;
}

function Editing({ article, draft, reset }: { article: Article | undefined; draft: Version | undefined; reset: () => void }) {
  const { t, language } = useWords();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { message, modal } = App.useApp();
  const act = useAct();
  const first = useMemo<Form>(() => (draft ? toForm(draft.content) : article && article.revision > 0 ? { ...toForm(article), stillRight: [] } : EMPTY), [article, draft]);
  const [slug, setSlug] = useState(article?.slug ?? "");
  const [form, setForm] = useState(first);
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState("");
  const [shown, setShown] = useState<Language>(language);
  const [preview, setPreview] = useState(true);
  const [history, setHistory] = useState(false);
  const creating = article === undefined;
  const kept = useDraft({ slug, article, draft, form, setForm, ready: !creating });
  const { saved, dirty, busy } = kept;
  const known = useQuery({ queryKey: ["articles", "", undefined, undefined], queryFn: () => staff.articles({}) });
  const choices = [...new Set([...Object.keys(categories).map((k) => k.slice("category.".length)), ...(known.data?.categories ?? [])])];
  const fresh = typed.trim().toLowerCase();
  const options = [...new Set([...choices, ...(form.category ? [form.category] : [])])].map((c) => ({ value: c, label: named(categories, language, "category", c) }));
  if (SLUG.test(fresh) && !options.some((o) => o.value === fresh)) options.push({ value: fresh, label: t("newCategory", { name: fresh }) });
  const others = (article?.open ?? []).filter((v) => v.number !== saved?.number);
  const marks = saved?.content.out_of_date ?? (saved ? [] : article?.out_of_date ?? []);
  const title = form[language].title || form.zh.title || form.en.title || t("untitled");
  const time = (at: number) => shortTime(at, language, Date.now());

  const check = (): boolean => {
    const missing = creating && !SLUG.test(slug.trim()) ? t("slugBad") : (() => { const l = lack(form); return l === undefined ? "" : t(l.key, "language" in l ? { language: t(l.language) } : undefined); })();
    setWrong(missing);
    return missing === "";
  };
  const begin = async () => {
    if (!SLUG.test(slug.trim())) { setWrong(t("slugBad")); return; }
    if (form.category === "") { setWrong(t("categoryNeeded")); return; }
    if (!LANGUAGES.some((l) => written(form[l]))) { setWrong(t("needOne")); return; }
    setWrong("");
    try {
      const made = await staff.saveDraft(slug.trim(), { content: toContent(form), based_on: 0 });
      void client.invalidateQueries({ queryKey: ["articles"] });
      void navigate(`/knowledge/${encodeURIComponent(made.slug)}`, { replace: true });
    } catch (error) { setWrong(problem(error, t)); }
  };
  const step = async (name: "submit" | "withdraw" | "publish", done: string) => {
    if (name !== "withdraw" && !check()) return;
    const version = await kept.save();
    if (version === undefined) return;
    const note = name === "submit" ? kept.note : "";
    const moved = await act(() => staff.step(slug, version.number, { step: name, revision: version.revision, note }), done);
    // Refused: perhaps something else has been published meanwhile, which the draft itself says.
    if (moved) kept.moved(moved.gave);
    else await staff.version(slug, version.number).then(kept.moved, () => undefined);
    if (name === "publish" && moved) void navigate(`/knowledge/${encodeURIComponent(slug)}`, { replace: true });
  };
  const replay = async () => {
    if (!check()) return;
    const version = await kept.save();
    if (version) void navigate(`/knowledge/-/replay?draft=${encodeURIComponent(`${slug}:${version.number}`)}`);
  };
  const publish = () => { if (check()) void modal.confirm({ title: t("publishTitle"), content: t("publishText"), okText: t("publish"), cancelText: t("cancel"), okButtonProps: { "data-testid": "publish-ok" }, onOk: () => step("publish", t("publishedDone")) }); };
  const discard = () => void modal.confirm({
    title: t("discardDraftTitle"), content: t("discardDraftText"), okText: t("discardDraft"), cancelText: t("cancel"), okButtonProps: { danger: true, "data-testid": "discard-ok" },
    onOk: async () => {
      if (saved && !(await act(() => staff.discardDraft(slug, saved.number, saved.revision), t("draftDiscarded")))) return;
      kept.forget();
      void navigate(article && article.revision > 0 ? `/knowledge/${encodeURIComponent(slug)}` : "/knowledge", { replace: true });
      reset();
    },
  });
  const remove = () => void modal.confirm({
    title: t("deleteArticle"), content: t("deleteArticleText"), okText: t("withdrawArticle"), cancelText: t("cancel"), okButtonProps: { danger: true, "data-testid": "delete-ok" },
    onOk: async () => { if (await act(() => staff.deleteArticle(slug), t("deleted"))) void navigate("/knowledge"); },
  });
  const restore = async (v: VersionHead) => {
    const made = await act(async () => {
      const old = await staff.version(slug, v.number);
      const content = { ...old.content, still_right: [] };
      return staff.saveDraft(slug, { content, based_on: article?.revision ?? 0, note: t("restoredNote", { n: v.number }) });
    }, t("restored"));
    if (made) { setHistory(false); void navigate(`/knowledge/${encodeURIComponent(slug)}?version=${made.gave.number}`, { replace: true }); }
  };
  const leave = article && !dirty ? undefined : dirty ? t("unsaved") : undefined;

  return (
    <div className="page wide editor-page">
      <header className="pagehead">
        <div className="back"><Link to="/knowledge" aria-label={t("backToArticles")}><ArrowLeftOutlined /></Link><div><h1>{creating ? t("newArticle") : title}</h1>
          <p className="where">{creating ? t("newArticleText") : <code>{slug}</code>}
            {article ? <span>{article.revision > 0 ? t("liveVersion", { n: article.revision }) : t("neverPublished")}</span> : null}
            {saved ? <StateTag state={saved.state} /> : null}
            <span data-testid="draft-status" data-status={busy ? "saving" : dirty ? "unsaved" : saved ? "saved" : "clean"} className={dirty ? "dirty" : ""}>{busy ? t("savingDraft") : leave ?? (saved && saved.state !== "published" ? t("draftSavedAt", { time: time(saved.updated_at) }) : "")}</span></p></div></div>
        <div className="acts">
          {creating ? <Button type="primary" data-testid="save-draft" onClick={() => void begin()}>{t("saveDraft")}</Button> : <>
            <Button icon={<HistoryOutlined />} data-testid="history" onClick={() => setHistory(true)}>{t("history")}</Button>
            {saved?.state === "review" ? <Button data-testid="withdraw" onClick={() => void step("withdraw", t("withdrawn"))}>{t("withdraw")}</Button>
              : <Button disabled={!saved && !dirty} data-testid="submit" onClick={() => void step("submit", t("submitted"))}>{t("submit")}</Button>}
            {saved?.state === "review" && !saved.mine ? <Reject version={saved} size="middle" onDone={() => void navigate("/knowledge?tab=review")} /> : null}
            <Button icon={<ExperimentOutlined />} disabled={!saved && !dirty} title={t("replayHint")} data-testid="replay" onClick={() => void replay()}>{t("replay")}</Button>
            <Button type="primary" icon={<CloudUploadOutlined />} loading={busy} disabled={!saved && !dirty} data-testid="publish" onClick={publish}>{t("publish")}</Button>
            <Dropdown trigger={["click"]} menu={{ items: [
              ...(article && article.revision > 0 ? [{ key: "public", label: <a href={`/help/${encodeURIComponent(slug)}?lang=${language}`} target="_blank" rel="noreferrer">{t("openPublic")}</a> }] : []),
              { key: "preview", label: preview ? t("previewHide") : t("previewShow"), onClick: () => setPreview(!preview) },
              ...(saved || dirty ? [{ key: "discard", danger: true, label: <span data-testid="discard-draft">{t("discardDraft")}</span>, onClick: discard }] : []),
              ...(article && article.revision > 0 ? [{ key: "delete", danger: true, label: <span data-testid="delete-article">{t("withdrawArticle")}</span>, onClick: remove }] : []),
            ] }}><Button icon={<EllipsisOutlined />} data-testid="more-acts" aria-label={t("edit")} /></Dropdown>
          </>}
        </div>
      </header>
      <div className="notices">
        {wrong ? <Alert type="error" showIcon closable={{ onClose: () => setWrong("") }} title={wrong} role="alert" data-testid="article-error" /> : null}
        {kept.problem ? <Alert type="error" showIcon title={kept.problem} data-testid="draft-error" action={<Button size="small" onClick={() => void kept.save()}>{t("retry")}</Button>} /> : null}
        {saved?.state === "rejected" ? <Alert type="warning" showIcon title={t("rejectedBy", { name: saved.reviewer ?? t("somebody"), answer: saved.answer })} data-testid="was-rejected" /> : null}
        {saved?.state === "review" ? <Alert type="info" showIcon title={t("inReview")} /> : null}
        {kept.behind ? <Alert type="warning" showIcon title={t("behindTitle")} description={t("behindText")} data-testid="behind" action={<Button size="small" type="primary" data-testid="merge" onClick={() => void kept.merge()}>{t("mergeNow")}</Button>} /> : null}
        {saved?.gap ? <Alert type="info" title={t("gapFrom")} /> : null}
        {others.map((v) => <Alert key={v.number} type="info" title={t("alsoDraft", { name: v.edited_by ?? v.author ?? t("somebody"), state: t(`version.${v.state}`), time: time(v.updated_at) })} action={<Link to={`/knowledge/${encodeURIComponent(slug)}?version=${v.number}`}>{t("openIt")}</Link>} />)}
      </div>
      <div className="filters article-fields">
        {creating ? <label className="field"><span>{t("slug")}</span><Input value={slug} placeholder="seven-day-returns" data-testid="slug" onChange={(e) => setSlug(e.target.value)} onFocus={() => { if (slug === "") setSlug(slugOf(form.en.title)); }} /><small>{t("slugHint")}</small></label> : null}
        <label className="field"><span>{t("category")}</span>
          <Select value={form.category || undefined} placeholder={t("categoryNeeded")} showSearch={{ optionFilterProp: "label", onSearch: setTyped }} data-testid="category" onChange={(category: string) => { setTyped(""); setForm({ ...form, category }); }}
            options={options} />
        </label>
        <div className="field days" title={t("validityHint")}><span>{t("validity")}</span><div><Input type="date" aria-label={t("from")} value={form.from} max={form.until || undefined} data-testid="valid-from" onChange={(e) => setForm({ ...form, from: e.target.value })} /><i>–</i><Input type="date" aria-label={t("until")} value={form.until} min={form.from || undefined} data-testid="valid-until" onChange={(e) => setForm({ ...form, until: e.target.value })} /></div></div>
        {creating ? null : <label className="field grow"><span>{t("note")}</span><Input value={kept.note} maxLength={1000} placeholder={t("noteHint")} data-testid="note" onChange={(e) => kept.setNote(e.target.value)} /></label>}
      </div>
      <Segmented<Language> className="which-side" block value={shown} onChange={setShown} options={LANGUAGES.map((l) => ({ value: l, label: <span data-testid={`show-${l}`}>{t(l)}{marks.includes(l) ? ` · ${t("state.out_of_date")}` : ""}</span> }))} />
      <div className="sides">{LANGUAGES.map((l) => (
        <Side key={l} language={l} value={form[l]} preview={preview} shown={shown === l} outOfDate={marks.includes(l) && !form.stillRight.includes(l)} stillRight={form.stillRight.includes(l)}
          onStillRight={() => setForm({ ...form, stillRight: [...form.stillRight, l] })} onChange={(value) => setForm({ ...form, [l]: value })} />
      ))}</div>
      {article ? <History slug={slug} open={history} onClose={() => setHistory(false)} onRestore={restore} /> : null}
      {kept.merging ? <Merge view={kept.merging} mine={toContent(form)} onCancel={kept.stopMerging} onMerged={async (content) => { if (await kept.merged(content)) void message.success(t("merged")); }} /> : null}
    </div>
  );
}


