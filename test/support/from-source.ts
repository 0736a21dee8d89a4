/** `node --import` this file: a program that imports the package "tallyhook" gets it from src/, without a build. */
import { registerHooks } from "node:module";

const exported: Readonly<Record<string, string>> = {
  tallyhook: new URL("../../src/index.ts", import.meta.url).href,
  "tallyhook/testing": new URL("../../src/testing/index.ts", import.meta.url).href,
};

registerHooks({
  resolve: (specifier, context, next) => next(exported[specifier] ?? specifier, context),
});
