/** A random identifier; `crypto.randomUUID` exists only on secure origins, and shops are tried out on plain http. */
export function identifier(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
