import { type CreditStep, creditTrail } from "../../../src/domain/credit/credit-trail.ts";
import type { ChargeId } from "../../../src/domain/ids.ts";

const step = (charge: string, at: bigint, change: bigint): CreditStep => ({
  chargeId: charge as ChargeId,
  movementId: null,
  at,
  change,
});

type Case = readonly [
  what: string,
  steps: readonly CreditStep[],
  used: readonly (readonly [string, bigint])[],
  unexplained: bigint,
];

/** Of what was spent on the charge `spent`. */
const cases: readonly Case[] = [
  ["nothing was", [step("given", 1n, 100n)], [], 0n],
  ["all of one gift", [step("given", 1n, 100n), step("spent", 2n, -100n)], [["given", 100n]], 0n],
  [
    "what another charge had left",
    [step("given", 1n, 100n), step("other", 2n, -70n), step("spent", 3n, -30n)],
    [["given", 30n]],
    0n,
  ],
  [
    "the rest of the first, and a part of the second",
    [step("a", 1n, 100n), step("b", 2n, 50n), step("other", 3n, -70n), step("spent", 4n, -60n)],
    [
      ["a", 30n],
      ["b", 30n],
    ],
    0n,
  ],
  ["what came too late gave nothing", [step("spent", 1n, -100n), step("given", 2n, 100n)], [], 100n],
  [
    "at one moment what is given comes first",
    [step("spent", 1n, -100n), step("given", 1n, 100n)],
    [["given", 100n]],
    0n,
  ],
  ["a part nobody has heard of", [step("given", 1n, 40n), step("spent", 2n, -100n)], [["given", 40n]], 60n],
  [
    "what was taken back could not be spent",
    [step("given", 1n, 100n), step("given", 2n, -100n), step("spent", 3n, -50n)],
    [],
    50n,
  ],
];

test.each(cases)("%s", (_, steps, used, unexplained) => {
  const trail = creditTrail(steps, "spent" as ChargeId);
  expect(trail.sources.map((one) => [one.step.chargeId, one.used])).toEqual(used);
  expect(trail.unexplained).toBe(unexplained);
  const spent = steps.filter(({ chargeId, change }) => chargeId === "spent" && change < 0n);
  expect(trail.applied).toBe(-spent.reduce((all, { change }) => all + change, 0n));
});
