import { hashPassword } from "../services/people/passwords.ts";
import { command, exitCode } from "./kit/command.ts";
import { print } from "./kit/output.ts";

const shortestPassword = 12;

export const hashPasswordCommand = command({
  description:
    "Reads a password from the terminal, without showing it, and prints what CONSOLE_USERS takes in its place: " +
    "name:role:<what is printed>. A pipe works too: printf '%s' \"$PASSWORD\" | tallyhook hash-password",
  async run() {
    const password = process.stdin.isTTY ? await askTwice() : await readPiped();
    if (password === null) return complain("The two are not the same. Nothing was made of them.");
    if (password.length < shortestPassword)
      return complain(`A password has at least ${shortestPassword} characters.`);
    print(await hashPassword(password));
    return exitCode.right;
  },
});

function complain(problem: string): number {
  process.stderr.write(`${problem}\n`);
  return exitCode.wrong;
}

/** `null` if they differ. */
async function askTwice(): Promise<string | null> {
  const [first, second] = [await askHidden("Password: "), await askHidden("Again: ")];
  return first === second ? first : null;
}

async function readPiped(): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

const [interrupt, end, backspace, deleteKey] = ["\u0003", "\u0004", "\b", "\u007f"];

/** What is typed up to the end of the line, and shown nowhere. */
function askHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true).setEncoding("utf8").resume();
  return new Promise((resolve) => {
    let typed: string[] = [];
    const done = () => {
      stdin.off("data", onData).setRawMode(false).pause();
      stderr.write("\n");
    };
    const onData = (text: string) => {
      for (const letter of text) {
        if (letter === interrupt) {
          done();
          process.exit(130);
        } else if (letter === "\r" || letter === "\n" || letter === end) {
          done();
          return resolve(typed.join(""));
        } else if (letter === backspace || letter === deleteKey) typed = typed.slice(0, -1);
        else typed.push(letter);
      }
    };
    stdin.on("data", onData);
  });
}
