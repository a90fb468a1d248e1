// One article in both languages, side by side, with what customers ask and a preview.
import { ArrowLeftOutlined, ExportOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Empty, Input, Modal, Popconfirm, Segmented, Select, Skeleton } from "antd";
import { useEffect, useMemo, useState } from "react";
import { Link, useNavigate, useParams, useSearchParams } from "react-router";
import { ApiError } from "../../api/http";
import { staff, type Draft } from "../../api/staff";
import type { Article, ArticleText, Language } from "../../api/types";
import { named } from "../../i18n";
import { categories } from "../../i18n/shop";
import { useDesk } from "../context";
import { problem } from "../problem";
import { preview } from "./markdown";

interface Side { title: string; body: string; questions: string }
interface Form { slug: string; category: string; zh: Side; en: Side; revision?: number }

const LANGUAGES: Language[] = ["zh", "en"];
const SLUG = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const EMPTY: Side = { title: "", body: "", questions: "" };

function side(text: ArticleText | undefined): Side {
  return text ? { title: text.title, body: text.body, questions: (text.questions ?? []).join("\n") } : EMPTY;
}
function toForm(a: Article): Form {
  return { slug: a.slug, category: a.category, zh: side(a.versions.zh), en: side(a.versions.en), revision: a.revision };
}
function written(s: Side): boolean {
  return s.title.trim() !== "" || s.body.trim() !== "" || s.questions.trim() !== "";
}
function toArticle(f: Form): Draft {
  const versions: Draft["versions"] = {};
  for (const l of LANGUAGES) {
    if (written(f[l])) versions[l] = { title: f[l].title.trim(), body: f[l].body, questions: f[l].questions.split("\n").map((q) => q.trim()).filter((q) => q !== "") };
  }
  return { slug: f.slug.trim(), category: f.category.trim(), versions, ...(f.revision === undefined ? {} : { revision: f.revision }) };
}

