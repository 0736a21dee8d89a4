import { type AskedPage, makingHere } from "../../src/console/page-maker.tsx";
import { mostWaiting, PageThreads } from "../../src/console/page-threads.ts";
import { pages } from "../../src/console/pages.ts";
import { readingTask } from "../../src/services/running/open-reading.ts";
import { type Running, seed, startTallyhook } from "../http/running.ts";
import { engines } from "../support/engines.ts";

const asking = { name: "fiona", role: "finance" } as const;

/** What finance asks for, of the moment that these books are of. */
function askedOf({ tallyhook }: Running, page: string, more: Partial<AskedPage> = {}): AskedPage {
  return {
    page,
    path: page,
    params: {},
    parameters: {},
    base: "/console",
    url: "localhost/console",
    zone: "UTC",
    person: asking,
    formKey: Buffer.from("of a session"),
    signOut: { kind: "none" },
    actor: { kind: "person", ...asking, requestId: "req_1", address: null, formId: null },
    requestId: "req_1",
    at: tallyhook.services.clock.now(),
    policy: tallyhook.services.policies.current,
    flash: null,
    destinations: null,
    ...more,
  };
}

describe.each(engines)("pages made on a thread, on $name", ({ freshDatabaseUrl }) => {
  let running: Running;
  let threads: PageThreads;
  beforeAll(async () => {
    const databaseUrl = await freshDatabaseUrl();
    running = await startTallyhook(databaseUrl, { PADDLE_API_KEY: "pdl_key", STRIPE_API_KEY: "sk_test_key" });
    await running.post(seed);
    const { services } = running.tallyhook;
    threads = new PageThreads(readingTask(services, { databaseUrl }), services.log);
  });
  afterAll(async () => {
    await threads.close();
    await running.close();
  });

  test("are to the byte what they would be here, however many are asked for at once", async () => {
    const here = makingHere(running.tallyhook.services, pages);
    const asked = ["/", "/charges", "/wallets", "/accounts", "/help"].map((page) => askedOf(running, page));
    const made = await Promise.all(asked.map(threads.make));
    for (const [index, one] of made.entries()) {
      const other = await here(asked[index] as AskedPage);
      if (one.kind !== "html" || other.kind !== "html") throw new Error("A page is html.");
      expect(one.html.toString()).toBe(other.html.toString());
    }
  });

  test("are refused with a sentence where more wait than anybody waits for, and made again afterwards", async () => {
    const asked = askedOf(running, "/help");
    const made = await Promise.all(Array.from({ length: mostWaiting + 20 }, () => threads.make(asked)));
    const refused = made.filter(({ kind }) => kind === "error");
    expect(refused.length).toBeGreaterThanOrEqual(10);
    expect(refused[0]).toMatchObject({
      error: { page: { status: 503, headers: { "retry-after": "5" } }, logged: null },
    });
    expect(made.filter(({ kind }) => kind === "html").length).toBeGreaterThanOrEqual(mostWaiting);
    expect(await threads.make(asked)).toMatchObject({ kind: "html", status: 200 });
  });

  test("are errors and ways to elsewhere as they would be here", async () => {
    const none = await threads.make(askedOf(running, "/charges/:id", { params: { id: "chg_none" } }));
    expect(none).toMatchObject({ kind: "error", error: { page: { status: 404 }, logged: null } });
    const unread = await threads.make(askedOf(running, "/charges", { parameters: { owners: "acme" } }));
    expect(unread).toMatchObject({ kind: "error", error: { page: { status: 400 } } });
    const { body } = await running.get<{ data: { id: string }[] }>("/v1/charges");
    const q = body.data[0]?.id ?? "";
    const found = await threads.make(askedOf(running, "/search", { parameters: { q } }));
    expect(found).toEqual({ kind: "moved", to: `/console/charges/${q}` });
  });
});

test("a database that is not there is a page that says so, and one after the other", async () => {
  const { services, close } = await (async () => {
    const running = await startTallyhook("sqlite::memory:");
    return { services: running.tallyhook.services, close: running.close };
  })();
  const threads = new PageThreads(
    readingTask(services, { databaseUrl: "sqlite:/nowhere/at/all.db" }),
    services.log,
  );
  const asked = { policy: services.policies.current } as AskedPage;
  for (const _ of [1, 2])
    expect(await threads.make({ ...asked, requestId: "req_1", at: 0n })).toMatchObject({
      kind: "error",
      error: { page: { status: 503 }, logged: { level: "warn" } },
    });
  await threads.close();
  await close();
});
