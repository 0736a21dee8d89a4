import type { ChargeId } from "../domain/ids.ts";
import { type Assigned, assign, whyNotAssigned } from "../services/charges/assign-charge.ts";
import {
  byOption,
  command,
  exitCode,
  jsonOption,
  readConfiguration,
  readText,
  UsageError,
} from "./kit/command.ts";
import { print, printJson } from "./kit/output.ts";
import { withServices } from "./kit/with-services.ts";

export const assignCommand = command({
  description:
    "Says whose a charge is whose customer nobody knows: it tops up that owner's wallet as of when it settled, or once it does. " +
    "--undo takes that back while nothing of it was spent.",
  arguments: [{ takes: "<charge>", says: "its id, chg_…" }],
  options: {
    owner: { type: "string", takes: "OWNER", says: "whose it is" },
    undo: { type: "boolean", says: "nobody's again" },
    reason: { type: "string", says: "why" },
    by: byOption,
    json: jsonOption,
  },
  async run(values, [id, ...others]) {
    if (id === undefined || others.length > 0) throw new UsageError("Name one charge.");
    if ((values.owner === undefined) === (values.undo !== true))
      throw new UsageError("Either --owner or --undo is needed.");
    const { by } = values;
    const reason = readText("--reason", values.reason);
    const request = { chargeId: id as ChargeId, owner: values.owner ?? null, reason };
    const result = await withServices(readConfiguration(), (services) => assign(services, request), { by });
    if (values.json) printJson({ ...result, kind: undefined, result: result.kind });
    else print(describe(result));
    return result.kind === "assigned" || result.kind === "unchanged" ? exitCode.right : exitCode.wrong;
  },
});

function describe(result: Assigned): string {
  switch (result.kind) {
    case "assigned":
      return result.owner === null ? "What was said of its owner is taken back." : `It is ${result.owner}'s.`;
    case "unchanged":
      return "It was so already.";
    default:
      return whyNotAssigned(result);
  }
}
