/** `npm run answers`: writes src/library/answers.ts anew. */
import { writeFileSync } from "node:fs";
import { answersText } from "./answers-text.ts";

writeFileSync(new URL("../../src/library/answers.ts", import.meta.url), answersText());
