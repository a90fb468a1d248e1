import { expect, it } from "vitest";
import type { Change } from "../../api/types";
import { of } from "./changed";

const change = (before: string, after: string, expected?: string): Change => ({ text: "x", times: 1, expected, before: { intent: before, confidence: 1 }, after: { intent: after, confidence: 1 } });

it("tells what kind of change it is", () => {
  expect(of("questions", change("a", "nlu_fallback"))).toBe("now_unknown");
  expect(of("questions", change("nlu_fallback", "a"))).toBe("was_unknown");
  expect(of("questions", change("a", "b"))).toBe("other");
  expect(of("own", change("b", "a", "a"))).toBe("fixed");
  expect(of("own", change("a", "nlu_fallback", "a"))).toBe("broken");
  expect(of("own", change("b", "c", "a"))).toBe("other");
});
