import { fromSeconds, type Instant, systemClock } from "../../src/domain/time.ts";
import { hashPassword } from "../../src/services/people/passwords.ts";
import { forgetPeople } from "../../src/services/people/sessions.ts";
import { type Running, startTallyhook } from "../http/running.ts";
import { engines } from "../support/engines.ts";
import { takeAway } from "../support/taken-away.ts";
import { hiddenFields } from "./opened.ts";
import { type Seen, Visitor } from "./visitor.ts";

const password = "of fiona's and long";
const other = "rolf reads with this";
const users = `fiona:finance:${password},rolf:read:${other}`;

/** Goes on with the system's, by as much as a test says. */
let ahead: bigint;
const clock = { now: (): Instant => systemClock.now() + ahead };
const minutes = (count: number) => fromSeconds(60 * count);

const started: Running[] = [];
async function start(databaseUrl: string, environment: Record<string, string> = {}): Promise<Running> {
  const running = await startTallyhook(databaseUrl, { CONSOLE_USERS: users, ...environment }, { clock });
  started.push(running);
  return running;
}
beforeEach(() => {
  ahead = 0n;
});
afterEach(async () => {
  for (const running of started.splice(0)) await running.close();
});

const visit = ({ url }: Running, headers: Record<string, string> = {}) =>
  new Visitor(`${url}/console`, headers);
const answerOf = ({ status, location }: Seen) => [status, location];

