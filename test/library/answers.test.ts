import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../support/project-root.ts";
import { answersText } from "./answers-text.ts";
import { policyInputText } from "./policy-input-text.ts";

test("what the library answers has the fields that the API tells, and their words: npm run answers writes them", () => {
  expect(readFileSync(join(projectRoot, "src/library/answers.ts"), "utf8")).toBe(answersText());
});

test("what an editor shows of a policy are the words of its schema: npm run answers writes them, too", () => {
  expect(readFileSync(join(projectRoot, "src/services/charges/policy-input.ts"), "utf8")).toBe(
    policyInputText(),
  );
});
