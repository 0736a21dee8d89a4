import { type Faults, withFaults } from "../../src/simulator/faults.ts";
import { Random } from "../../src/simulator/random.ts";
import { buildWorld } from "../../src/simulator/world.ts";

const { emissions } = buildWorld({ customers: 10, months: 3, seed: "faults" });
const under = (faults: Faults) => withFaults(emissions, faults, new Random("faults"));
const ids = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

test("without faults every event arrives once, in order", () => {
  expect(under({})).toEqual({ sent: emissions, dropped: [] });
});

test("what is dropped never arrives, and everything else does", () => {
  const { sent, dropped } = under({ drop: 0.3 });
  expect(dropped.length).toBeGreaterThan(0);
  expect([...ids(sent), ...ids(dropped)].sort()).toEqual(ids(emissions).sort());
});

test("reordering and delay lose nothing and repeat nothing", () => {
  const { sent } = under({ reorder: 0.5, delay: 0.2 });
  expect(ids(sent)).not.toEqual(ids(emissions));
  expect(ids(sent).sort()).toEqual(ids(emissions).sort());
});

test("a duplicate is the same bytes, later", () => {
  const { sent } = under({ duplicate: 1 });
  expect(sent.length).toBe(emissions.length * 2);
  expect(new Set(sent.map(({ body }) => body)).size).toBe(emissions.length);
});
