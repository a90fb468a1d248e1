// One way to change something: errors are told, what is shown is loaded again, also after a conflict.
import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useDesk } from "../context";
import { problem } from "../problem";

/** Runs it; true when it went well. */
export function useAct(): (work: () => Promise<unknown>, done?: string) => Promise<boolean> {
  const { t } = useDesk();
  const { message } = App.useApp();
  const client = useQueryClient();
  return async (work, done) => {
    try {
      await work();
      if (done !== undefined) void message.success(done);
      return true;
    } catch (error) {
      void message.error({ content: problem(error, t), duration: 6 });
      return false;
    } finally {
      await Promise.all([client.invalidateQueries({ queryKey: ["intents"] }), client.invalidateQueries({ queryKey: ["training"] })]);
    }
  };
}
