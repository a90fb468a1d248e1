// Articles from files or a website: a preview with a report, then those that are chosen as drafts.
import { InboxOutlined } from "@ant-design/icons";
import { Alert, App, Button, Checkbox, Drawer, Input, Spin, Table, Tabs, Tag, Upload } from "antd";
import { useState } from "react";
import { staff } from "../../api/staff";
import type { ArticlePreview, FoundArticle } from "../../api/types";
import { translator, type Translate } from "../../i18n";
import { importWords } from "../../i18n/articleImport";
import { useDesk } from "../context";
import { problem } from "../problem";
import { encoded } from "../upload";
import { useAct } from "../training/act";

const MOST = 32 * 1024 * 1024;
const COLOURS: Record<string, string> = { new: "green", changed: "blue", same: "default", draft: "orange" };

export function Import({ onClose }: { onClose: () => void }) {
  const { t: desk, language } = useDesk();
  const t = translator(importWords, language);
  const { notification } = App.useApp();
  const act = useAct();
  const [preview, setPreview] = useState<ArticlePreview>();
  const [chosen, setChosen] = useState<string[]>([]);
  const [over, setOver] = useState(false);
  const [url, setUrl] = useState("");
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);

  const look = async (ask: () => Promise<ArticlePreview>) => {
    setError(undefined);
    setBusy(true);
    try {
      const seen = await ask();
      setPreview(seen);
      setChosen(seen.articles.filter((a) => a.state === "new" || a.state === "changed").map((a) => a.slug));
    } catch (failure) {
      setError(problem(failure, desk));
    } finally {
      setBusy(false);
    }
  };
  const files = (all: readonly File[]) => {
    const size = all.reduce((n, f) => n + f.size, 0);
    if (size > MOST) { setError(t("tooLarge", { mb: (size / 1024 / 1024).toFixed(1) })); return; }
    void look(async () => staff.previewArticles({ files: await Promise.all(all.map(encoded)) }));
  };
  const take = async () => {
    const articles = preview?.articles.filter((a) => chosen.includes(a.slug)) ?? [];
    setBusy(true);
    const fine = await act(async () => {
      const { taken, left_out } = await staff.takeArticles({ articles, over_drafts: over });
      if (left_out.length > 0) {
        notification.warning({ duration: 0, title: `${t("taken", { n: taken.length })} · ${t("leftOut", { n: left_out.length })}`, description: <ul className="left-out">{left_out.slice(0, 20).map((l) => <li key={l.slug}><code>{l.slug}</code> {l.reason}</li>)}</ul> });
      } else {
        notification.success({ title: t("taken", { n: taken.length }) });
      }
    });
    setBusy(false);
    if (fine) onClose();
  };

  const drafts = preview?.articles.some((a) => a.state === "draft" && chosen.includes(a.slug)) ?? false;
  return (
    <Drawer open title={t("importTitle")} size={860} onClose={onClose} data-testid="article-import"
      footer={preview ? (
        <div className="acts">
          {drafts ? <Checkbox checked={over} onChange={(e) => setOver(e.target.checked)} data-testid="over-drafts">{t("overDrafts")}</Checkbox> : null}
          <Button onClick={() => { setPreview(undefined); setError(undefined); }}>{t("otherFiles")}</Button>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" loading={busy} disabled={chosen.length === 0} data-testid="take-articles" onClick={() => void take()}>{t("take", { n: chosen.length })}</Button>
        </div>
      ) : null}>
      {preview ? <Found t={t} preview={preview} chosen={chosen} choose={setChosen} /> : (
        <>
          <p className="quiet">{t("importText")}</p>
          <Spin spinning={busy} description={t("reading")}>
            <Tabs items={[
              { key: "files", label: t("fromFiles"), children: (
                <Upload.Dragger multiple showUploadList={false} accept=".zip,.md,.markdown,.mdx,.csv,.tsv,.xlsx,.xls,.ods,.html,.htm,.json,.jsonl,.docx,.pdf,.txt" beforeUpload={(file, all) => { if (file === all[0]) files(all); return Upload.LIST_IGNORE; }} data-testid="article-files">
                  <p className="ant-upload-drag-icon"><InboxOutlined /></p><p>{t("chooseFiles")}</p><p className="soft">{t("chooseHint")}</p>
                </Upload.Dragger>
              ) },
              { key: "site", label: <span data-testid="from-site">{t("fromSite")}</span>, children: (
                <>
                  <Input.Search value={url} onChange={(e) => setUrl(e.target.value)} placeholder="https://" enterButton={t("read")} data-testid="site-url" onSearch={() => { if (url.trim() !== "") void look(() => staff.previewArticles({ url })); }} />
                  <p className="soft">{t("siteHint")}</p>
                </>
              ) },
            ]} />
          </Spin>
          {error === undefined ? null : <Alert className="gap" type="error" showIcon data-testid="article-import-error" title={error} />}
        </>
      )}
    </Drawer>
  );
}

