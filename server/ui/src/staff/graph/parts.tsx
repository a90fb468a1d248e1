// Small pieces that several parts of the page show.
import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import { useState } from "react";
import { staff } from "../../api/staff";
import { COLOURS } from "./shapes";
import { useWords } from "./words";

export function KindTag({ kind }: { kind: string }) {
  const { kind: name } = useWords();
  return <span className="kind-tag" style={{ "--kind": COLOURS[kind] ?? "#64748b" } as React.CSSProperties}>{name(kind)}</span>;
}

/** Finds a node by typing a part of its name. */
export function NodeSelect({ kinds, value, onChange, placeholder, testId }: { kinds?: readonly string[]; value?: string; onChange: (id: string) => void; placeholder?: string; testId?: string }) {
  const { kind: kindName, label } = useWords();
  const [words, setWords] = useState("");
  const one = kinds?.length === 1 ? kinds[0] : undefined;
  const found = useQuery({ queryKey: ["graph", "select", words, one ?? ""], queryFn: () => staff.graphNodes({ q: words, kind: one, limit: 50 }), placeholderData: (before) => before });
  const rows = (found.data?.nodes ?? []).filter((row) => kinds === undefined || kinds.includes(row.kind));
  return (
    <Select showSearch={{ filterOption: false, onSearch: setWords }} value={value} placeholder={placeholder} loading={found.isFetching} onChange={onChange} data-testid={testId} popupMatchSelectWidth={320}
      options={rows.map((row) => ({ value: row.id, label: one === undefined ? `${label(row)} · ${kindName(row.kind)}` : label(row) }))} />
  );
}
