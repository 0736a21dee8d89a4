import type { LookupFunction } from "node:net";
import { isPrivateHost, isPublicAddress, publicLookup } from "../../../src/services/outbox/send-message.ts";

test.each([
  "127.0.0.1",
  "127.8.8.8",
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "169.254.169.254",
  "172.31.255.255",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::1",
  "::",
  "::ffff:127.0.0.1",
  "::ffff:8.8.8.8",
  "::127.0.0.1",
  "64:ff9b::7f00:1",
  "fc00::1",
  "fd12:3456::1",
  "fe80::1",
  "ff02::1",
  "2001:db8::1",
  "2001::1",
  "2002:7f00:1::",
  "localhost",
  "",
])("%s is no public address", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1"])(
  "%s is a public address",
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  ["http://localhost:3000/hooks", true],
  ["http://app.localhost/", true],
  ["http://127.1/", true],
  ["http://2130706433/", true],
  ["http://0x7f.1/", true],
  ["http://[::1]/", true],
  ["http://[::ffff:10.0.0.1]/", true],
  ["https://8.8.8.8/", false],
  ["https://app.example.com/", false],
])("the host of %s is private: %s", (url, isPrivate) => {
  expect(isPrivateHost(new URL(url))).toBe(isPrivate);
});

test("of a name's addresses only the public ones are connected to", () => {
  const system: LookupFunction = (_host, _options, callback) =>
    callback(null, [
      { address: "10.0.0.1", family: 4 },
      { address: "8.8.8.8", family: 4 },
      { address: "::1", family: 6 },
    ]);
  const found = (all: boolean) => {
    let answer: unknown;
    publicLookup(system)("app.example.com", { all }, (_error, ...rest) => {
      answer = rest;
    });
    return answer;
  };
  expect(found(true)).toEqual([[{ address: "8.8.8.8", family: 4 }]]);
  expect(found(false)).toEqual(["8.8.8.8", 4]);
});
