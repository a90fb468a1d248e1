// A refusal as a sentence for the person at the screen.
import { ApiError } from "../api/http";
import type { Desk } from "./context";

export function problem(error: unknown, t: Desk["t"]): string {
  if (error instanceof ApiError) {
    if (error.status === 0) return t("network");
    return t("failed", { message: error.message || error.code });
  }
  return t("failed", { message: String(error) });
}
