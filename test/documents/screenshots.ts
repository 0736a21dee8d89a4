/**
 * `npm run screenshots`: the console's pages over the demo's books, as pictures for the documents. Made by hand and looked at, since
 * fonts differ from machine to machine; a test holds that they are there and small.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { launchBrowser, Reader } from "../console/browser.ts";
import { projectRoot } from "../support/project-root.ts";

/** By the name of the picture: where the page is, or what is searched for to come there. */
const pages = {
  overview: "/",
  charge: "/search?q=txn_abc123",
  discrepancies: "/discrepancies",
} as const;

const demo = spawn(process.execPath, [join(projectRoot, "dist/cli/main.js"), "demo"], {
  stdio: ["ignore", "pipe", "inherit"],
});
const told = { url: "", name: "", password: "" };
for await (const line of createInterface(demo.stdout)) {
  told.url ||= /Open (\S+\/console) /.exec(line)?.[1] ?? "";
  const [, name, password] = /^\s*name (\S+), password (\S+)/.exec(line) ?? [];
  if (name !== undefined && password !== undefined) Object.assign(told, { name, password });
  if (told.url !== "" && told.password !== "") break;
}
const browser = await launchBrowser();
try {
  const reader = await Reader.open(browser, told.url);
  await reader.signIn(told.name, told.password);
  for (const [name, path] of Object.entries(pages)) {
    await reader.read(path);
    await reader.page.screenshot({ path: join(projectRoot, "docs/pictures", `${name}.png`) });
  }
  await reader.close();
} finally {
  await browser.close();
  demo.kill("SIGTERM");
  await once(demo, "exit");
}
