// Splits plain text into text and links. Only http and https become links; everything else stays text.

export type Part = { text: string; href?: undefined } | { text: string; href: string };

// Stops at white space, quotes, angle brackets and Chinese punctuation, which often follows a link without a blank.
const LINK = /https?:\/\/[^\s<>"'`{}|\\^，。；：！？、（）《》【】「」“”‘’\u200b-\u200f\u202a-\u202e\u2066-\u2069]+/giu;

export function linkify(text: string): Part[] {
  const parts: Part[] = [];
  let done = 0;
  for (const match of text.matchAll(LINK)) {
    const address = trimEnd(match[0]);
    const href = safeHref(address);
    if (href === undefined) continue;
    if (match.index > done) parts.push({ text: text.slice(done, match.index) });
    parts.push({ text: address, href });
    done = match.index + address.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}

/** Full stops and brackets that close the sentence, not the address. */
function trimEnd(address: string): string {
  let end = address.length;
  for (;;) {
    const last = address[end - 1];
    if (last === undefined) break;
    if (".,;:!?".includes(last)) end -= 1;
    else if (last === ")" && !address.slice(0, end).includes("(")) end -= 1;
    else if (last === "]" && !address.slice(0, end).includes("[")) end -= 1;
    else break;
  }
  return address.slice(0, end);
}

/** The address if a browser may open it from a message; user names in it would disguise the host. */
export function safeHref(address: string): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  if (url.username !== "" || url.password !== "" || url.hostname === "") return undefined;
  return url.href;
}

/** A citation's address: a path on this server, or a plain web address. */
export function citationHref(url: string, base = ""): string | undefined {
  if (/^\/(?![/\\])/.test(url)) return base + url;
  return safeHref(url);
}

/** The slug behind a help page's path: an article's, or `graph:<node>` for what the graph knows about a product or policy. */
export function slugOf(path: string): string | undefined {
  const match = /^\/help\/(graph\/)?([^/?#]+)/.exec(path);
  if (match?.[2] === undefined) return undefined;
  try {
    return `${match[1] ? "graph:" : ""}${decodeURIComponent(match[2])}`;
  } catch {
    return undefined;
  }
}

export function helpPath(slug: string, language: string): string {
  const page = slug.startsWith("graph:") ? `graph/${encodeURIComponent(slug.slice(6))}` : encodeURIComponent(slug);
  return `/help/${page}?lang=${language}`;
}
