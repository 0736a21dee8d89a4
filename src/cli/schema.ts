import { policySchema } from "../services/charges/read-policy.ts";
import { command, exitCode, refuseArguments, UsageError } from "./kit/command.ts";
import { printJson } from "./kit/output.ts";

export const schemaCommand = command({
  description:
    "Prints the JSON schema of a policy file. An editor that finds it in the file's $schema completes and checks what is written.",
  arguments: [{ takes: "<what>", says: "policy", choices: ["policy"] }],
  async run(_values, [what, ...others]) {
    refuseArguments(others);
    if (what !== "policy") throw new UsageError("There is a schema of: policy.");
    printJson(policySchema());
    return exitCode.right;
  },
});
