// What waits for a second pair of eyes.
import { Alert, App, Button, Drawer, Empty, Input, Skeleton, Tag } from "antd";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { staff } from "../../api/staff";
import type { ArticleList, VersionHead } from "../../api/types";
import { named } from "../../i18n";
import { categories } from "../../i18n/shop";
import { shortTime } from "../../text/format";
import { useAct } from "./act";
import { Fields } from "./Diff";
import { titleOf } from "./parts";
import { useWords } from "./words";

export function Review({ list, failed, retry }: { list: ArticleList | undefined; failed: boolean; retry: () => void }) {
  const { t, language } = useWords();
  const { modal } = App.useApp();
  const act = useAct();
  const [seen, setSeen] = useState<VersionHead>();
  if (failed) return <Alert type="error" showIcon title={t("cannotLoad")} action={<Button size="small" onClick={retry}>{t("retry")}</Button>} />;
  if (list === undefined) return <Skeleton active />;
  const waiting = list.articles.flatMap((a) => a.open).filter((v) => v.state === "review").sort((a, b) => a.updated_at - b.updated_at);
  const publish = (v: VersionHead) => void modal.confirm({
    title: t("publishTitle"), content: t("publishText"), okText: t("publish"), cancelText: t("cancel"), okButtonProps: { "data-testid": "publish-ok" },
    onOk: async () => { if (await act(() => staff.step(v.slug, v.number, { step: "publish", revision: v.revision }), t("publishedDone"))) setSeen(undefined); },
  });
  const acts = (v: VersionHead) => (
    <div className="acts">
      <Link to={`/knowledge/${encodeURIComponent(v.slug)}?version=${v.number}`}><Button size="small">{t("edit")}</Button></Link>
      <Link to={replayPath([v])}><Button size="small" data-testid="review-replay">{t("replay")}</Button></Link>
      <Reject version={v} onDone={() => setSeen(undefined)} />
      <Button size="small" type="primary" disabled={v.behind} data-testid="review-publish" onClick={() => publish(v)}>{t("publish")}</Button>
    </div>
  );
  return (
    <div data-testid="review">
      {waiting.length > 1 ? <p className="review-all"><Link to={replayPath(waiting)}><Button size="small" data-testid="replay-all">{t("replayAll")}</Button></Link></p> : null}
      {waiting.length === 0 ? <Empty className="pad" description={t("reviewEmpty")} /> : waiting.map((v) => (
        <article key={`${v.slug}/${v.number}`} className="review-card" data-testid="review-item">
          <div className="what">
            <h3><Link to={`/knowledge/${encodeURIComponent(v.slug)}?version=${v.number}`}>{titleOf(v.titles, language, t)}</Link>
              {v.based_on === 0 ? <Tag className="small" color="cyan">{t("newOne")}</Tag> : null}
              {v.mine ? <Tag className="small">{t("ownOne")}</Tag> : null}
              {v.behind ? <Tag className="small" color="orange">{t("mustMerge")}</Tag> : null}</h3>
            <p className="soft">{named(categories, language, "category", v.category)} · {t("madeBy", { name: v.edited_by ?? v.author ?? t("somebody"), time: shortTime(v.updated_at, language, Date.now()) })}</p>
            {v.note ? <blockquote>{v.note}</blockquote> : null}
            <button type="button" className="linkish" data-testid="see-changes" onClick={() => setSeen(v)}>{t("seeChanges")}</button>
          </div>
          {acts(v)}
        </article>
      ))}
      <Drawer open={seen !== undefined} onClose={() => setSeen(undefined)} size={720} title={seen ? titleOf(seen.titles, language, t) : ""} footer={seen ? acts(seen) : null}>
        {seen ? <Changes version={seen} /> : null}
      </Drawer>
    </div>
  );
}

/** One draft of each article. */
function replayPath(versions: readonly VersionHead[]): string {
  const drafts = new Map(versions.map((v) => [v.slug, v.number]));
  return `/knowledge/-/replay?${[...drafts].map(([slug, number]) => `draft=${encodeURIComponent(`${slug}:${number}`)}`).join("&")}`;
}

function Changes({ version }: { version: VersionHead }) {
  const { t } = useWords();
  const diff = useQuery({ queryKey: ["diff", version.slug, version.based_on, version.number, version.revision], queryFn: () => staff.diff(version.slug, version.based_on, version.number) });
  if (diff.isError) return <Alert type="error" showIcon title={t("cannotLoad")} />;
  return diff.data ? <>{version.note ? <blockquote className="note">{version.note}</blockquote> : null}<Fields fields={diff.data.fields} /></> : <Skeleton active />;
}

export function Reject({ version, onDone, size = "small" }: { version: VersionHead; onDone?: () => void; size?: "small" | "middle" }) {
  const { t } = useWords();
  const { modal } = App.useApp();
  const act = useAct();
  const ask = () => {
    let said = "";
    const open = modal.confirm({
      title: t("rejectTitle"), icon: null, okText: t("reject"), cancelText: t("cancel"), okButtonProps: { danger: true, disabled: true, "data-testid": "reject-ok" },
      content: <Input.TextArea autoFocus rows={3} maxLength={1000} placeholder={t("rejectReason")} data-testid="reject-reason" onChange={(e) => {
        said = e.target.value.trim();
        open.update({ okButtonProps: { danger: true, disabled: said === "", "data-testid": "reject-ok" } });
      }} />,
      onOk: async () => { if (await act(() => staff.step(version.slug, version.number, { step: "reject", revision: version.revision, note: said }), t("rejected"))) onDone?.(); },
    });
  };
  return <Button size={size} data-testid="reject" onClick={ask}>{t("reject")}</Button>;
}
