// What differs, word by word; long stretches that are the same are folded.
import { Empty } from "antd";
import type { FieldDiff, Piece } from "../../api/types";
import { useWords, type Words } from "./words";

/** Characters of unchanged text that are shown beside a change. */
const AROUND = 90;

export function fieldName(field: string, t: Words): string {
  const [language, part] = field.split(".");
  if (part === undefined) return t(field === "category" ? "field.category" : field === "valid_from" ? "field.valid_from" : "field.valid_until");
  const name = t(part === "title" ? "field.title" : part === "body" ? "field.body" : "field.questions");
  return `${t(language === "zh" ? "zh" : "en")} · ${name}`;
}

function folded(text: string, first: boolean, last: boolean): string {
  const characters = [...text];
  if (characters.length <= AROUND * 2 + 20) return text;
  const head = first ? "" : characters.slice(0, AROUND).join("");
  const tail = last ? "" : characters.slice(-AROUND).join("");
  return `${head} … ${tail}`;
}

export function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  return (
    <div className="diff">
      {pieces.map((p, i) => {
        if (p.op === "added") return <ins key={i}>{p.text}</ins>;
        if (p.op === "removed") return <del key={i}>{p.text}</del>;
        return <span key={i}>{folded(p.text, i === 0, i === pieces.length - 1)}</span>;
      })}
    </div>
  );
}

export function Fields({ fields }: { fields: readonly FieldDiff[] }) {
  const { t } = useWords();
  if (fields.length === 0) return <Empty className="pad" description={t("noDifference")} />;
  return <div className="diff-fields" data-testid="diff">{fields.map((f) => <section key={f.field}><h4>{fieldName(f.field, t)}</h4><Pieces pieces={f.pieces} /></section>)}</div>;
}
