import { projectRoot } from "../support/project-root.ts";
import { runHere } from "./command-line.ts";

test("every recorded case leads to what its golden file says, to the last field", async () => {
  const { code, out, err } = await runHere(projectRoot, ["replay", "fixtures"]);
  // What differs, without the table of all cases.
  const told = out.split("\n").filter((line) => !/^[┌│└]/.test(line));
  expect([err, code, told.join("\n")]).toEqual(["", 0, expect.stringMatching(/^\d{3} cases, 0 wrong\.\n$/)]);
}, 240_000);
