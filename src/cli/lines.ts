/**
 * Answers each line of standard input with exactly one line, empty lines too; nothing is trimmed. A last line without a
 * newline counts, an empty one after the last newline does not.
 */
export async function answerLines(answer: (line: string) => string): Promise<void> {
  let pending = "";
  const write = (text: string): Promise<void> =>
    new Promise((resolve, reject) => process.stdout.write(text, (error) => (error ? reject(error) : resolve())));
  process.stdin.setEncoding("utf8");
  let out = "";
  for await (const chunk of process.stdin) {
    pending += String(chunk);
    const lines = pending.split("\n");
    pending = lines.pop() ?? "";
    for (const line of lines) out += `${answer(line)}\n`;
    if (out.length > 0) await write(out);
    out = "";
  }
  if (pending.length > 0) await write(`${answer(pending)}\n`);
}