describe.each(engines)("signing in on $name", ({ name, freshDatabaseUrl }) => {
  test("leads to the page that was asked for, and signing out is real", async () => {
    const running = await start(await freshDatabaseUrl());
    const fiona = visit(running);
    const asked = await fiona.get("/?x=1");
    expect(answerOf(asked)).toEqual([303, "/console/sign-in?next=%2F%3Fx%3D1"]);
    const signedIn = await fiona.signIn("fiona", password);
    expect(answerOf(signedIn)).toEqual([303, "/console/"]);
    const port = new URL(running.url).port;
    expect(signedIn.set).toEqual([
      expect.stringMatching(
        new RegExp(`^tallyhook-${port}=[\\w-]{43}; Path=/console; HttpOnly; SameSite=Lax$`),
      ),
    ]);
    const page = await fiona.get("/");
    expect(page.status).toBe(200);
    expect(page.html).toContain("fiona · finance");
    const { cookies } = fiona;
    expect(answerOf(await fiona.signOut())).toEqual([303, "/console/sign-in"]);
    fiona.cookies = cookies;
    expect((await fiona.get("/")).status).toBe(303);
  });

  test("another server on the same database knows who is signed in, and with another password nobody is", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const [first, second] = [await start(databaseUrl), await start(databaseUrl)];
    const fiona = visit(first);
    await fiona.signIn("fiona", password);
    const { cookies } = fiona;
    const [cookie = ""] = Object.values(cookies);
    const there = visit(second);
    there.cookies = { [`tallyhook-${new URL(second.url).port}`]: cookie };
    expect((await there.get("/")).status).toBe(200);
    for (const changed of [
      `fiona:finance:${password}!,rolf:read:${other}`,
      `fiona:read:${password}`,
      `rolf:read:${other}`,
    ]) {
      const third = await start(databaseUrl, { CONSOLE_USERS: changed });
      const later = visit(third);
      later.cookies = { [`tallyhook-${new URL(third.url).port}`]: cookie };
      expect((await later.get("/")).status).toBe(303);
    }
    expect((await there.get("/")).status).toBe(200);
  });

  test("a session ends half an hour after it was used last, and after twelve hours", async () => {
    const running = await start(await freshDatabaseUrl());
    const fiona = visit(running);
    await fiona.signIn("fiona", password);
    for (let used = 0; used < 24; used++) {
      ahead += minutes(29);
      expect((await fiona.get("/")).status).toBe(200);
    }
    ahead += minutes(24);
    expect((await fiona.get("/")).status).toBe(303);
    await fiona.signIn("fiona", password);
    ahead += minutes(31);
    expect((await fiona.get("/")).status).toBe(303);
  });

  test("gives a new id each time, and the one before is over", async () => {
    const running = await start(await freshDatabaseUrl());
    const fiona = visit(running);
    await fiona.signIn("fiona", password);
    const before = fiona.cookies;
    await fiona.signIn("fiona", password);
    expect(fiona.cookies).not.toEqual(before);
    fiona.cookies = before;
    expect((await fiona.get("/")).status).toBe(303);
  });

  test("five wrong passwords of one name from one address are let be in a quarter of an hour, whoever else signs in", async () => {
    const running = await start(await freshDatabaseUrl());
    const stranger = visit(running);
    for (let tried = 0; tried < 5; tried++)
      expect((await stranger.signIn("fiona", "something wrong")).status).toBe(403);
    const limited = await stranger.signIn("fiona", password);
    expect([limited.status, limited.headers["retry-after"]]).toEqual([
      429,
      expect.stringMatching(/^8\d\d$|^900$/),
    ]);
    // Asked again at once it is refused from memory: a flood of attempts is none of writes.
    expect((await stranger.signIn("fiona", password)).status).toBe(429);
    const refusals = running.tallyhook.services.store.read
      .selectFrom("actions")
      .where("action", "=", "session.refuse")
      .selectAll();
    expect(await refusals.execute()).toHaveLength(6);
    expect((await visit(running).signIn("rolf", other)).status).toBe(303);
    ahead += minutes(15) + fromSeconds(1);
    expect((await stranger.signIn("fiona", password)).status).toBe(303);
  });

  test("a neighbour of the same network counts as the same; a success forgives its own pair alone", async () => {
    const running = await start(await freshDatabaseUrl(), { TRUST_PROXY: "127.0.0.1" });
    const from = (address: string) => visit(running, { "x-forwarded-for": address });
    const [one, neighbour, elsewhere] = [
      from("2001:db8:1:2::7"),
      from("2001:db8:1:2:f::9"),
      from("2001:db8:1:3::7"),
    ];
    for (let tried = 0; tried < 4; tried++) await one.signIn("rolf", "something wrong");
    await one.signIn("fiona", "something wrong");
    expect((await neighbour.signIn("rolf", other)).status).toBe(303);
    const attempts = running.tallyhook.services.store.read.selectFrom("sign_in_attempts");
    expect(await attempts.selectAll().execute()).toHaveLength(1);
    for (let tried = 0; tried < 4; tried++) await one.signIn("fiona", "something wrong");
    expect((await neighbour.signIn("fiona", password)).status).toBe(429);
    expect((await elsewhere.signIn("fiona", password)).status).toBe(303);
  });

  test("twenty attempts of one address and a hundred of one name are let be, also where all come at once", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const stores = [await start(databaseUrl), await start(databaseUrl)].map(
      ({ tallyhook }) => tallyhook.services.store,
    );
    const limits = { since: 0n, ofPair: 5, ofAddress: 20, ofName: 100 };
    const atOnce = 30;
    const attempts = async (count: number, of: (index: number) => { name: string; address: string }) => {
      const attempt = (index: number) =>
        stores[index % 2]?.people.attempt(
          { id: `${of(index).address} ${index}`, ...of(index) },
          limits,
          BigInt(index + 1),
        );
      let letBe = 0;
      // They follow each other: on a slow machine more at once would wait for a connection for too long.
      for (let from = 0; from < count; from += atOnce) {
        const asked = Array.from({ length: Math.min(atOnce, count - from) }, (_, index) =>
          attempt(from + index),
        );
        letBe += (await Promise.all(asked)).filter((blocked) => blocked === null).length;
      }
      return letBe;
    };
    await stores[0]?.people.installationKey();
    expect(await attempts(30, (index) => ({ name: `name ${index}`, address: "one" }))).toBe(20);
    expect(await attempts(12, () => ({ name: "name", address: "two" }))).toBe(5);
    expect(await attempts(110, (index) => ({ name: "everybody's", address: `of ${index}` }))).toBe(100);
  });

  test("who signed in, out, and was refused is in the trail, and what was typed as a name is not", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const running = await start(databaseUrl);
    const fiona = visit(running);
    await fiona.signIn("my-password-by-mistake", "something wrong");
    await fiona.signIn("fiona", "something wrong");
    await fiona.signIn("fiona", password);
    await fiona.signOut();
    const { read } = running.tallyhook.services.store;
    const actions = await read.selectFrom("actions").selectAll().orderBy("no").execute();
    expect(actions.map(({ kind, name, role, action, reason }) => [kind, name, role, action, reason])).toEqual(
      [
        ["person", "", null, "session.refuse", "wrong name or password"],
        ["person", "fiona", "finance", "session.refuse", "wrong name or password"],
        ["person", "fiona", "finance", "session.sign_in", null],
        ["person", "fiona", "finance", "session.sign_out", null],
      ],
    );
    expect(new Set(actions.map(({ address }) => address)).size).toBe(1);
    const everything = JSON.stringify(
      [
        actions,
        await read.selectFrom("sign_in_attempts").selectAll().execute(),
        await read.selectFrom("sessions").selectAll().execute(),
      ],
      (_, value) => (typeof value === "bigint" ? String(value) : value),
    );
    for (const secret of ["my-password", password, "127.0.0.1", ...Object.values(fiona.cookies)])
      expect(everything).not.toContain(secret);
  });

  test("addresses are forgotten after 90 days, refusals after 30, sessions and attempts when they are over", async () => {
    const running = await start(await freshDatabaseUrl());
    const fiona = visit(running);
    await fiona.signIn("nobody", "something wrong");
    await fiona.signIn("fiona", password);
    const { services } = running.tallyhook;
    const { read } = services.store;
    const counted = async () => {
      const actions = await read.selectFrom("actions").select(["address"]).execute();
      const [sessions, attempts] = [
        await read.selectFrom("sessions").selectAll().execute(),
        await read.selectFrom("sign_in_attempts").selectAll().execute(),
      ];
      return [
        actions.length,
        actions.filter(({ address }) => address !== null).length,
        sessions.length,
        attempts.length,
      ];
    };
    expect(await counted()).toEqual([2, 2, 1, 1]);
    ahead += minutes(13 * 60);
    await forgetPeople(services);
    expect(await counted()).toEqual([2, 2, 0, 0]);
    ahead += minutes(30 * 24 * 60);
    await forgetPeople(services);
    expect(await counted()).toEqual([1, 1, 0, 0]);
    ahead += minutes(60 * 24 * 60);
    await forgetPeople(services);
    expect(await counted()).toEqual([1, 0, 0, 0]);
  });

  test("without the database there is a page that says so, and then the session goes on", async () => {
    const databaseUrl = await freshDatabaseUrl();
    const running = await start(databaseUrl);
    const fiona = visit(running);
    await fiona.signIn("fiona", password);
    const { giveBack } = await takeAway(databaseUrl);
    const away = [await fiona.signIn("fiona", password)];
    // Whoever only reads waits for no writer of SQLite.
    if (name === "postgres") away.push(await fiona.get("/"));
    for (const { status, headers, html } of away) {
      expect([status, headers["retry-after"]]).toEqual([503, "5"]);
      expect(html).toContain("The database does not answer");
      expect(html).toContain(headers["request-id"]);
    }
    await giveBack();
    expect((await fiona.get("/")).status).toBe(200);
    expect(running.errors).not.toContain("A page failed.");
  });
});

