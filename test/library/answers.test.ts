import { readFileSync } from "node:fs";
import { join } from "node:path";
import { camelCase } from "../../src/library/answer.ts";
import { saidOf } from "../../src/store/described/words.ts";
import { projectRoot } from "../support/project-root.ts";
import { answersText } from "./answers-text.ts";
import { policyInputText } from "./policy-input-text.ts";

test("what the library answers has the fields that the API tells, and their words: npm run answers writes them", () => {
  expect(readFileSync(join(projectRoot, "src/library/answers.ts"), "utf8")).toBe(answersText());
});

/** The fields of every interface that a file exports, and whether something is said of each. */
function undescribed(file: string): string[] {
  const source = readFileSync(join(projectRoot, file), "utf8");
  return [...source.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)].flatMap(
    ([, name = "", body = ""]) => {
      const lines = body.split("\n");
      return lines.flatMap((line, index) => {
        const [, field] = /^ {2}(?:readonly )?"?([\w.]+)"?\??[:(<]/.exec(line) ?? [];
        const isSaid = /^ {2}(?:\/\*\*.*)?(?: \*\/|\/\*\*.*\*\/)$/.test(lines[index - 1] ?? "");
        return field === undefined || isSaid ? [] : [`${name}.${field}`];
      });
    },
  );
}

test.each([
  "src/library/answers.ts",
  "src/library/wallet.ts",
  "src/library/owner.ts",
  "src/library/options.ts",
  "src/library/books.ts",
  "src/library/mount.ts",
  "src/library.ts",
  "src/testing/paddle.ts",
  "src/testing/stripe.ts",
  "src/testing/test-tallyhook.ts",
  "src/testing/sign.ts",
  "src/domain/errors.ts",
])("an editor says something of every field of %s", (file) => {
  // What the outbox sends is said of each message, and of what a provider posts by the provider.
  const others = /^(?:OutboxData|PaddleEvent|StripeEvent)\./;
  expect(undescribed(file).filter((field) => !others.test(field))).toEqual([]);
});

test("nothing is said of a field that there is not", () => {
  const source = readFileSync(join(projectRoot, "src/library/answers.ts"), "utf8");
  const isThere = (field: string) => source.includes(`  readonly ${camelCase(field.replace(/^.*\./, ""))}`);
  expect(saidOf.filter((field) => !isThere(field))).toEqual([]);
});

test("what an editor shows of a policy are the words of its schema: npm run answers writes them, too", () => {
  expect(readFileSync(join(projectRoot, "src/services/charges/policy-input.ts"), "utf8")).toBe(
    policyInputText(),
  );
});
