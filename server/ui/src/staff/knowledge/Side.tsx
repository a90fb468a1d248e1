// One language of an article: title, text with its preview beneath, questions.
import { CheckOutlined } from "@ant-design/icons";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Button, Input, Tag, Tooltip } from "antd";
import { useEffect, useState } from "react";
import { staff } from "../../api/staff";
import type { Language } from "../../api/types";
import { safeHtml } from "../../text/safeHtml";
import { lines, type Side as Value } from "./form";
import { useWords } from "./words";

interface Props {
  language: Language; value: Value; onChange: (value: Value) => void; preview: boolean; shown: boolean;
  outOfDate: boolean; stillRight: boolean; onStillRight: () => void;
}

export function Side({ language, value, onChange, preview, shown, outOfDate, stillRight, onStillRight }: Props) {
  const { t } = useWords();
  const count = lines(value.questions).length;
  return (
    <section className={shown ? "oneside" : "oneside other"} data-testid={`side-${language}`} lang={language === "zh" ? "zh-CN" : "en"}>
      <h2>{t(language)}
        {outOfDate ? <Tooltip title={t("outOfDateHint")}><Tag className="small" color="orange" data-testid={`out-of-date-${language}`}>{t("state.out_of_date")}</Tag></Tooltip> : null}
        {outOfDate ? <Button size="small" icon={<CheckOutlined />} data-testid={`still-right-${language}`} onClick={onStillRight}>{t("stillRight")}</Button> : null}
        {stillRight && !outOfDate ? <Tag className="small" color="green">{t("stillRightOn")}</Tag> : null}</h2>
      <label className="field"><span>{t("title")}</span><Input value={value.title} maxLength={200} data-testid={`title-${language}`} onChange={(e) => onChange({ ...value, title: e.target.value })} /></label>
      <div className="field"><span>{t("body")}</span>
        <Input.TextArea className="mono" value={value.body} autoSize={{ minRows: preview ? 9 : 14, maxRows: preview ? 18 : 32 }} aria-label={t("body")} data-testid={`body-${language}`} onChange={(e) => onChange({ ...value, body: e.target.value })} /></div>
      {preview ? <Preview language={language} body={value.body} /> : null}
      <label className="field"><span className="split">{t("questions")}<em className="soft">{t("questionCount", { n: count })}</em></span><Input.TextArea value={value.questions} autoSize={{ minRows: 3, maxRows: 10 }} data-testid={`questions-${language}`} onChange={(e) => onChange({ ...value, questions: e.target.value })} /></label>
    </section>
  );
}

/** Made by the server that makes the customers' pages, so that it is what they will see. */
function Preview({ language, body }: { language: Language; body: string }) {
  const { t } = useWords();
  const [settled, setSettled] = useState(body);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(body), 200);
    return () => clearTimeout(timer);
  }, [body]);
  const html = useQuery({ queryKey: ["markdown", settled], queryFn: () => staff.markdown(settled), enabled: settled.trim() !== "", placeholderData: keepPreviousData, staleTime: Infinity, gcTime: 60_000 });
  const empty = body.trim() === "" || !html.data;
  return (
    <div className="field"><span className="split">{t("preview")}<em className="soft">{t("previewHint")}</em></span>
      {empty ? <div className="rendered quiet">{t("emptyPreview")}</div> : <div className="rendered" data-testid={`rendered-${language}`} dangerouslySetInnerHTML={{ __html: safeHtml(html.data.body_html) }} />}
    </div>
  );
}
