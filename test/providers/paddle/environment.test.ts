import { environmentOf } from "../../../src/providers/paddle/listing.ts";

test("a key of the sandbox is asked there, every other one in live mode, unless an address is given", () => {
  expect(environmentOf("pdl_sdbx_apikey_01", null)).toBe("sandbox");
  expect(environmentOf("pdl_live_apikey_01", null)).toBe("production");
  expect(environmentOf("an older key", null)).toBe("production");
  expect(environmentOf("pdl_sdbx_apikey_01", "http://127.0.0.1:1/")).toBe("http://127.0.0.1:1");
});
