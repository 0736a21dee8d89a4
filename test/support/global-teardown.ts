import { stopSharedPostgres } from "./postgres.ts";
import { removeTemplates } from "./templates.ts";

export default async function tearDown(): Promise<void> {
  await removeTemplates();
  await stopSharedPostgres();
}
