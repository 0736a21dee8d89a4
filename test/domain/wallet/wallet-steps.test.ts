import type { DatedTargets } from "../../../src/domain/policy/dated-targets.ts";
import type { WalletLine } from "../../../src/domain/wallet/wallet.ts";
import { walletSteps } from "../../../src/domain/wallet/wallet-steps.ts";
import { day } from "../build.ts";

const target = (on: number, toppedUp: bigint, takenBack: bigint): DatedTargets => ({
  at: day(on),
  targets: { toppedUp, takenBack, debited: 0n, lots: [], shares: new Map() },
});
const line = (kind: WalletLine["kind"], on: number, requested: bigint) =>
  ({ kind, requested, effectiveAt: day(on) }) as WalletLine;
const nothing = { outs: [], backs: [], undone: [] };

test("what was taken back on another day than was said moves from day to day, and nothing else", () => {
  const posted = [line("top_up", 1, 1000n), line("take_back", 2, 400n)];
  const later = walletSteps([target(1, 1000n, 0n), target(3, 1000n, 400n)], posted);
  expect(later).toEqual({
    topUps: [],
    debits: nothing,
    returns: {
      ...nothing,
      undone: [
        {
          out: { at: day(3), kind: "take_back", amount: 400n },
          back: { at: day(2), kind: "take_back_correction", amount: 400n },
        },
      ],
    },
  });
  const earlier = walletSteps([target(1, 1000n, 0n), target(1.5, 1000n, 400n)], posted);
  expect(earlier.returns).toEqual({
    ...nothing,
    undone: [
      {
        out: { at: day(1.5), kind: "take_back", amount: 400n },
        back: { at: day(2), kind: "take_back_correction", amount: 400n },
      },
    ],
  });
});

test("what grew back after it fell is what came back, not sold again", () => {
  const posted = [line("top_up", 1, 1000n), line("top_up_correction", 1, 300n)];
  const { topUps, returns } = walletSteps([target(1, 1000n, 0n)], posted);
  expect(topUps).toEqual([]);
  expect(returns).toEqual({ ...nothing, backs: [{ at: day(1), kind: "top_up_regained", amount: 300n }] });
});
