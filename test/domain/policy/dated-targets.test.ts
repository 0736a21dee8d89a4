import fc, { array, constantFrom, property, record } from "fast-check";
import { chargeAt, walletMoments } from "../../../src/domain/charge/as-of.ts";
import { datedTargets } from "../../../src/domain/policy/dated-targets.ts";
import { pinnedTerms, pinTo } from "../../../src/domain/policy/pin.ts";
import { bases } from "../../../src/domain/policy/policy.ts";
import { walletTargets } from "../../../src/domain/policy/wallet-targets.ts";
import { endOfQuarter } from "../../../src/domain/time.ts";
import { document, foldFacts, keyOf, line, movement, named, policyOf } from "../build.ts";

const cart = [line("topup", 1_000n), line("seat", 500n)];
const movements = array(
  record({
    amount: constantFrom(1n, 100n, 333n, 900n),
    kind: constantFrom("refund", "refund", "dispute", "dispute_reversal", "refund_reversal", "credit"),
    undone: constantFrom(null, null, 3, 5),
    on: constantFrom(1, 2, 2.001, 3, 4),
    line: constantFrom(null, "topup", "seat"),
  }),
  { maxLength: 8 },
);

test("S and T at each moment are those of the charge as it was then", () => {
  fc.assert(
    property(movements, constantFrom(...bases), (moved, basis) => {
      const told = moved.flatMap(({ amount, kind, undone, on, line: ref }, index) => {
        const told = {
          ref: `adj_${index}`,
          movement: kind,
          on,
          event: `evt_${index}`,
          lines: ref === null ? [] : [named(ref, amount, amount / 10n)],
        };
        const first = movement(amount, told);
        const later = { ...told, on: undone ?? 9, event: `evt_${index}_again`, status: "failed" } as const;
        return undone === null ? [first] : [first, movement(amount, later)];
      });
      const charge = foldFacts(keyOf("txn_1"), [document({ lines: cart }), ...told]);
      const policy = policyOf({ pri_topup: {} }, { basis });
      const terms = pinnedTerms(pinTo(policy, charge), policy, charge);
      const settled = charge.statusChangedAt;
      const moments = walletMoments(charge, settled);
      const expected = moments.map((at, index) => ({
        at,
        targets: walletTargets(
          index === moments.length - 1 ? charge : chargeAt(charge, settled, endOfQuarter(at)),
          terms,
        ),
      }));
      expect(datedTargets(charge, terms, settled)).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});
