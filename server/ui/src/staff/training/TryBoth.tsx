// One sentence, read by the published model and by the candidate.
import { useQuery } from "@tanstack/react-query";
import { Alert, Button, Empty, Input, Skeleton, Tag } from "antd";
import { useState } from "react";
import { staff } from "../../api/staff";
import type { Parsed } from "../../api/types";
import { named } from "../../i18n";
import { staffWords } from "../../i18n/staff";
import { readable } from "../console/Side";
import { useDesk } from "../context";
import { problem } from "../problem";
import { Bar } from "../TryBot";
import { IntentName } from "./parts";
import { percent } from "./Training";

export function TryBoth({ candidate }: { candidate: string | undefined }) {
  const { t } = useDesk();
  const [text, setText] = useState("");
  const [asked, setAsked] = useState("");
  // A new candidate reads the sentence that stands there.
  const read = useQuery({ queryKey: ["try-both", asked, candidate], queryFn: () => staff.tryText(asked), enabled: asked !== "", staleTime: 0, retry: false });
  return (
    <div className="try-both">
      <p className="quiet">{t("tryBothText")}</p>
      <form className="add-line" onSubmit={(e) => { e.preventDefault(); const said = text.trim(); if (said === asked) void read.refetch(); else setAsked(said); }}>
        <Input value={text} maxLength={2000} placeholder={t("tryBothPlaceholder")} aria-label={t("tryBothPlaceholder")} data-testid="try-text" onChange={(e) => setText(e.target.value)} />
        <Button type="primary" htmlType="submit" loading={read.isFetching} disabled={text.trim() === ""} data-testid="try-both">{t("understand")}</Button>
      </form>
      {read.isError ? <Alert type="error" showIcon title={problem(read.error, t)} /> : null}
      {asked === "" ? null : read.data ? (
        <div className="two">
          <section className="panel" data-testid="try-published"><h3>{t("published")}</h3><Understood parsed={read.data.published} /></section>
          <section className="panel" data-testid="try-candidate"><h3>{t("candidate")}</h3>{read.data.candidate ? <Understood parsed={read.data.candidate} /> : <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("noCandidate")} />}</section>
        </div>
      ) : read.isError ? null : <Skeleton active />}
    </div>
  );
}

function Understood({ parsed }: { parsed: Parsed }) {
  const { t, language } = useDesk();
  const unknown = parsed.intent.name === "nlu_fallback";
  return (
    <>
      <p className="best" data-intent={parsed.intent.name}><IntentName name={parsed.intent.name} /> <code>{parsed.intent.name}</code> <b>{percent(parsed.intent.confidence)}</b></p>
      <div className="tags">{parsed.language === "zh" || parsed.language === "en" ? <Tag className="small">{t(parsed.language)}</Tag> : null}<Tag className="small">{named(staffWords, language, "mood", parsed.mood)}</Tag></div>
      <h4>{t("ranking")}</h4>
      {parsed.intent_ranking.slice(0, 6).map((r, i) => <Bar key={r.name} label={<><IntentName name={r.name} />{unknown && i === 0 ? <span className="soft inline"> {t("bestGuess")}</span> : null}</>} value={percent(r.confidence)} share={r.confidence} strong={i === 0 && !unknown} />)}
      <h4>{t("entities")}</h4>
      {parsed.entities.length === 0 ? <p className="quiet">{t("noEntities")}</p> : <dl>{parsed.entities.map((e, i) => <div key={i} className="line"><dt><code>{e.entity}</code></dt><dd>{[...parsed.text].slice(e.start, e.end).join("")} <span className="soft">{readable(e.value, language)}</span></dd></div>)}</dl>}
    </>
  );
}
