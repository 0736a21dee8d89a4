import type { OpeningFact } from "../../../src/domain/facts/transfer-facts.ts";
import { bookTransfer, foldTransfer, openingRef } from "../../../src/domain/transfer/transfer.ts";
import { byAccount, day, keyOf, stamp } from "../build.ts";

const ref = openingRef(day(3), "USD");
const told = (amount: bigint, of: Partial<OpeningFact> = {}): OpeningFact => ({
  kind: "opening",
  stamp: stamp(3, `evt_${amount}`),
  ref,
  at: day(3),
  evidence: "rows",
  currency: "USD",
  amount,
  ...of,
});
const booked = (startsAt: bigint | null, ...facts: OpeningFact[]) =>
  byAccount(bookTransfer(foldTransfer(keyOf(ref), facts), startsAt));
const opened = (amount: bigint) => ({
  "assets:provider:balance": amount,
  "equity:opening:paddle:default": -amount,
});

test("books that begin then open with that balance, also with a debt", () => {
  expect(booked(day(3), told(700n))).toEqual(opened(700n));
  expect(booked(day(3), told(-700n))).toEqual(opened(-700n));
});

test("books that begin at another time, or have everything, do not", () => {
  expect(booked(day(4), told(700n))).toEqual({});
  expect(booked(null, told(700n))).toEqual({});
});

test("what the provider states is better evidence than a sum of its rows, in whatever order they come", () => {
  const stated = told(650n, { evidence: "stated", stamp: stamp(1, "evt_stated") });
  expect(booked(day(3), told(700n), stated)).toEqual(opened(650n));
  expect(booked(day(3), stated, told(700n))).toEqual(opened(650n));
});
