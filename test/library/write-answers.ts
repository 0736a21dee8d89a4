/** `npm run answers`: writes src/library/answers.ts and src/services/charges/policy-input.ts anew. */
import { writeFileSync } from "node:fs";
import { answersText } from "./answers-text.ts";
import { policyInputText } from "./policy-input-text.ts";

writeFileSync(new URL("../../src/library/answers.ts", import.meta.url), answersText());
writeFileSync(new URL("../../src/services/charges/policy-input.ts", import.meta.url), policyInputText());