type Say = Translate<typeof importWords>;

function Found({ t, preview, chosen, choose }: { t: Say; preview: ArticlePreview; chosen: string[]; choose: (slugs: string[]) => void }) {
  const left = preview.files.filter((f) => f.reason !== undefined);
  const title = (a: FoundArticle) => Object.values(a.versions).map((v) => v.title).join(" · ");
  const state = (name: string) => t(`state.${name}` as "state.new");
  return (
    <div className="import-report" data-testid="article-import-report">
      <p className="quiet">{preview.articles.length === 0 ? t("nothing") : t("found", { n: preview.articles.length })}</p>
      {preview.articles.length === 0 ? null : (
        <Table<FoundArticle> size="small" rowKey="slug" dataSource={preview.articles} pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false, size: "small" }}
          rowSelection={{ selectedRowKeys: chosen, preserveSelectedRowKeys: true, onChange: (keys) => choose(keys.map(String)) }}
          expandable={{ expandedRowRender: (a) => (
            <div className="found-text">
              {Object.entries(a.versions).map(([language, v]) => (
                <section key={language} lang={language}>
                  <b>{v.title}</b>
                  {(v.questions ?? []).length > 0 ? <p className="soft">{t("questions", { n: (v.questions ?? []).length })}</p> : null}
                  <pre>{v.body.length > 1200 ? `${v.body.slice(0, 1200)}…` : v.body}</pre>
                </section>
              ))}
              <p className="soft">{t("source", { source: a.sources.join(", ") })}</p>
            </div>
          ) }}
          columns={[
            { title: t("colTitle"), render: (_, a) => <span className="twolines"><span>{title(a)}</span><code>{a.slug}</code></span> },
            { title: t("colCategory"), width: 130, render: (_, a) => a.category },
            { title: t("colState"), width: 130, render: (_, a) => <Tag className="small" color={COLOURS[a.state] ?? "default"}>{state(a.state)}</Tag>, filters: ["new", "changed", "same", "draft"].map((s) => ({ text: state(s), value: s })), onFilter: (value, a) => a.state === value },
          ]} />
      )}
      {preview.notes.length > 0 ? <details open data-testid="article-import-notes"><summary>{t("notes", { n: preview.notes.length + preview.more_notes })}</summary><ul>{preview.notes.map((n, i) => <li key={i}>{n.file ? <code>{n.file}{n.line > 0 ? ` · ${t("line", { n: n.line })}` : ""}</code> : null} {n.text}</li>)}</ul>{preview.more_notes > 0 ? <p className="soft">{t("moreNotes", { n: preview.more_notes })}</p> : null}</details> : null}
      {left.length > 0 ? <details open><summary>{t("filesLeft", { n: left.length })}</summary><ul>{left.slice(0, 200).map((f, i) => <li key={i}><code>{f.name}</code> {f.reason}</li>)}</ul></details> : null}
    </div>
  );
}
