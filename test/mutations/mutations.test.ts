import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../support/project-root.ts";
import { mutations } from "./mutations.ts";

test("each mutation changes one place of the source as it is today", () => {
  const occurrences = ({ file, from }: (typeof mutations)[number]) =>
    readFileSync(join(projectRoot, file), "utf8").split(from).length - 1;
  expect(mutations.filter((mutation) => occurrences(mutation) !== 1)).toEqual([]);
});
