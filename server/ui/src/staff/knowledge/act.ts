// One way to change something here: errors are told, lists are loaded again.
import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { problem } from "../problem";
import { useWords } from "./words";

/** Runs it; what it gave, or nothing when it failed. */
export function useAct(): <T>(work: () => Promise<T>, done?: string) => Promise<{ gave: T } | undefined> {
  const { t } = useWords();
  const { message } = App.useApp();
  const client = useQueryClient();
  return async (work, done) => {
    try {
      const gave = await work();
      if (done !== undefined) void message.success(done);
      return { gave };
    } catch (error) {
      void message.error({ content: problem(error, t), duration: 6 });
      return undefined;
    } finally {
      for (const key of ["articles", "article", "versions", "gaps"]) void client.invalidateQueries({ queryKey: [key] });
    }
  };
}
