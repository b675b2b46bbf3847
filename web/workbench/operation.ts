/** An operation as it is generated, without its types. */
interface Written {
  /** Between `<` and `>` stands what is written once for each of a list, with `#` for its number. */
  readonly text: string;
  /** The list, by its name in variables and answer; absent where there is none. */
  readonly each?: string;
}

/**
 * An operation of schema/operations/, with the types of what it answers and takes. Nothing else is sent to the server, and what
 * an operation does not ask for cannot be read from its answer.
 */
export interface Operation<Data, Variables> extends Written {
  /** For the types alone: nothing is ever there. */
  readonly types?: (variables: Variables) => Data;
}

/** What the body of a request says. */
export interface Asked {
  readonly query: string;
  readonly variables: object;
}

type Members = Readonly<Record<string, unknown>>;

/** An operation as it is sent: what it asks for each of a list is a field of its own for each. */
export function asked({ text, each }: Written, variables: object): Asked {
  if (each === undefined) return { query: text, variables };
  const { [each]: list, ...own } = variables as Members;
  const all = (list ?? []) as readonly Members[];
  const query = text.replaceAll(/<([^>]*)>/g, (_, part: string) =>
    all.map((_one, n) => part.replaceAll("#", `${n}`)).join(" "),
  );
  const numbered = all.flatMap((one, n) =>
    Object.entries(one).map(([name, value]) => [`${name}_${n}`, value] as const),
  );
  return { query, variables: { ...own, ...Object.fromEntries(numbered) } };
}

/** An answer in which what was asked for each of a list is a list again, in its order. */
export function answered<Data, Variables>({ each }: Operation<Data, Variables>, data: object): Data {
  if (each === undefined) return data as Data;
  const { ...own } = data as Members;
  const list: unknown[] = [];
  for (let name = `${each}_0`; name in own; name = `${each}_${list.length}`) {
    list.push(own[name]);
    Reflect.deleteProperty(own, name);
  }
  return { ...own, [each]: list } as Data;
}
