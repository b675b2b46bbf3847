/** One thing in a delivery package. `other` is anything but a regular file: a link, a device, an empty directory. */
export interface PackageEntry {
  readonly path: string;
  readonly kind: "file" | "other";
}

/** A delivery package, in whatever form it came. All that it gives is untrusted. */
export interface PackageReader {
  /** Everything in the package. Throws FormatError when the package cannot be read as one. */
  list(): Promise<readonly PackageEntry[]>;
  /** The bytes of one listed file, in pieces. */
  read(path: string): AsyncIterable<Uint8Array>;
}
