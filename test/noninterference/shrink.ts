import { Kind, parse, print, visit } from "graphql";
import type { ASTNode, DocumentNode } from "graphql";
import type { Ask, Step } from "./ask.ts";

/** What is made smaller: both worlds and the script together. */
export interface Shrinkable {
  readonly a: readonly Ask[];
  readonly b: readonly Ask[];
  readonly steps: readonly Step[];
}

/** Whether a smaller one still shows the difference. */
type Fails = (smaller: Shrinkable) => Promise<boolean>;

/** Leaves out what is not needed: halves first, then smaller parts, while tries are left. */
async function fewer<T>(list: readonly T[], still: (shorter: readonly T[]) => Promise<boolean>): Promise<readonly T[]> {
  let kept = list;
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < kept.length;) {
      const shorter = [...kept.slice(0, at), ...kept.slice(at + size)];
      if (await still(shorter)) kept = shorter;
      else at += size;
    }
  }
  return kept;
}

/**
 * Makes a failing case smaller: drops acts of both worlds and steps of the script, then fields and arguments of its
 * documents.
 *
 * @param tries how often it may be tried
 */
export async function shrink(failing: Shrinkable, fails: Fails, tries: number): Promise<Shrinkable> {
  let best = failing;
  let left = tries;
  const still = async (smaller: Shrinkable): Promise<boolean> => {
    if (left <= 0) return false;
    left -= 1;
    if (!(await fails(smaller))) return false;
    best = smaller;
    return true;
  };
  await fewer(best.steps.slice(0, -1), (steps) => still({ ...best, steps: [...steps, ...best.steps.slice(-1)] }));
  await fewer(best.b, (b) => still({ ...best, b }));
  await fewer(best.a, (a) => still({ ...best, a }));
  for (let index = best.steps.length - 1; index >= 0; index -= 1) {
    for (let field = 0; ;) {
      const now = best.steps[index];
      const smaller = withoutField(now, field);
      if (smaller === null || left <= 0) break;
      if (smaller === now) {
        field += 1;
        continue;
      }
      const steps = best.steps.map((step, at) => (at === index ? smaller : step));
      if (!(await still({ ...best, steps }))) field += 1;
    }
  }
  return best;
}

/** A step whose document has lost its field of this number, counted from the last; null when there are no more. */
function withoutField(step: Step | undefined, number: number): Step | null {
  if (!step || !("low" in step) || !step.low.graphql) return null;
  let document: DocumentNode;
  try {
    document = parse(step.low.graphql.query);
  } catch {
    return null;
  }
  const fields: ASTNode[] = [];
  visit(document, {
    Field: (node) => void fields.push(node),
    InlineFragment: (node) => void fields.push(node),
    FragmentSpread: (node) => void fields.push(node),
  });
  const gone = fields[fields.length - 1 - number];
  if (!gone) return null;
  let query = "";
  try {
    query = print(tidied(visit(document, { enter: (node) => (node === gone ? null : undefined) })));
  } catch {
    // Nothing would be left of a fragment or of the whole.
    return step;
  }
  const { variables = {} } = step.low.graphql;
  const used = Object.fromEntries(Object.entries(variables).filter(([name]) => query.includes(`$${name}:`)));
  return { low: { ...step.low, graphql: { query, variables: used } } };
}

/** A document without empty selections, and without fragments and variables that nothing uses. */
function tidied(document: DocumentNode): DocumentNode {
  let left = document;
  for (let before = ""; before !== print(left);) {
    before = print(left);
    const used = new Set<string>();
    visit(left, {
      FragmentSpread: (node) => void used.add(`...${node.name.value}`),
      Variable: (node, _key, parent) => {
        const defines =
          parent !== undefined && !Array.isArray(parent) && (parent as ASTNode).kind === Kind.VARIABLE_DEFINITION;
        if (!defines) used.add(`$${node.name.value}`);
      },
    });
    left = visit(left, {
      VariableDefinition: (node) => (used.has(`$${node.variable.name.value}`) ? undefined : null),
      FragmentDefinition: (node) => (used.has(`...${node.name.value}`) ? undefined : null),
      SelectionSet: { leave: (node) => (node.selections.length === 0 ? null : undefined) },
      Field: {
        leave: (node, _key, parent) =>
          wasParent(left, node) && node.selectionSet === undefined && parent ? null : undefined,
      },
    });
  }
  return left;
}

const PARENTS = new WeakMap<DocumentNode, Set<string>>();

/** Whether a field had a selection before: without it the field means nothing. */
function wasParent(document: DocumentNode, node: { readonly loc?: { readonly start: number } | undefined }): boolean {
  let starts = PARENTS.get(document);
  if (!starts) {
    const found = new Set<string>();
    visit(document, { Field: (field) => void (field.selectionSet && found.add(String(field.loc?.start))) });
    PARENTS.set(document, found);
    starts = found;
  }
  return starts.has(String(node.loc?.start));
}
