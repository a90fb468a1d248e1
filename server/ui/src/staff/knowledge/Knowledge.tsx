// Everything that editors do with articles; the address says which tab is shown.
import { DownloadOutlined, ImportOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Badge, Button, Dropdown, Tabs } from "antd";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { staff } from "../../api/staff";
import { translator } from "../../i18n";
import { importWords } from "../../i18n/articleImport";
import { useDesk } from "../context";
import { Articles } from "./Articles";
import { Gaps } from "./Gaps";
import { Import } from "./Import";
import { Review } from "./Review";
import { useWords } from "./words";
import "./knowledge.css";

const TABS = ["articles", "review", "gaps"] as const;
const TEXT = { articles: "articlesText", review: "reviewText", gaps: "gapsText" } as const;
type Tab = (typeof TABS)[number];

export default function Knowledge() {
  const { t } = useWords();
  const { language } = useDesk();
  const say = translator(importWords, language);
  const [importing, setImporting] = useState(false);
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const tab: Tab = TABS.find((name) => name === search.get("tab")) ?? "articles";
  const list = useQuery({ queryKey: ["articles", "", undefined, undefined], queryFn: () => staff.articles({}) });
  const reviews = list.data?.counts.review ?? 0;
  const label = (name: Tab, count: number) => <span data-testid={`tab-${name}`}>{t(`tab.${name}`)} <Badge count={count} size="small" offset={[2, -2]} /></span>;
  return (
    <div className="page wide knowledge-page">
      <header className="pagehead"><div><h1>{t("articles")}</h1><p>{t(TEXT[tab])}</p></div>
        <div className="acts">
          <Dropdown menu={{ items: [
            { key: "markdown", label: <a href="/api/v1/staff/article-export?format=markdown" download>{say("exportMarkdown")}</a> },
            { key: "jsonl", label: <a href="/api/v1/staff/article-export?format=jsonl" download>{say("exportLines")}</a> },
          ] }}><Button icon={<DownloadOutlined />} data-testid="export-articles">{say("exportArticles")}</Button></Dropdown>
          <Button icon={<ImportOutlined />} data-testid="import-articles" onClick={() => setImporting(true)}>{say("importArticles")}</Button>
          <Button type="primary" icon={<PlusOutlined />} data-testid="new-article" onClick={() => void navigate("/knowledge/new?create")}>{t("newArticle")}</Button>
        </div></header>
      <Tabs activeKey={tab} onChange={(next) => setSearch(next === "articles" ? {} : { tab: next })} items={[
        { key: "articles", label: label("articles", 0), children: <Articles /> },
        { key: "review", label: label("review", reviews), children: <Review list={list.data} failed={list.isError} retry={() => void list.refetch()} /> },
        { key: "gaps", label: label("gaps", 0), children: <Gaps /> },
      ]} />
      {importing ? <Import onClose={() => { setImporting(false); void list.refetch(); }} /> : null}
    </div>
  );
}
