import { nodeVersionProblem } from "../src/node-version.ts";

test.each(["22.13.0", "22.22.1", "23.0.0", "24.21.0", "100.1.0"])("Node %s is new enough", (version) => {
  expect(nodeVersionProblem(version)).toBeUndefined();
});

test.each(["22.12.0", "22.5.1", "20.20.2", "18.0.0", "9.11.2"])(
  "Node %s is refused in one line",
  (version) => {
    const problem = nodeVersionProblem(version);
    expect(problem).toContain(`Tallyhook needs Node 22.13 or newer; this is Node ${version}. `);
    expect(problem).toMatch(/^[^\n]+in an app "npm i node@24"[^\n]+in a clone [^\n]+$/);
  },
);
