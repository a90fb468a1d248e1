// What was changed, by whom; the last change can be taken back.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Drawer, Skeleton } from "antd";
import { staff } from "../../api/staff";
import { shortTime } from "../../text/format";
import { useDesk } from "../context";
import { problem } from "../problem";
import { useWords } from "./words";

const ACTIONS = ["save_node", "delete_node", "save_edge", "delete_edge", "import"] as const;

export function History({ onClose, onChanged, onGo }: { onClose: () => void; onChanged: () => void; onGo: (id: string) => void }) {
  const { t, language } = useDesk();
  const { w } = useWords();
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const history = useQuery({ queryKey: ["graph", "history"], queryFn: staff.graphHistory });
  const changes = history.data?.changes ?? [];
  const undo = (version: number) => void modal.confirm({
    title: w("undoTitle"), okText: w("undo"), cancelText: t("cancel"), okButtonProps: { "data-testid": "undo-ok" },
    onOk: async () => {
      try { client.setQueryData(["graph", "history"], await staff.undoGraph(version)); onChanged(); void message.success(w("undone")); }
      catch (error) { void message.error({ content: problem(error, t), duration: 6 }); void history.refetch(); }
    },
  });
  const action = (name: string, subject: string) => {
    const known = ACTIONS.find((a) => a === name);
    return known ? w(`action.${known}`) : w("action.undo", { n: subject });
  };
  return (
    <Drawer open title={w("graphHistory")} size={520} onClose={onClose} data-testid="history-drawer">
      {history.isError ? <Alert type="error" showIcon title={t("cannotLoad")} /> : history.isPending ? <Skeleton active /> : changes.length === 0 ? <p className="quiet">{w("noHistory")}</p> : (
        <ul className="graph-changes">
          {changes.map((c, i) => (
            <li key={c.version} data-testid="change">
              <span className="no">{c.version}</span>
              <div><b>{action(c.action, c.subject)}</b> {c.action === "undo" ? null : c.subject.includes(":") && !c.subject.includes(" ") ? <button type="button" className="plain" onClick={() => { onClose(); onGo(c.subject); }}><code>{c.subject}</code></button> : <code>{c.subject}</code>}<p className="soft">{c.who ?? w("nobody")} · {shortTime(c.at, language, Date.now())}</p></div>
              {i === 0 ? <Button size="small" data-testid="undo" onClick={() => undo(c.version)}>{w("undo")}</Button> : null}
            </li>
          ))}
        </ul>
      )}
    </Drawer>
  );
}