export default function Editor() {
  const { t, language } = useDesk();
  const { slug = "" } = useParams();
  const [search] = useSearchParams();
  const creating = slug === "new" && search.has("create");
  const navigate = useNavigate();
  const client = useQueryClient();
  const { message } = App.useApp();
  const loaded = useQuery({ queryKey: ["article", slug], queryFn: () => staff.article(slug), enabled: !creating, staleTime: 0, refetchOnWindowFocus: false });
  const known = useQuery({ queryKey: ["articles", "", undefined], queryFn: () => staff.articles({}) });
  const choices = [...new Set([...Object.keys(categories).map((k) => k.slice("category.".length)), ...(known.data?.categories ?? [])])];
  const [form, setForm] = useState<Form>({ slug: "", category: "", zh: EMPTY, en: EMPTY });
  const [clean, setClean] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const [stale, setStale] = useState(false);
  const dirty = clean !== "" ? JSON.stringify(form) !== clean : creating && (written(form.zh) || written(form.en));

  useEffect(() => {
    if (!loaded.data) return;
    const next = toForm(loaded.data);
    setForm(next);
    setClean(JSON.stringify(next));
  }, [loaded.data]);
  useEffect(() => {
    if (!dirty) return;
    const ask = (e: BeforeUnloadEvent) => e.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);

  const check = (): string => {
    if (creating && !SLUG.test(form.slug.trim())) return t("slugBad");
    if (form.category.trim() === "") return t("categoryNeeded");
    if (!written(form.zh) && !written(form.en)) return t("needOne");
    for (const l of LANGUAGES) if (written(form[l]) && (form[l].title.trim() === "" || form[l].body.trim() === "")) return t("needBoth", { language: t(l) });
    return "";
  };
  const save = async (over?: number) => {
    const bad = check();
    setWrong(bad);
    if (bad) return;
    setBusy(true);
    try {
      const article = toArticle(over === undefined ? form : { ...form, revision: over });
      const saved = creating ? await staff.createArticle(article) : await staff.saveArticle(article);
      void message.success(t("saved"));
      setStale(false);
      void client.invalidateQueries({ queryKey: ["articles"] });
      client.setQueryData(["article", saved.slug], saved);
      setClean(JSON.stringify(form));
      if (creating) void navigate(`/knowledge/${encodeURIComponent(saved.slug)}`, { replace: true });
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) { if (creating) setWrong(t("exists")); else setStale(true); }
      else setWrong(problem(error, t));
    } finally {
      setBusy(false);
    }
  };
  const remove = async () => {
    try {
      await staff.deleteArticle(slug);
      void message.success(t("deleted"));
      void client.invalidateQueries({ queryKey: ["articles"] });
      void navigate("/knowledge");
    } catch (error) {
      void message.error(problem(error, t));
    }
  };

  if (!creating && loaded.isPending) return <div className="page"><Skeleton active /></div>;
  if (!creating && loaded.isError) return <div className="centre"><Empty description={t("cannotLoad")}><Link to="/knowledge">{t("backToArticles")}</Link></Empty></div>;
  return (
    <div className="page wide">
      <header className="pagehead">
        <div className="back"><Link to="/knowledge" aria-label={t("backToArticles")}><ArrowLeftOutlined /></Link><div><h1>{creating ? t("newArticle") : form[language].title || form.zh.title || form.en.title || t("untitled")}</h1><p>{creating ? t("articlesText") : <code>{slug}</code>}{dirty ? <em className="dirty"> · {t("unsaved")}</em> : null}</p></div></div>
        <div className="acts">
          {creating ? null : <Button icon={<ExportOutlined />} href={`/help/${encodeURIComponent(slug)}?lang=${language}`} target="_blank">{t("openPublic")}</Button>}
          {creating ? null : <Popconfirm title={t("deleteArticle")} okText={t("delete")} cancelText={t("cancel")} okButtonProps={{ danger: true, "data-testid": "delete-ok" }} onConfirm={() => void remove()}><Button danger data-testid="delete-article">{t("delete")}</Button></Popconfirm>}
          <Button type="primary" loading={busy} disabled={!dirty} data-testid="save-article" onClick={() => void save()}>{t("save")}</Button>
        </div>
      </header>
      {wrong ? <Alert type="error" showIcon closable={{ onClose: () => setWrong("") }} title={wrong} role="alert" data-testid="article-error" style={{ marginBottom: 16 }} /> : null}
      <div className="filters">
        {creating ? <label className="field"><span>{t("slug")}</span><Input value={form.slug} placeholder="seven-day-returns" data-testid="slug" onChange={(e) => setForm({ ...form, slug: e.target.value })} /><small>{t("slugHint")}</small></label> : null}
        <label className="field"><span>{t("category")}</span>
          <Select value={form.category || undefined} placeholder={t("categoryNeeded")} showSearch={{ optionFilterProp: "label" }} data-testid="category" onChange={(category: string) => setForm({ ...form, category })}
            options={choices.map((c) => ({ value: c, label: named(categories, language, "category", c) }))} />
        </label>
      </div>
      <div className="sides">{LANGUAGES.map((l) => <OneSide key={l} language={l} value={form[l]} onChange={(value) => setForm({ ...form, [l]: value })} />)}</div>
      <Modal open={stale} title={t("stale")} onCancel={() => setStale(false)} footer={[
        <Button key="load" data-testid="load-latest" onClick={() => { setStale(false); setClean(""); void loaded.refetch().then((r) => { if (r.data) { const next = toForm(r.data); setForm(next); setClean(JSON.stringify(next)); } }); }}>{t("loadLatest")}</Button>,
        <Button key="over" danger type="primary" data-testid="overwrite" onClick={() => void staff.article(slug).then((latest) => save(latest.revision), (error: unknown) => setWrong(problem(error, t)))}>{t("overwrite")}</Button>,
      ]}>{t("staleText")}</Modal>
    </div>
  );
}

function OneSide({ language, value, onChange }: { language: Language; value: Side; onChange: (value: Side) => void }) {
  const { t } = useDesk();
  const [view, setView] = useState<"write" | "preview">("write");
  const html = useMemo(() => (view === "preview" ? preview(value.body) : ""), [value.body, view]);
  return (
    <section className="oneside" data-testid={`side-${language}`} lang={language === "zh" ? "zh-CN" : "en"}>
      <h2>{t(language)}</h2>
      <label className="field"><span>{t("title")}</span><Input value={value.title} maxLength={200} data-testid={`title-${language}`} onChange={(e) => onChange({ ...value, title: e.target.value })} /></label>
      <div className="field"><span className="split">{t("body")}<Segmented size="small" value={view} onChange={setView} options={[{ value: "write", label: t("write") }, { value: "preview", label: <span data-testid={`preview-${language}`}>{t("preview")}</span> }]} /></span>
        {view === "write" ? <Input.TextArea className="mono" value={value.body} autoSize={{ minRows: 14, maxRows: 30 }} aria-label={t("body")} data-testid={`body-${language}`} onChange={(e) => onChange({ ...value, body: e.target.value })} />
          : html === "" ? <div className="rendered quiet">{t("emptyPreview")}</div> : <div className="rendered" data-testid={`rendered-${language}`} dangerouslySetInnerHTML={{ __html: html }} />}
      </div>
      <label className="field"><span>{t("questions")}</span><Input.TextArea value={value.questions} autoSize={{ minRows: 4, maxRows: 12 }} data-testid={`questions-${language}`} onChange={(e) => onChange({ ...value, questions: e.target.value })} /></label>
    </section>
  );
}
