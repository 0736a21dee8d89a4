import fc from "fast-check";

const amount = fc.integer({ min: 1, max: 60 });
const which = fc.nat(7);
/** The wallet of the customer at the provider, or that of the owner they belong to. */
const of = fc.constantFrom("customer" as const, "owner" as const);
/** Whether the server crashes between commit and answer; then the same request goes to another one. */
const isLost = fc.integer({ min: 0, max: 3 }).map((chance) => chance === 0);

/** One thing that happens in a life. */
export const step = fc.oneof(
  fc.record({
    do: fc.constant("sell" as const),
    by: fc.constantFrom("paddle" as const, "stripe" as const),
    amount,
    isLost,
  }),
  fc.record({
    do: fc.constant("takeBack" as const),
    which,
    how: fc.constantFrom("refund" as const, "dispute" as const),
    share: fc.constantFrom(2, 3, 1),
    isLost,
  }),
  fc.record({ do: fc.constant("undo" as const), which, isLost }),
  fc.record({
    do: fc.constant("grant" as const),
    of,
    amount,
    kind: fc.constantFrom("paid" as const, "promo" as const),
    seconds: fc.constantFrom(null, 5, 20),
    priority: fc.constantFrom(0, 1),
    isLost,
  }),
  fc.record({ do: fc.constant("use" as const), of, quantity: fc.nat(60), isLost }),
  fc.record({ do: fc.constant("reverse" as const), of, which, isLost }),
  fc.record({ do: fc.constant("debit" as const), of, amount, isLost }),
  fc.record({ do: fc.constant("hold" as const), of, amount, seconds: fc.constantFrom(3, 15), isLost }),
  fc.record({ do: fc.constant("settle" as const), of, which, amount: fc.nat(60), isLost }),
  fc.record({ do: fc.constant("release" as const), of, which, isLost }),
  fc.record({ do: fc.constant("link" as const), isLost }),
  fc.record({
    do: fc.constant("wait" as const),
    seconds: fc.integer({ min: 1, max: 8 }),
    isSwept: fc.boolean(),
  }),
);

export type Step = typeof step extends fc.Arbitrary<infer Drawn> ? Drawn : never;
export type StepOf<Do extends Step["do"]> = Extract<Step, { do: Do }>;
export type WhoseWallet = "customer" | "owner";
