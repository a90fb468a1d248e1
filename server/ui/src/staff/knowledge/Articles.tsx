// All articles, found by words and category.
import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Input, Select, Table, Tag } from "antd";
import { useEffect, useState } from "react";
import { Link, useNavigate } from "react-router";
import { staff } from "../../api/staff";
import type { ArticleRow } from "../../api/types";
import { named } from "../../i18n";
import { categories } from "../../i18n/shop";
import { shortTime } from "../../text/format";
import { useDesk } from "../context";

export default function Articles() {
  const { t, language } = useDesk();
  const navigate = useNavigate();
  const [words, setWords] = useState("");
  const [q, setQ] = useState("");
  const [category, setCategory] = useState<string>();
  useEffect(() => {
    const timer = setTimeout(() => setQ(words.trim()), 220);
    return () => clearTimeout(timer);
  }, [words]);
  const list = useQuery({ queryKey: ["articles", q, category], queryFn: () => staff.articles({ q, category }), placeholderData: (old) => old });
  const now = Date.now();
  return (
    <div className="page">
      <header className="pagehead"><div><h1>{t("articles")}</h1><p>{t("articlesText")}</p></div><Button type="primary" icon={<PlusOutlined />} data-testid="new-article" onClick={() => void navigate("/knowledge/new?create")}>{t("newArticle")}</Button></header>
      <div className="filters">
        <Input.Search allowClear placeholder={t("searchArticles")} value={words} onChange={(e) => setWords(e.target.value)} data-testid="article-search" aria-label={t("searchArticles")} />
        <Select value={category ?? ""} onChange={(c) => setCategory(c || undefined)} data-testid="article-category" aria-label={t("category")} options={[{ value: "", label: t("anyCategory") }, ...(list.data?.categories ?? []).map((c) => ({ value: c, label: named(categories, language, "category", c) }))]} />
      </div>
      {list.isError ? <Alert type="error" showIcon title={t("cannotLoad")} action={<Button size="small" onClick={() => void list.refetch()}>{t("retry")}</Button>} /> : null}
      <Table<ArticleRow> rowKey="slug" size="middle" loading={list.isPending} dataSource={list.data?.articles ?? []} scroll={{ x: 620 }}
        pagination={{ pageSize: 20, hideOnSinglePage: true, showSizeChanger: false, showTotal: (n) => t("total", { n }) }}
        onRow={(row) => ({ onClick: () => void navigate(`/knowledge/${encodeURIComponent(row.slug)}`), className: "clickable" })}
        columns={[
          { title: t("colTitle"), render: (_, row) => <div className="twolines"><Link to={`/knowledge/${encodeURIComponent(row.slug)}`} onClick={(e) => e.stopPropagation()}>{row.titles[language] || row.titles[language === "zh" ? "en" : "zh"] || t("untitled")}</Link><code>{row.slug}</code></div> },
          { title: t("colCategory"), width: 130, render: (_, row) => named(categories, language, "category", row.category) },
          { title: t("colLanguages"), width: 130, render: (_, row) => row.languages.map((l) => <Tag key={l} className="small">{t(l)}</Tag>) },
          { title: t("colUpdated"), width: 140, render: (_, row) => <span className="soft">{shortTime(row.updated_at, language, now)}</span> },
        ]} />
    </div>
  );
}
