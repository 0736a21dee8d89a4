/** `node --import` this file: a program that imports the package "tallyhook" gets it from src/, without a build. */
import { registerHooks } from "node:module";

const library = new URL("../../src/index.ts", import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) => next(specifier === "tallyhook" ? library : specifier, context),
});
