import type { Browser } from "playwright-core";
import { pages } from "../../src/console/pages.ts";
import { type Running, seed, startTallyhook } from "../http/running.ts";
import { launchBrowser, Reader } from "./browser.ts";

const password = "of fiona's and long";

let running: Running;
let browser: Browser;
let base: string;
beforeAll(async () => {
  running = await startTallyhook("sqlite::memory:", { CONSOLE_USERS: `fiona:finance:${password}` });
  await running.post(seed);
  base = `${running.url}/console`;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await running.close();
});

describe.each([true, false])("with JavaScript: %p", (javaScriptEnabled) => {
  test("somebody signs in, sees the first page, and signs out", async () => {
    const reader = await Reader.open(browser, base, { javaScriptEnabled });
    const { page } = reader;
    expect(await reader.read("/")).toContain("Sign in");
    await page.fill("input[name=name]", "fiona");
    await page.fill("input[name=password]", "something wrong");
    await page.click("main button[type=submit]");
    expect(await page.innerText("main")).toContain("No user has this name and this password.");
    await reader.signIn("fiona", password);
    expect(page.url()).toBe(`${base}/`);
    expect(await page.innerText("h1")).toBe("Overview");
    expect(await page.innerText("header")).toContain("fiona · finance");
    await page.click("text=Sign out");
    expect(page.url()).toBe(`${base}/sign-in`);
    await page.goto(`${base}/`);
    expect(page.url()).toBe(`${base}/sign-in`);
    // The refused password is the one answer that a browser complains of.
    expect(reader.complaints.filter((line) => !line.includes("403 (Forbidden)"))).toEqual([]);
    await reader.close();
  });
});

test("by keyboard alone one gets past the navigation, and signs in", async () => {
  const reader = await Reader.open(browser, base);
  const { page } = reader;
  await page.goto(`${base}/sign-in`);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain("Skip to the page");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type("fiona");
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.waitForURL(`${base}/`);
  await reader.close();
});

test("nothing is in the way of anybody, in both schemes and in print, and nothing but tables scrolls sideways at 320 and 390 pixels", async () => {
  const reader = await Reader.open(browser, base, { viewport: { width: 320, height: 640 } });
  const { page } = reader;
  for (const path of ["/sign-in", "/", "/nothing", "/?shape=round"]) {
    if (path === "/") await reader.signIn("fiona", password);
    expect(await reader.barriers(path)).toEqual([]);
    await reader.read(path);
    expect([path, await reader.isWiderThanWindow()]).toEqual([path, false]);
  }
  const lists = pages.map((one) => one.path).filter((path) => !path.includes(":"));
  for (const width of [320, 390]) {
    await page.setViewportSize({ width, height: 640 });
    for (const path of [...lists, `/nothing/${"x".repeat(400)}`, `/search?q=${"y".repeat(400)}`]) {
      await reader.read(path);
      expect([path, width, await reader.isWiderThanWindow()]).toEqual([path, width, false]);
    }
  }
  await page.emulateMedia({ media: "print" });
  await reader.read("/");
  expect(await page.isVisible("nav")).toBe(false);
  expect(await page.innerText("footer")).toMatch(/\/console\/ · as of .* UTC/);
  await reader.close();
});
