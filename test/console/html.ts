/** What is wrong with a page's HTML, of what can be said without a browser. */
export function mistakesIn(html: string): string[] {
  const mistakes: string[] = [];
  const count = (pattern: RegExp) => [...html.matchAll(pattern)].length;
  if (!html.startsWith("<!doctype html>")) mistakes.push("no doctype");
  if (count(/<h1[ >]/g) !== 1) mistakes.push(`${count(/<h1[ >]/g)} h1`);
  for (const landmark of ["main", "header", "footer"])
    if (count(new RegExp(`<${landmark}[ >]`, "g")) !== 1) mistakes.push(`not one ${landmark}`);
  const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  for (const id of new Set(ids))
    if (ids.filter((other) => other === id).length > 1) mistakes.push(`id ${id} twice`);
  const headings = [...html.matchAll(/<h([1-6])[ >]/g)].map(([, level]) => Number(level));
  headings.forEach((level, index) => {
    if (index > 0 && level > (headings[index - 1] ?? 1) + 1)
      mistakes.push(`h${level} after h${headings[index - 1]}`);
  });
  for (const [, table = ""] of html.matchAll(/<table[^>]*>(.*?)<\/table>/gs)) {
    if (!/^<caption>[^<]/.test(table)) mistakes.push("a table without a caption");
    if (/<th(?=[ >])(?![^>]*scope=)/.test(table)) mistakes.push("a th without scope");
  }
  for (const forbidden of [/ style="/, / on[a-z]+="/, /<style/, /javascript:/i])
    if (forbidden.test(html)) mistakes.push(`${forbidden}`);
  if (count(/<script/g) !== 1) mistakes.push("another script");
  if (html.includes("\0")) mistakes.push("a NUL");
  for (const word of ["undefined", "[object Object]", "NaN"]) if (html.includes(word)) mistakes.push(word);
  return mistakes;
}
