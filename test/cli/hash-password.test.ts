import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { readConfig } from "../../src/config.ts";
import { PasswordChecker } from "../../src/services/people/passwords.ts";
import { projectRoot } from "../support/project-root.ts";

const main = join(projectRoot, "dist/cli/main.js");
const piped = (input: string) =>
  spawnSync(process.execPath, [main, "hash-password"], { input, encoding: "utf8" });

test("a password that is piped in is printed as what CONSOLE_USERS takes, and that password alone is right", async () => {
  const { stdout, status } = piped("correct horse, battery\n");
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^scrypt:15:8:1:[\w-]{22}:[\w-]{43}\n$/)]);
  const { consoleUsers } = readConfig({ CONSOLE_USERS: `fiona:finance:${stdout.trim()}` });
  const checker = new PasswordChecker(new Map(consoleUsers.map(({ name, password }) => [name, password])));
  expect(await checker.check("fiona", "correct horse, battery")).toBe(true);
  for (const [name, password] of [
    ["fiona", "correct horse, batterx"],
    ["fiona", stdout.trim()],
    ["rolf", "correct horse, battery"],
    ["__proto__", ""],
  ] as const)
    expect(await checker.check(name, password)).toBe(false);
});

test("a short one is refused, and nothing is printed", () => {
  expect(piped("short\n")).toMatchObject({
    status: 1,
    stdout: "",
    stderr: expect.stringContaining("12 characters"),
  });
});
