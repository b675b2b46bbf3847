// A comment, a text, a quoted name, a body between dollar signs, the end of a statement, or anything else.
const PIECE = /--[^\n]*|'(?:[^']|'')*'|"[^"]*"|\$(\w*)\$[\s\S]*?\$\1\$|;|[^-'"$;]+|[\s\S]/g;

/** The statements of an SQL text without comments and semicolons. For the project's own files: it knows no E'' and no nesting. */
export function sqlStatements(text: string): string[] {
  const statements: string[] = [];
  let current = "";
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece === ";") {
      statements.push(current.trim());
      current = "";
    } else if (!piece.startsWith("--")) current += piece;
  }
  return [...statements, current.trim()].filter((statement) => statement !== "");
}
