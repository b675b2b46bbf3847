/** A tag as a test writes it: its values, by their TIFF type. */
interface Tag {
  readonly tag: number;
  readonly type: 2 | 3 | 4 | 12 | 16;
  readonly values: readonly number[];
}

/** What a file says of the ground, as a test writes it; what it leaves out is not there. */
export interface GeoTiffFields {
  readonly width?: number;
  readonly height?: number;
  readonly big?: boolean;
  readonly motorola?: boolean;
  readonly scale?: readonly number[];
  readonly ties?: readonly number[];
  readonly matrix?: readonly number[];
  /** Keys by number: a whole number, or numbers that are kept among the doubles. */
  readonly keys?: Readonly<Record<number, number | readonly number[]>>;
  readonly citation?: string;
  /** EXIF orientation, 1 to 8. */
  readonly orientation?: number;
  readonly more?: readonly Tag[];
  readonly sample?: (x: number, y: number) => number;
}

const SIZES = { 2: 1, 3: 2, 4: 4, 12: 8, 16: 8 } as const;

/** Keys of UTM on WGS 84. */
export const utmKeys = (zone: number, south = false): Record<number, number> => ({
  1024: 1,
  1025: 1,
  3072: (south ? 32_700 : 32_600) + zone,
  3076: 9001,
});
/** Keys of degrees in a geographic system of EPSG. */
export const geographicKeys = (code: number): Record<number, number> => ({ 1024: 2, 1025: 1, 2048: code, 2054: 9102 });

function geoTags({ keys, citation }: GeoTiffFields): Tag[] {
  if (!keys) return [];
  const doubles: number[] = [];
  const entries = Object.entries(keys).map(([key, value]) => {
    if (typeof value === "number") return [Number(key), 0, 1, value];
    doubles.push(...value);
    return [Number(key), 34_736, value.length, doubles.length - value.length];
  });
  const text = citation === undefined ? [] : [...Buffer.from(`${citation}|\0`, "latin1")];
  if (text.length > 0) entries.push([1026, 34_737, text.length - 1, 0]);
  entries.sort(([a = 0], [b = 0]) => a - b);
  return [
    { tag: 34_735, type: 3, values: [1, 1, 0, entries.length, ...entries.flat()] },
    ...(doubles.length > 0 ? [{ tag: 34_736, type: 12 as const, values: doubles }] : []),
    ...(text.length > 0 ? [{ tag: 34_737, type: 2 as const, values: text }] : []),
  ];
}

/** Writes a GeoTIFF of one band of 8 bits in one strip, classic or BigTIFF, in either byte order, by no code of the product. */
export function writeGeoTiff(fields: GeoTiffFields = {}): Buffer {
  const { width = 40, height = 30, big = false, motorola = false, sample = (x, y) => (x + y) % 256 } = fields;
  const head = big ? 16 : 8;
  const pixels = Buffer.alloc(width * height);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) pixels[y * width + x] = sample(x, y);
  const one = (tag: number, type: Tag["type"], value: number): Tag => ({ tag, type, values: [value] });
  const doubles = (tag: number, values?: readonly number[]): Tag[] => (values ? [{ tag, type: 12, values }] : []);
  const tags: Tag[] = [
    one(256, 4, width),
    one(257, 4, height),
    one(258, 3, 8),
    one(259, 3, 1),
    one(262, 3, 1),
    one(273, 4, head),
    ...(fields.orientation === undefined ? [] : [one(274, 3, fields.orientation)]),
    one(277, 3, 1),
    one(278, 4, height),
    one(279, 4, pixels.length),
    ...doubles(33_550, fields.scale),
    ...doubles(33_922, fields.ties),
    ...doubles(34_264, fields.matrix),
    ...geoTags(fields),
    ...(fields.more ?? []),
  ].toSorted((a, b) => a.tag - b.tag);
  const put = (bytes: Buffer, at: number, length: 1 | 2 | 4 | 8, value: number): void => {
    if (length === 8) bytes[motorola ? "writeBigUInt64BE" : "writeBigUInt64LE"](BigInt(value), at);
    else bytes[motorola ? "writeUIntBE" : "writeUIntLE"](value, at, length);
  };
  const begins = head + pixels.length;
  const [counted, entry, room] = big ? [8, 20, 8] : ([2, 12, 4] as const);
  const directory = Buffer.alloc(counted + tags.length * entry + room);
  put(directory, 0, big ? 8 : 2, tags.length);
  const beyond: Buffer[] = [];
  let free = begins + directory.length;
  for (const [nth, { tag, type, values }] of tags.entries()) {
    const size = SIZES[type];
    const written = Buffer.alloc(values.length * size);
    for (const [at, value] of values.entries())
      if (type === 12) written[motorola ? "writeDoubleBE" : "writeDoubleLE"](value, at * 8);
      else put(written, at * size, size, value);
    const at = counted + nth * entry;
    put(directory, at, 2, tag);
    put(directory, at + 2, 2, type);
    put(directory, at + 4, big ? 8 : 4, values.length);
    if (written.length <= room) written.copy(directory, at + entry - room);
    else {
      put(directory, at + entry - room, room as 4 | 8, free);
      beyond.push(written);
      free += written.length;
    }
  }
  const front = Buffer.alloc(head);
  front.write(motorola ? "MM" : "II", "latin1");
  put(front, 2, 2, big ? 43 : 42);
  if (big) put(front, 4, 2, 8);
  put(front, big ? 8 : 4, big ? 8 : 4, begins);
  return Buffer.concat([front, pixels, directory, ...beyond]);
}
