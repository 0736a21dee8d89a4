import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import packed, { inflate } from "@sparticuz/chromium";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from "playwright-core";

/**
 * A Chromium that needs nothing but npm: one is packed in a package, with the libraries that a machine may lack. `CHROMIUM`
 * names another.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? (await unpacked());
  const env = { ...process.env, ...missingLibraries(executablePath) } as Record<string, string>;
  return chromium.launch({ executablePath, env, args: ["--no-sandbox", "--font-render-hinting=none"] });
}

/** Unpacked once for all test files, and as a whole: another one may begin while this is on its way. */
async function unpacked(): Promise<string> {
  const { version } = JSON.parse(
    readFileSync(join(folderOf("@sparticuz/chromium"), "package.json"), "utf8"),
  ) as { version: string };
  const folder = join(tmpdir(), `tallyhook-chromium-${version}-${process.getuid?.() ?? ""}`);
  if (!existsSync(folder)) {
    const own = mkdtempSync(`${folder}-`);
    const { TMPDIR } = process.env;
    process.env.TMPDIR = own;
    await packed.executablePath();
    await inflate(join(folderOf("@sparticuz/chromium"), "bin", "al2023.tar.br"));
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    try {
      renameSync(own, folder);
    } catch {
      rmSync(own, { recursive: true });
    }
  }
  return join(folder, "chromium");
}

/** Where the packed libraries are, if it does not start without. */
function missingLibraries(executablePath: string): Record<string, string> {
  try {
    execFileSync(executablePath, ["--version"], { stdio: "pipe" });
    return {};
  } catch (error) {
    if (!/shared librar/.test(String((error as { stderr?: Buffer }).stderr))) throw error;
    const libraries = join(dirname(executablePath), "al2023", "lib");
    return { LD_LIBRARY_PATH: [libraries, process.env.LD_LIBRARY_PATH ?? ""].filter(Boolean).join(":") };
  }
}

const { resolve } = createRequire(import.meta.url);

function folderOf(name: string): string {
  let folder = dirname(resolve(name));
  while (!folder.endsWith(name)) folder = dirname(folder);
  return folder;
}

const axeSource = readFileSync(resolve("axe-core/axe.min.js"), "utf8");

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const rulesOfColours = ["color-contrast", "link-in-text-block"];

/** Somebody before a screen, and all that their browser had to complain of. */
export class Reader {
  /** Messages on the browser's console, what the page's policy kept from loading, and requests to elsewhere. */
  readonly complaints: string[] = [];
  readonly page: Page;
  readonly context: BrowserContext;
  readonly #base: string;
  /** The page that axe is injected into. */
  #judged: Page | undefined;

  private constructor(base: string, context: BrowserContext, page: Page) {
    this.#base = base;
    this.context = context;
    this.page = page;
  }

  /** @param base - where the console is */
  static async open(browser: Browser, base: string, options: BrowserContextOptions = {}): Promise<Reader> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    const reader = new Reader(base, context, page);
    await reader.#listen();
    return reader;
  }

  async #listen(): Promise<void> {
    const { page, complaints } = this;
    const { origin } = new URL(this.#base);
    await page.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
        console.error(`policy: ${violatedDirective} ${blockedURI}`),
      );
    });
    page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== origin) complaints.push(`elsewhere: ${request.url()}`);
    });
  }

  /** Goes to a page of the console, and gives what there is to read. */
  async read(path: string): Promise<string> {
    await this.page.goto(`${this.#base}${path}`);
    return this.page.innerText("main");
  }

  async signIn(name: string, password: string): Promise<void> {
    await this.page.goto(`${this.#base}/sign-in`);
    await this.page.fill("input[name=name]", name);
    await this.page.fill("input[name=password]", password);
    await this.page.click("main button[type=submit]");
  }

  /**
   * What axe (WCAG 2.2 AA and best practice) has against a page, in both schemes: one line each. It is injected, which the
   * page's policy forbids: so in a context of its own, with the same cookies. By a scheme only colours differ.
   */
  async barriers(path: string): Promise<string[]> {
    this.#judged ??= await this.#newJudged();
    const page = this.#judged;
    const { context } = this;
    await page.context().clearCookies();
    await page.context().addCookies(await context.cookies());
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(`${this.#base}${path}`);
    await page.evaluate(axeSource);
    const found = await barriersOf(page, { runOnly: rules });
    await page.emulateMedia({ colorScheme: "dark" });
    found.push(...(await barriersOf(page, { runOnly: rulesOfColours })).map((line) => `dark ${line}`));
    return found.map((line) => `${path} ${line}`);
  }

  async #newJudged(): Promise<Page> {
    const context = await this.context.browser()?.newContext({ bypassCSP: true });
    if (context === undefined) throw new Error("The browser is gone.");
    return context.newPage();
  }

  /** Whether the page is wider than the window: everything but tables must fit. */
  isWiderThanWindow(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  }

  async close(): Promise<void> {
    await this.#judged?.context().close();
    await this.context.close();
  }
}

async function barriersOf(page: Page, options: { readonly runOnly: readonly string[] }): Promise<string[]> {
  // What is right is not told of one by one.
  const asked = JSON.stringify({ ...options, resultTypes: ["violations"] });
  const violations = (await page.evaluate(`axe.run(${asked}).then((result) => result.violations)`)) as {
    id: string;
    nodes: { html: string }[];
  }[];
  return violations.flatMap(({ id, nodes }) =>
    nodes.slice(0, 3).map(({ html }) => `${id} ${html.slice(0, 120)}`),
  );
}
