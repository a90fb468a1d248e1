// Every version of an article, what differs between any two, who did what; any of them can come back.
import { Alert, App, Button, Drawer, Select, Skeleton, Tabs } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { staff } from "../../api/staff";
import type { LogLine, VersionHead } from "../../api/types";
import { shortTime } from "../../text/format";
import { Fields } from "./Diff";
import { StateTag } from "./parts";
import { useWords, type Words } from "./words";

interface Props { slug: string; open: boolean; onClose: () => void; onRestore: (version: VersionHead) => Promise<void> }

export function History({ slug, open, onClose, onRestore }: Props) {
  const { t } = useWords();
  const list = useQuery({ queryKey: ["versions", slug], queryFn: () => staff.versions(slug), enabled: open, staleTime: 0 });
  return (
    <Drawer open={open} onClose={onClose} size={980} title={t("history")} destroyOnHidden>
      {list.isError ? <Alert type="error" showIcon title={t("cannotLoad")} /> : !list.data ? <Skeleton active /> : (
        <Tabs items={[
          { key: "versions", label: t("historyTitle"), children: <Versions slug={slug} versions={list.data.versions} onRestore={onRestore} /> },
          { key: "log", label: t("historyLog"), children: <ul className="log" data-testid="log">{list.data.log.map((line, i) => <Line key={i} line={line} />)}</ul> },
        ]} />
      )}
    </Drawer>
  );
}

function said(v: VersionHead, t: Words, time: (at: number) => string): string {
  if (v.reviewer && v.decided_at) return t("publishedByAt", { name: v.reviewer, time: time(v.decided_at) });
  const name = v.edited_by ?? v.author;
  return name ? t("madeBy", { name, time: time(v.updated_at) }) : `${t("fromFiles")} · ${time(v.updated_at)}`;
}

function Versions({ slug, versions, onRestore }: { slug: string; versions: VersionHead[]; onRestore: Props["onRestore"] }) {
  const { t, language } = useWords();
  const { modal } = App.useApp();
  const [chosen, setChosen] = useState(versions[0]?.number ?? 0);
  const one = versions.find((v) => v.number === chosen);
  const [against, setAgainst] = useState<number>();
  const before = against ?? (one && one.based_on > 0 ? one.based_on : versions.find((v) => v.number < chosen)?.number ?? 0);
  const diff = useQuery({ queryKey: ["diff", slug, before, chosen, one?.revision], queryFn: () => staff.diff(slug, before, chosen), enabled: one !== undefined });
  const time = (at: number) => shortTime(at, language, Date.now());
  const restore = (v: VersionHead) => void modal.confirm({
    title: t("restoreTitle", { n: v.number }), content: t("restoreText"), okText: t("restore"), cancelText: t("cancel"), okButtonProps: { "data-testid": "restore-ok" }, onOk: () => onRestore(v),
  });
  return (
    <div className="history">
      <ul className="versions">
        {versions.map((v) => (
          <li key={v.number}><button type="button" className={v.number === chosen ? "on" : ""} data-testid={`version-${v.number}`} onClick={() => { setChosen(v.number); setAgainst(undefined); }}>
            <span><b>{t("versionN", { n: v.number })}</b><StateTag state={v.state} /></span>
            <em>{said(v, t, time)}</em>
            {v.author && v.reviewer && v.author !== v.reviewer ? <em>{t("madeBy", { name: v.author, time: time(v.created_at) })}</em> : null}
            {v.note ? <q>{v.note}</q> : null}
          </button></li>
        ))}
      </ul>
      <div className="compare">
        <div className="tools">
          <span>{t("versionN", { n: chosen })} {t("compareWith")}</span>
          <Select size="small" value={before} onChange={setAgainst} data-testid="against" options={[...versions.filter((v) => v.number !== chosen).map((v) => ({ value: v.number, label: t("versionN", { n: v.number }) })), { value: 0, label: t("compareNothing") }]} />
          {one && one.state === "archived" ? <Button size="small" data-testid="restore" onClick={() => restore(one)}>{t("restore")}</Button> : null}
        </div>
        {diff.isError ? <Alert type="error" showIcon title={t("cannotLoad")} /> : diff.data ? <Fields fields={diff.data.fields} /> : <Skeleton active />}
      </div>
    </div>
  );
}

function Line({ line }: { line: LogLine }) {
  const { t, language } = useWords();
  const n = line.version ?? "";
  const what = line.action === "publish_article" ? t("log.publish_article", { n }) + (line.own ? t("log.own") : "")
    : line.action === "delete_article" ? t("log.delete_article")
    : line.action === "begin_article_draft" ? t("log.begin_article_draft", { n })
    : line.action === "discard_article_draft" ? t("log.discard_article_draft", { n })
    : line.to === "review" ? t("log.to.review", { n }) : line.to === "rejected" ? t("log.to.rejected", { n }) : line.to === "draft" ? t("log.to.draft", { n }) : line.action;
  return <li><time>{shortTime(line.at, language, Date.now())}</time><b>{line.who}</b> {what}</li>;
}
