import { ConfigurationError } from "../domain/errors.ts";
import { isHashed } from "../services/people/passwords.ts";
import { diagnose } from "../services/running/diagnose.ts";
import { type DoctorFinding, doctorFindings } from "../services/running/findings.ts";
import { inspect } from "../tallyhook.ts";
import { command, exitCode, jsonOption, readConfiguration } from "./kit/command.ts";
import { describeDiagnosis, describeFindings, describeSettings, documentOf } from "./kit/doctor-report.ts";
import { type ShownSetting, shownSettings } from "./kit/doctor-settings.ts";
import { print, printJson } from "./kit/output.ts";
import { whileWorking } from "./kit/sign-of-life.ts";

export const doctorCommand = command({
  description:
    "Says what is wrong and how this installation stands: settings, policy, database, clock, what arrived, what is open. " +
    "Changes nothing. Ends with 1 if there is something to be done; what is only to be known is 0.",
  options: { json: jsonOption },
  async run({ json }) {
    const config = readConfiguration();
    const settings = shownSettings();
    try {
      const diagnosis = await whileWorking("Looking into everything", () =>
        inspect(config, (services) => diagnose(services, { terms: config.policy, migrate: config.migrate })),
      );
      const findings = doctorFindings(diagnosis, {
        mode: config.mode,
        hasSecret: Object.values(config.providers).some(({ secrets }) => secrets.length > 0),
        hasApiKey: config.apiKeys.length > 0,
        publicUrl: config.publicUrl,
        plainPasswordsOf: config.consoleUsers
          .filter(({ password }) => !isHashed(password))
          .map(({ name }) => name),
      });
      if (json) printJson(documentOf(settings, diagnosis, findings));
      else
        print(
          [describeFindings(findings), describeDiagnosis(diagnosis), describeSettings(settings)].join("\n"),
        );
      return exitCodeOf(findings);
    } catch (error) {
      if (error instanceof ConfigurationError) describeMisconfigured(settings, error, json);
      throw error;
    }
  },
});

/** The settings are what a person needs to mend it. */
function describeMisconfigured(
  settings: readonly ShownSetting[],
  { code, message }: ConfigurationError,
  asJson: boolean,
): void {
  const findings: DoctorFinding[] = [{ level: "wrong", code, message }];
  if (asJson) printJson({ ok: false, findings, settings });
  else print([describeFindings(findings), describeSettings(settings)].join("\n"));
}

function exitCodeOf(findings: readonly DoctorFinding[]): number {
  return findings.some(({ level }) => level === "wrong") ? exitCode.wrong : exitCode.right;
}
