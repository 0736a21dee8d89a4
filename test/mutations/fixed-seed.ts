import fc from "fast-check";

/** The same histories for every mutation: what makes one red does so again. */
fc.configureGlobal({ seed: 20261121 });
