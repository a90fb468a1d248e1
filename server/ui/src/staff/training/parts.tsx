// Small things that several tabs show.
import { named } from "../../i18n";
import { intents as intentWords } from "../../i18n/intents";
import { useDesk } from "../context";
import { pieces } from "./marks";

/** An intent as people call it; its own name is the title. */
export function IntentName({ name, onGo }: { name: string; onGo?: () => void }) {
  const { t, language } = useDesk();
  const shown = name === "nlu_fallback" ? t("unknownIntent") : named(intentWords, language, "intent", name);
  return onGo ? <button type="button" className="linkish" title={name} onClick={onGo}>{shown}</button> : <span title={name} className={name === "nlu_fallback" ? "intent-unknown" : "intent-name"}>{shown}</span>;
}

/** An example with its entities marked. */
export function Marked({ text }: { text: string }) {
  return <>{pieces(text).map((p, i) => (p.entity === undefined ? p.text : <mark key={i} title={p.entity}>{p.text}<sub>{p.entity}</sub></mark>))}</>;
}
