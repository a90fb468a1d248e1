// Small things that several of the pages show.
import { Tag } from "antd";
import type { ArticleRow, Language, Piece, VersionHead } from "../../api/types";
import { shortTime } from "../../text/format";
import { LANGUAGES } from "./form";
import { useWords, type Words } from "./words";

const COLOUR: Record<string, string> = { draft: "blue", review: "gold", rejected: "red", published: "green", archived: "default" };

export function StateTag({ state }: { state: VersionHead["state"] }) {
  const { t } = useWords();
  return <Tag className="small" color={COLOUR[state] ?? "default"} data-testid={`state-${state}`}>{t(`version.${state}`)}</Tag>;
}

/** What an article's row in the list says about it. */
export function Marks({ row }: { row: ArticleRow }) {
  const { t, language } = useWords();
  const is = (state: ArticleRow["states"][number]) => row.states.includes(state);
  const open = [...new Set(row.open.map((v) => v.state))];
  return (
    <div className="tags">
      {is("deleted") ? <Tag className="small">{t("state.deleted")}</Tag> : is("unpublished") ? null : is("scheduled") ? <Tag className="small" color="purple">{t("state.scheduled")} · {t("validFrom", { day: row.valid_from ?? "" })}</Tag>
        : is("expired") ? <Tag className="small" color="volcano">{t("state.expired")} · {t("validUntil", { day: row.valid_until ?? "" })}</Tag>
        : <Tag className="small" color="green">{t("state.published")}{row.valid_until ? ` · ${t("validUntil", { day: row.valid_until })}` : ""}</Tag>}
      {open.map((state) => <StateTag key={state} state={state} />)}
      {row.out_of_date.map((l) => <Tag key={l} className="small" color="orange">{t("outOfDate", { language: t(l) })}</Tag>)}
      {is("deleted") ? null : LANGUAGES.filter((l) => !row.languages.includes(l)).map((l) => <Tag key={l} className="small" variant="outlined">{t("missing", { language: t(l) })}</Tag>)}
      {row.open.length > 0 ? <span className="soft inline">{row.open[0]?.edited_by ?? ""} {shortTime(row.open[0]?.updated_at ?? 0, language, Date.now())}</span> : null}
    </div>
  );
}

export function titleOf(titles: { [l in Language]?: string }, language: Language, t: Words): string {
  return titles[language] || titles[language === "zh" ? "en" : "zh"] || t("untitled");
}

/** A text of which the pieces say what was taken away and added. */
export function side(pieces: readonly Piece[], without: Piece["op"]): string {
  return pieces.filter((p) => p.op !== without).map((p) => p.text).join("");
}
