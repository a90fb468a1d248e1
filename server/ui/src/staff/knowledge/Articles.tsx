// All articles, found by words, category and state.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Empty, Input, Select, Table } from "antd";
import { useEffect, useState } from "react";
import { Link, useNavigate } from "react-router";
import { staff } from "../../api/staff";
import type { ArticleRow, ArticleState } from "../../api/types";
import { named } from "../../i18n";
import { categories } from "../../i18n/shop";
import { shortTime } from "../../text/format";
import { Marks, titleOf } from "./parts";
import { useWords } from "./words";

const STATES: readonly ArticleState[] = ["published", "draft", "review", "rejected", "unpublished", "out_of_date", "scheduled", "expired", "deleted"];

export function Articles() {
  const { t, language } = useWords();
  const navigate = useNavigate();
  const [words, setWords] = useState("");
  const [q, setQ] = useState("");
  const [category, setCategory] = useState<string>();
  const [state, setState] = useState<ArticleState>();
  useEffect(() => {
    const timer = setTimeout(() => setQ(words.trim()), 220);
    return () => clearTimeout(timer);
  }, [words]);
  const list = useQuery({ queryKey: ["articles", q, category, state], queryFn: () => staff.articles({ q, category, state }), placeholderData: (old) => old });
  const counts = list.data?.counts ?? {};
  const now = Date.now();
  const path = (row: ArticleRow) => `/knowledge/${encodeURIComponent(row.slug)}`;
  return (
    <>
      <div className="filters">
        <Input.Search allowClear placeholder={t("searchArticles")} value={words} onChange={(e) => setWords(e.target.value)} data-testid="article-search" aria-label={t("searchArticles")} />
        <Select value={category ?? ""} onChange={(c) => setCategory(c || undefined)} data-testid="article-category" aria-label={t("category")} options={[{ value: "", label: t("anyCategory") }, ...(list.data?.categories ?? []).map((c) => ({ value: c, label: named(categories, language, "category", c) }))]} />
        <Select<ArticleState | ""> value={state ?? ""} onChange={(s) => setState(s || undefined)} data-testid="article-state" aria-label={t("colState")} options={[{ value: "", label: t("state.any") }, ...STATES.filter((s) => (counts[s] ?? 0) > 0 || s === state).map((s) => ({ value: s, label: `${t(`state.${s}`)} · ${counts[s] ?? 0}` }))]} />
      </div>
      {list.isError ? <Alert type="error" showIcon title={t("cannotLoad")} action={<Button size="small" onClick={() => void list.refetch()}>{t("retry")}</Button>} /> : null}
      <Table<ArticleRow> rowKey="slug" size="middle" loading={list.isPending} dataSource={list.data?.articles ?? []} scroll={{ x: 700 }}
        locale={{ emptyText: <Empty description={t("noArticles")} /> }}
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false, showTotal: (n) => t("total", { n }) }}
        onRow={(row) => ({ onClick: () => void navigate(path(row)), className: "clickable" })}
        columns={[
          { title: t("colTitle"), render: (_, row) => <div className="twolines"><Link to={path(row)} onClick={(e) => e.stopPropagation()}>{titleOf(row.titles, language, t)}</Link><code>{row.slug}</code></div> },
          { title: t("colState"), width: 330, render: (_, row) => <Marks row={row} /> },
          { title: t("colCategory"), width: 120, render: (_, row) => named(categories, language, "category", row.category) },
          { title: t("colUpdated"), width: 120, render: (_, row) => <span className="soft">{shortTime(row.updated_at, language, now)}</span> },
        ]} />
    </>
  );
}
