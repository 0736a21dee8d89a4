import fc from "fast-check";
import { rewriteJson } from "../../src/services/recording/redact.ts";

const asIs = { scalar: (token: string) => token, name: (token: string) => token };
const rewritten = (text: string) => rewriteJson(text, asIs);

test("any JSON value is written as JSON.stringify would indent it", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const text = JSON.stringify(value, null, 2);
      expect(rewritten(JSON.stringify(value))).toBe(text);
      expect(rewritten(text)).toBe(text);
    }),
  );
});

test.each([
  ['{"b":1,"1":2}', '{\n  "b": 1,\n  "1": 2\n}'],
  ['{"a":1,"a":2}', '{\n  "a": 1,\n  "a": 2\n}'],
  ['{"__proto__":12345678901234567890}', '{\n  "__proto__": 12345678901234567890\n}'],
  ['[1.10,-0,1e400,"\\ud800\\u0041"]', '[\n  1.10,\n  -0,\n  1e400,\n  "\\ud800\\u0041"\n]'],
  ['{"a":"[{:,}]\\"\\\\"}', '{\n  "a": "[{:,}]\\"\\\\"\n}'],
])("what parsing would lose is kept in %s", (text, expected) => {
  expect(rewritten(text)).toBe(expected);
});

test("20,000 levels neither overflow nor blow up", () => {
  const text = `${"[".repeat(20_000)}1${"]".repeat(20_000)}`;
  const deep = rewritten(text);
  expect(deep.replaceAll(/\s/g, "")).toBe(text);
  expect(deep.length).toBeLessThan(4_000_000);
});

test("each value is told where it stands", () => {
  const seen: string[] = [];
  rewriteJson('{"a":[{"b":1},2],"c":{"d":{}},"e":3}', {
    name: (token) => token,
    scalar: (token, { key, path }) => {
      seen.push(`${path.join("/")} ${key}=${token}`);
      return token;
    },
  });
  expect(seen).toEqual(["/a/a b=1", "/a a=2", " e=3"]);
});
