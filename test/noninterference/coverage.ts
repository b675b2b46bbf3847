import { isInputObjectType, isInterfaceType, isObjectType } from "graphql";
import type { GraphQLSchema } from "graphql";
import type { Ask, Who } from "./ask.ts";
import type { Dice } from "./dice.ts";
import type { Asked } from "./documents.ts";

/** The counts as data. */
export interface CoverageState {
  readonly fields: Readonly<Record<string, { readonly asked: number; readonly answered: number }>>;
  readonly inputs: Readonly<Record<string, number>>;
  readonly cases: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, number>>;
  /** Acts by which worlds were made to differ, by what they are. */
  readonly acts: Readonly<Record<string, { readonly tried: number; readonly done: number }>>;
}

/** A field that is to be asked, because it was answered least. */
export interface Goal {
  readonly type: string;
  readonly field: string;
}

/** What a campaign has exercised: counts that its report shows and its gates look at. */
export class Coverage {
  readonly #fields = new Map<string, { asked: number; answered: number }>();
  readonly #inputs = new Map<string, number>();
  /** Who got something for a root field. */
  readonly #heard = new Map<string, Set<string>>();
  /** How often somebody of a role was sought for a root field. */
  readonly #tries = new Map<string, number>();
  /** Cases in which something happened, by what it was. */
  readonly cases = new Map<string, number>();
  /** Acts of cleared people by what they are: how many were tried, and how many did what they should. */
  readonly acts = new Map<string, { tried: number; done: number }>();
  /** Answers by status and code. */
  readonly answers = new Map<string, number>();

  constructor(schema: GraphQLSchema) {
    for (const type of Object.values(schema.getTypeMap())) {
      if (type.name.startsWith("__")) continue;
      if (isInputObjectType(type))
        for (const name of Object.keys(type.getFields())) this.#inputs.set(`${type.name}.${name}`, 0);
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        this.#fields.set(`${type.name}.${field.name}`, { asked: 0, answered: 0 });
        for (const { name } of field.args) this.#inputs.set(`${type.name}.${field.name}.${name}`, 0);
      }
    }
  }

  /** How often a field was answered. */
  answered(type: string, field: string): number {
    return this.#fields.get(`${type}.${field}`)?.answered ?? 0;
  }

  /** One of the fields that have been answered least. */
  least(dice: Dice): Goal {
    const few = Math.min(...[...this.#fields.values()].map(({ answered }) => answered));
    const names = [...this.#fields].filter(([, { answered }]) => answered <= few).map(([name]) => name);
    const [type = "", field = ""] = dice.pick(names).split(".");
    return { type, field };
  }

  /** Whether somebody got something for a root field in what was counted so far. */
  heard(root: string, { handle, level }: Who): boolean {
    return this.#heard.get(root)?.has(`${handle} ${level}`) ?? false;
  }

  /** Of some roles the one as which a root field was asked for the least so far; counts that it is asked for now. */
  roleFor(root: string, roles: readonly string[]): string {
    const tries = (role: string): number => this.#tries.get(`${root} ${role}`) ?? 0;
    const role = roles.toSorted((a, b) => tries(a) - tries(b) || (a < b ? -1 : 1))[0] ?? "";
    this.#tries.set(`${root} ${role}`, tries(role) + 1);
    return role;
  }

  /** Counts a document with what came back for it (null where the whole was refused). */
  document(asked: readonly Asked[], given: readonly string[], data: unknown, who: Who | null = null): void {
    for (const place of given) this.#inputs.set(place, (this.#inputs.get(place) ?? 0) + 1);
    this.#ask(asked);
    this.#walk(asked, data);
    if (who !== null) this.#hear(asked, data, who);
  }

  #hear(asked: readonly Asked[], data: unknown, { handle, level }: Who): void {
    const answers = (data ?? {}) as Readonly<Record<string, unknown>>;
    for (const { as, field } of asked) {
      const answer = answers[as] ?? null;
      if (answer === null || JSON.stringify(answer).includes('"userErrors":[{')) continue;
      const heard = this.#heard.get(field) ?? new Set();
      this.#heard.set(field, heard.add(`${handle} ${level}`));
    }
  }

  #ask(asked: readonly Asked[]): void {
    for (const { type, field, children } of asked) {
      const count = this.#fields.get(`${type}.${field}`);
      if (count) count.asked += 1;
      this.#ask(children);
    }
  }

  #walk(asked: readonly Asked[], value: unknown): void {
    if (Array.isArray(value)) {
      for (const item of value) this.#walk(asked, item);
      return;
    }
    const object = value === null || typeof value !== "object" ? null : (value as Record<string, unknown>);
    for (const { as, type, field, on, children } of asked) {
      const count = this.#fields.get(`${type}.${field}`);
      if (object === null || !(as in object) || (on !== null && object["__typename"] !== on)) continue;
      if (count) count.answered += 1;
      if (object[as] !== null) this.#walk(children, object[as]);
    }
  }

  /** Counts a case once for each thing that happened in it. */
  case(happened: Iterable<string>): void {
    for (const what of new Set(happened)) this.cases.set(what, (this.cases.get(what) ?? 0) + 1);
  }

  /** Counts an act of somebody who is cleared for it. */
  act({ graphql, method, path }: Ask, done: boolean): void {
    const what = /act: (\w+)/.exec(graphql?.query ?? "")?.[1] ?? `${method} ${path.replaceAll(/\{\{.*?\}\}/g, "ID")}`;
    const count = this.acts.get(what) ?? { tried: 0, done: 0 };
    this.acts.set(what, { tried: count.tried + 1, done: count.done + Number(done) });
  }

  /** Counts one answer. */
  answer(kind: string): void {
    this.answers.set(kind, (this.answers.get(kind) ?? 0) + 1);
  }

  /** Everything that was counted, fields and arguments in order. */
  get state(): CoverageState {
    const sorted = <T>(map: ReadonlyMap<string, T>): Record<string, T> =>
      Object.fromEntries([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    return {
      fields: sorted(this.#fields),
      inputs: sorted(this.#inputs),
      cases: Object.fromEntries(this.cases),
      answers: Object.fromEntries(this.answers),
      acts: Object.fromEntries(this.acts),
    };
  }

  /** Counts what was counted elsewhere, or in an earlier run; fields that the schema no longer has are forgotten. */
  add({ fields, inputs, cases, answers, acts }: CoverageState): void {
    for (const [name, { asked, answered }] of Object.entries(fields)) {
      const count = this.#fields.get(name);
      if (count) this.#fields.set(name, { asked: count.asked + asked, answered: count.answered + answered });
    }
    for (const [name, given] of Object.entries(inputs)) {
      const count = this.#inputs.get(name);
      if (count !== undefined) this.#inputs.set(name, count + given);
    }
    for (const [what, count] of Object.entries(cases)) this.cases.set(what, (this.cases.get(what) ?? 0) + count);
    for (const [kind, count] of Object.entries(answers)) this.answers.set(kind, (this.answers.get(kind) ?? 0) + count);
    for (const [what, { tried, done }] of Object.entries(acts)) {
      const count = this.acts.get(what) ?? { tried: 0, done: 0 };
      this.acts.set(what, { tried: count.tried + tried, done: count.done + done });
    }
  }
}
