import type { Metadata } from "../../../src/domain/facts/metadata.ts";
import { defaultPolicy, type Policy } from "../../../src/domain/policy/policy.ts";
import { Desk, document, line, rule } from "../build.ts";

const list = { json: "[]" };
const flag = { json: "true" };
const byMetadata: Policy = {
  ...defaultPolicy,
  ownerFrom: { paddle: ["custom_data.team", "custom_data.user"], stripe: [] },
};
const byTier: Policy = {
  ...defaultPolicy,
  rules: [
    { match: { priceRef: "pri_other", metadata: { other: "1" } }, rule: rule({ effect: "none" }) },
    { match: { metadata: { tier: "gold" } }, rule: rule({ effect: "none" }) },
    { match: { metadata: { never: "asked" } }, rule: rule() },
  ],
};
const told = (policy: Policy, metadata: Metadata, ofLine: Metadata = {}) =>
  new Desk(policy).tell(document({ metadata, lines: [line("line", 1999n, { metadata: ofLine })] }));

describe("whose a charge is, where the policy reads it from metadata", () => {
  test.each<[string, Metadata, string, Record<string, string> | null]>([
    ["a text", { team: "acme" }, "acme", null],
    ["the first that is there", { user: "ann" }, "ann", null],
    ["an empty text is none", { team: "", user: "ann" }, "ann", null],
    ["nothing", {}, "paddle:ctm_1", null],
    ["a list", { team: list }, "paddle:ctm_1", { keys: "team", provider_says: "list" }],
    [
      "a flag, and an object",
      { team: flag, user: { json: '{"id":1}' } },
      "paddle:ctm_1",
      { keys: "team, user", provider_says: "flag, object" },
    ],
    ["a list, then a text", { team: list, user: "ann" }, "ann", { keys: "team", provider_says: "list" }],
    ["a text, and what nobody looks at after it", { team: "acme", user: list }, "acme", null],
    ["what the policy does not read", { other: list }, "paddle:ctm_1", null],
    [
      "no object at all",
      { "": { json: '"text"' } },
      "paddle:ctm_1",
      { keys: "team, user", provider_says: "text, text" },
    ],
  ])("%s", (_, metadata, owner, detail) => {
    const desk = told(byMetadata, metadata);
    expect(desk.record().pin?.owner).toBe(owner);
    expect(desk.record().discrepancies).toEqual(
      detail === null ? {} : { owner_unreadable: JSON.stringify(detail) },
    );
  });

  test("a link is asked first, and what is not read cannot be unreadable", () => {
    const desk = new Desk(byMetadata).link("ctm_1", "acme").tell(document({ metadata: { team: list } }));
    expect(desk.record()).toMatchObject({ pin: { owner: "acme" }, discrepancies: {} });
  });

  test("a body that tells it right resolves it", () => {
    const desk = told(byMetadata, { team: list }).tell(document({ on: 2, metadata: { user: "ctm_2" } }));
    expect(Object.keys(desk.record().discrepancies)).toEqual(["owner_differs"]);
  });
});

describe("a rule that asks for metadata", () => {
  test.each<[string, Metadata, Metadata, string, boolean]>([
    ["matches a text of the document", { tier: "gold" }, {}, "none", false],
    ["matches a text of the line", {}, { tier: "gold" }, "none", false],
    ["matches one of them though the other is unreadable", { tier: flag }, { tier: "gold" }, "none", false],
    ["does not match another text", { tier: "true" }, {}, "top_up", false],
    ["does not match a flag, and says so", { tier: flag }, {}, "top_up", true],
    ["… nor one of the line", {}, { tier: list }, "top_up", true],
    ["is not asked where another condition fails", { other: list }, {}, "top_up", false],
    ["is not asked after one that matched", { tier: "gold", never: list }, {}, "none", false],
  ])("%s", (_, ofDocument, ofLine, effect, unreadable) => {
    const desk = told(byTier, ofDocument, ofLine);
    expect(desk.record().pin?.rules).toMatchObject({ line: { effect } });
    expect(Object.keys(desk.record().discrepancies)).toEqual(unreadable ? ["metadata_unreadable"] : []);
  });
});
