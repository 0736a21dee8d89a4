import { differences, lost, type Witnessed } from "./compare.ts";

const record = (files: { readonly [file: string]: string }): Witnessed => new Map(Object.entries(files));
const json = (value: unknown) => JSON.stringify(value);

test("a changed byte is noticed, and shown where it is", () => {
  const before = record({ "sqlite/dump.txt": "charges 1\nentries 20\nlots 3\n", "sqlite/same.csv": "a,b\n" });
  const after = record({ "sqlite/dump.txt": "charges 1\nentries 21\nlots 3\n", "sqlite/same.csv": "a,b\n" });
  expect(differences(before, before)).toEqual([]);
  expect(differences(before, after)).toEqual([
    { file: "sqlite/dump.txt", lines: ["2 - entries 20", "2 + entries 21"] },
  ]);
});

test.each([
  ["a line more at the end", "a\n", "a\nb\n"],
  ["a line less", "a\nb\n", "a\n"],
  ["a line end", "a\n", "a"],
  ["a space", "a", "a "],
])("%s is a difference", (_, before, after) => {
  expect(differences(record({ file: before }), record({ file: after }))).toHaveLength(1);
});

test("of a long line what is shown is around the place that differs", () => {
  const [found] = differences(
    record({ file: `${"x".repeat(500)}1${"y".repeat(500)}` }),
    record({ file: `${"x".repeat(500)}2${"y".repeat(500)}` }),
  );
  expect(found?.lines.map((line) => line.length)).toEqual([166, 166]);
  expect(found?.lines[0]).toContain("x1y");
});

test("a file that is not made any more is a difference, and one that is new is none", () => {
  const [both, one] = [record({ a: "", b: "" }), record({ a: "" })];
  expect(differences(both, one).map(({ file }) => file)).toEqual(["b"]);
  expect(differences(one, both)).toEqual([]);
});

describe("the API's description", () => {
  const was = {
    paths: {
      "/v1/charges": { get: { tags: ["charges"], parameters: [{ name: "status" }, { name: "ref" }] } },
    },
  };
  const get = was.paths["/v1/charges"].get;
  const now = (changed: object, paths = {}) => ({ paths: { "/v1/charges": { get: changed }, ...paths } });

  test.each([
    ["a path more", now(get, { "/v1/more": {} })],
    ["a field more", now({ summary: "Charges", ...get })],
    [
      "an element more, also between others",
      now({ ...get, parameters: [{ name: "status" }, { name: "owner" }, { name: "ref" }] }),
    ],
    [
      "a field more of an element",
      now({ ...get, parameters: [{ name: "status", required: false }, { name: "ref" }] }),
    ],
  ])("may gain %s", (_, is) => {
    expect(lost(json(was), json(is))).toEqual([]);
    expect(
      differences(record({ "sqlite/openapi.json": json(was) }), record({ "sqlite/openapi.json": json(is) })),
    ).toEqual([]);
  });

  test.each([
    ["lose a path", { paths: {} }, "/paths/~1v1~1charges is gone"],
    ["lose a field", now({ parameters: get.parameters }), "/paths/~1v1~1charges/get/tags is gone"],
    [
      "change a value",
      now({ ...get, parameters: [{ name: "status" }, { name: "reference" }] }),
      "/paths/~1v1~1charges/get/parameters/1 is gone",
    ],
    [
      "change its order",
      now({ ...get, parameters: get.parameters.toReversed() }),
      "/paths/~1v1~1charges/get/parameters/1 is gone",
    ],
    [
      "make a list something else",
      now({ ...get, tags: "charges" }),
      '/paths/~1v1~1charges/get/tags was ["charges"], and is "charges"',
    ],
  ])("may not %s", (_, is, said) => {
    expect(lost(json(was), json(is))).toEqual([expect.stringContaining(said)]);
  });
});
