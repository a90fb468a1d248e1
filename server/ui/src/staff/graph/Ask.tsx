// A question to the graph alone: the answer, and the path that proves it.
import { QuestionCircleOutlined } from "@ant-design/icons";
import { App, Button, Input } from "antd";
import { useState } from "react";
import { staff } from "../../api/staff";
import type { GraphReply } from "../../api/types";
import { named } from "../../i18n";
import { graphWords } from "../../i18n/graph";
import { useDesk } from "../context";
import { problem } from "../problem";
import { useWords } from "./words";

export function Ask({ reply, onReply, onGo }: { reply: GraphReply | undefined; onReply: (reply: GraphReply | undefined) => void; onGo: (id: string) => void }) {
  const { t, language } = useDesk();
  const { w, edge } = useWords();
  const { message } = App.useApp();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const ask = async () => {
    if (text.trim() === "") return;
    setBusy(true);
    try { onReply(await staff.askGraph(text.trim())); } catch (error) { void message.error(problem(error, t)); } finally { setBusy(false); }
  };
  return (
    <section className="graph-ask">
      <div className="line">
        <Input prefix={<QuestionCircleOutlined />} maxLength={300} allowClear value={text} placeholder={w("askGraph")} data-testid="ask-text"
          onChange={(e) => { setText(e.target.value); if (e.target.value === "") onReply(undefined); }} onPressEnter={() => void ask()} />
        <Button type="primary" loading={busy} data-testid="ask" onClick={() => void ask()}>{w("ask")}</Button>
      </div>
      {reply === undefined ? null : reply.text ? (
        <div className="answer" data-testid="ask-answer">
          <p>{reply.verdict ? <b className={`verdict ${reply.verdict}`}>{named(graphWords, language, "verdict", reply.verdict)}</b> : null}{reply.text}</p>
          <div className="path"><span className="soft">{w("graphPath")}</span>
            {reply.steps.map((step, i) => (
              <span key={i} className="step">{step.edge ? <em>{edge(step.edge)} →</em> : i > 0 ? <em>+</em> : null}<button type="button" data-testid="path-step" onClick={() => onGo(step.node)}>{step.name}</button></span>
            ))}
          </div>
        </div>
      ) : (
        <div className="answer none" data-testid="ask-none"><p>{w("graphDoesNotKnow")} {reply.unknown.length > 0 ? <span className="soft">{w("graphUnknownWords", { words: reply.unknown.join(language === "zh" ? "、" : ", ") })}</span> : null}</p></div>
      )}
    </section>
  );
}
