import { describe, expect, it } from "vitest";
import { curvePoints } from "./MoodCurve";

describe("the mood's curve", () => {
  it("runs from left to right and stays inside", () => {
    expect(curvePoints([0, 100])).toBe("0,17 72,1");
    expect(curvePoints([50, 400, -3])).toBe("0,9 36,1 72,17");
  });
});
