// The customer's strain after each of the last turns, as a small line: 0 content, 100 furious.
const WIDTH = 72;
const HEIGHT = 18;

export function curvePoints(curve: number[]): string {
  const step = WIDTH / Math.max(1, curve.length - 1);
  return curve.map((level, i) => `${Math.round(i * step)},${Math.round(HEIGHT - 1 - (Math.min(100, Math.max(0, level)) / 100) * (HEIGHT - 2))}`).join(" ");
}

export function MoodCurve({ curve, label }: { curve: number[]; label: string }) {
  // One turn is no course.
  if (curve.length < 2) return null;
  const text = `${label}: ${curve.join(" → ")}`;
  return (
    <svg className="mood-curve" width={WIDTH} height={HEIGHT} role="img" aria-label={text}>
      <title>{text}</title>
      <polyline points={curvePoints(curve)} fill="none" stroke="currentColor" strokeWidth="1.5" />
    </svg>
  );
}