describe("the way in", () => {
  test("a request for another name is not ours", async () => {
    const running = await start("sqlite::memory:");
    expect((await visit(running, { host: "books.example" }).get("/")).status).toBe(421);
    expect((await visit(running, { host: "127.0.0.1.books.example" }).get("/")).status).toBe(421);
    for (const host of ["localhost:1234", "127.0.0.1", "[::1]:8787", "pay.localhost"])
      expect((await visit(running, { host }).get("/")).status).toBe(303);
  });

  test("over https the cookie is of this host alone, and never sent in the clear", async () => {
    const running = await start("sqlite::memory:", { PUBLIC_URL: "https://books.example/pay" });
    const fiona = visit(running, { host: "books.example" });
    expect((await fiona.get("/charges")).location).toBe("/pay/console/sign-in?next=%2Fcharges");
    const signedIn = await fiona.signIn("fiona", password, "/charges?owner=acme");
    expect(signedIn.location).toBe("/pay/console/charges?owner=acme");
    expect(signedIn.set).toEqual([
      expect.stringMatching(/^__Host-tallyhook=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax$/),
    ]);
    expect((await fiona.get("/")).html).toContain('href="/pay/console/"');
  });

  test("over plain http nobody may sign in but on this machine, and the page says how", async () => {
    const running = await start("sqlite::memory:", { PUBLIC_URL: "http://books.example" });
    const fiona = visit(running, { host: "books.example" });
    for (const seen of [
      await fiona.get("/"),
      await fiona.get("/sign-in"),
      await fiona.signIn("fiona", password),
    ]) {
      expect(seen.status).toBe(403);
      expect(seen.html).toContain("https://");
      expect(seen.set).toEqual([]);
    }
    expect((await visit(running).signIn("fiona", password)).status).toBe(303);
  });

  test("next= leads to a page of the console, whatever it says", async () => {
    const running = await start("sqlite::memory:");
    const visitor = visit(running);
    for (const [next, then] of [
      ["/charges", "/charges"],
      ["/charges?owner=a%26b", "/charges?owner=a%26b"],
      ["//elsewhere.example", "/"],
      ["/\\elsewhere.example", "/"],
      ["https://elsewhere.example/", "/"],
      ["/../v1/charges", "/"],
      ["/%2e%2e/v1/charges", "/"],
      ["/..%2f..%2fx", "/..%2f..%2fx"],
      ["/\t/elsewhere.example", "//elsewhere.example"],
      ["/sign-out", "/"],
      ["/sign-in?next=/x", "/"],
      ["javascript:alert(1)", "/"],
    ] as const) {
      const { html } = await visitor.get(`/sign-in?${new URLSearchParams({ next })}`);
      expect([next, hiddenFields(html, "/sign-in").next]).toEqual([next, then.replaceAll("&", "&amp;")]);
    }
    const sent = await visitor.signIn("fiona", password, "//elsewhere.example");
    expect(sent.location).toBe("/console/");
    expect((await visitor.get("/sign-in?next=/charges")).location).toBe("/console/charges");
  });

  test.each<[string, Record<string, string>, number]>([
    ["a page of elsewhere", { "sec-fetch-site": "cross-site" }, 403],
    ["a neighbour of the same site", { "sec-fetch-site": "same-site" }, 403],
    ["an older browser from elsewhere", { "sec-fetch-site": "", origin: "https://elsewhere.example" }, 403],
    ["nobody who says where from", { "sec-fetch-site": "" }, 403],
  ])("a form from %s is refused", async (_, headers, status) => {
    const running = await start("sqlite::memory:");
    const seen = await visit(running).post("/sign-in", { name: "fiona", password, next: "/" }, headers);
    expect([seen.status, seen.set]).toEqual([status, []]);
  });

  test("an older browser says by its origin that a form is of this console", async () => {
    const running = await start("sqlite::memory:");
    const answer = await fetch(`${running.url}/console/sign-in`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: running.url },
      body: new URLSearchParams({ name: "fiona", password }),
    });
    expect(answer.status).toBe(303);
  });

  test("signing out needs the form of this session", async () => {
    const running = await start("sqlite::memory:");
    const [fiona, rolf] = [visit(running), visit(running)];
    await fiona.signIn("fiona", password);
    await rolf.signIn("rolf", other);
    const ofRolf = hiddenFields((await rolf.get("/")).html, "/sign-out");
    expect((await fiona.post("/sign-out", ofRolf)).status).toBe(403);
    expect((await fiona.post("/sign-out", {})).status).toBe(403);
    expect((await fiona.get("/")).status).toBe(200);
  });

  test("a password may be configured as its hash", async () => {
    const running = await start("sqlite::memory:", {
      CONSOLE_USERS: `fiona:finance:${await hashPassword(password)}`,
    });
    expect((await visit(running).signIn("fiona", `${password}!`)).status).toBe(403);
    expect((await visit(running).signIn("fiona", password)).status).toBe(303);
  });

  test("of many who sign in at once four are looked at; whom there is no time for is told to come again, and nothing is written", async () => {
    const environment = { CONSOLE_USERS: users, TRUST_PROXY: "127.0.0.1" };
    // At its real cost: else everybody is let in before the next one comes.
    const running = await startTallyhook("sqlite::memory:", environment, { clock, passwordCost: undefined });
    started.push(running);
    const tries = Array.from({ length: 24 }, (_, index) =>
      visit(running, { "x-forwarded-for": `192.0.2.${index}` }).signIn("rolf", `${other}!`),
    );
    const answers = await Promise.all(tries);
    const wrong = answers.filter(({ status }) => status === 403);
    expect(wrong.length).toBeGreaterThanOrEqual(4);
    const others = answers.filter((answer) => !wrong.includes(answer));
    expect(others.length).toBeGreaterThan(0);
    for (const { status, headers } of others) expect([status, headers["retry-after"]]).toEqual([503, "5"]);
    const attempts = running.tallyhook.services.store.read.selectFrom("sign_in_attempts").selectAll();
    expect(await attempts.execute()).toHaveLength(wrong.length);
  });
});
