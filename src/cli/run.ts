const usageError = 64;

/** Runs one command and returns the exit code (0 right, 1 wrong, 2 incomplete, 64 usage, 78 configuration). */
export async function run(argv: string[]): Promise<number> {
  const command = argv[0];
  if (command !== undefined) process.stderr.write(`Unknown command: ${command}\n`);
  process.stderr.write("Usage: tallyhook <command> [options]\n");
  return usageError;
}
