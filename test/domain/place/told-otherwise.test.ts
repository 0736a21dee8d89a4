import type { Contested } from "../../../src/domain/facts/claims.ts";
import type { ChargeFact } from "../../../src/domain/facts/facts.ts";
import { place } from "../../../src/domain/place/place.ts";
import { told as known, movement } from "../build.ts";
import { attempt, dispute, refund, row } from "../build-linked.ts";

const second = { intentRef: "pi_2", chargeRef: "ch_2" };
const payments = [attempt(), attempt({ ref: "ch_2", refs: second })];

/** What moves, by charge; and of which objects something else stands. */
function moved(facts: readonly ChargeFact[], contested: Contested) {
  const placed = place(known(facts, { contested }));
  return {
    movements: placed.flatMap(({ ref, movements }) => movements.map((moved) => [ref, moved.ref])),
    refused: placed.flatMap(({ ref, refused }) => refused.map(({ says }) => [ref, says.ref, says.of])),
  };
}

test("a refund is of the payment that it was first heard to be of", () => {
  const told = [...payments, refund(300n), refund(300n, { payment: second, event: "evt_other" })];
  const found = moved(told, { re_1: { ref: "re_1", noun: "refund", of: "pi_1" } });
  expect(found.movements).toEqual([["ch_1", "re_1"]]);
  expect(found.refused).toContainEqual(["ch_2", "re_1", "pi_2"]);
});

test("and stands under every name of that payment", () => {
  const told = [attempt(), refund(300n, { payment: { intentRef: null, chargeRef: "ch_1" } })];
  const found = moved(told, { re_1: { ref: "re_1", noun: "refund", of: "pi_1" } });
  expect(found).toEqual({ movements: [["ch_1", "re_1"]], refused: [] });
});

test("a row of another dispute moves nothing of this one", () => {
  const told = [attempt(), dispute([row("txn_1", -500n), row("txn_2", -300n)])];
  const found = moved(told, { "row txn_1": { ref: "txn_1", noun: "row", of: "dp_9" } });
  expect(found).toEqual({ movements: [["ch_1", "txn_2"]], refused: [["ch_1", "txn_1", "dp_1"]] });
});

test("an adjustment of another transaction moves nothing of this one", () => {
  const told = [movement(500n, { ref: "adj_1", chargeRef: "txn_1" })];
  const found = moved(told, { "movement adj_1": { ref: "adj_1", noun: "movement", of: "txn_9" } });
  expect(found).toEqual({ movements: [], refused: [["txn_1", "adj_1", "txn_1"]] });
});
