import { Desk, document, payment } from "../build.ts";

const collected = (on: number, amount: bigint) => document({ on, payments: [payment("p", amount)] });
const opened = (desk: Desk) => desk.books.messages.filter(({ type }) => type === "discrepancy.opened").length;
const only = (desk: Desk) => {
  const all = [...desk.books.discrepancies.values()];
  expect(all).toHaveLength(1);
  return all[0];
};

describe("a disagreement", () => {
  test("is opened when it appears, with both sides, and announced once", () => {
    const desk = new Desk().tell(collected(1, 700n), collected(2, 700n));
    expect(only(desk)).toMatchObject({
      kind: "collected_differs",
      status: "open",
      detail: { provider_says: "1999", we_say: "700" },
      chargeId: desk.record().id,
    });
    expect(opened(desk)).toBe(1);
    expect(Object.keys(desk.record().discrepancies)).toEqual(["collected_differs"]);
  });

  test("is the same one when its sides change, under another hash, and not announced again", () => {
    const desk = new Desk().tell(collected(1, 700n));
    const before = only(desk)?.hash;
    desk.tell(collected(2, 800n));
    expect(only(desk)).toMatchObject({ status: "open", detail: { we_say: "800" } });
    expect(only(desk)?.hash).not.toBe(before);
    expect(opened(desk)).toBe(1);
  });

  test("is resolved when it disappears", () => {
    const desk = new Desk().tell(collected(1, 700n), collected(2, 1999n));
    expect(only(desk)).toMatchObject({ status: "resolved", detail: { we_say: "700" } });
    expect(desk.record().discrepancies).toEqual({});
  });

  test("is opened and announced again when it comes back", () => {
    const desk = new Desk().tell(collected(1, 700n), collected(2, 1999n), collected(3, 700n));
    expect(only(desk)).toMatchObject({ status: "open" });
    expect(opened(desk)).toBe(2);
    expect(new Set(desk.books.messages.map(({ id }) => id)).size).toBe(desk.books.messages.length);
  });
});
