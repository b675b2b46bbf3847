/** What of gdal3.js 2.8.1 is used here; its own types are not those of its module for Node. */
declare module "gdal3.js/node.js" {
  interface Dataset {
    readonly pointer: number;
  }
  interface RasterInfo {
    readonly driverShortName?: string;
    readonly size?: readonly number[];
    readonly bands?: readonly { readonly type?: string; readonly colorInterpretation?: string }[];
  }
  interface Gdal {
    open(path: string): Promise<{ readonly datasets: readonly Dataset[] }>;
    close(dataset: Dataset): Promise<void>;
    gdalinfo(dataset: Dataset, options: readonly string[]): Promise<RasterInfo>;
    gdal_translate(
      dataset: Dataset,
      options: readonly string[],
      name: string,
    ): Promise<{ readonly all: readonly { readonly local: string }[] }>;
    readonly Module: {
      readonly FS: {
        writeFile(path: string, bytes: Uint8Array): void;
        readFile(path: string): Uint8Array;
        unlink(path: string): void;
      };
    };
  }
  /** `path` is the folder of its files, and it puts `./` before it. */
  export default function init(settings: {
    readonly path: string;
    readonly logHandler: () => void;
    readonly errorHandler: () => void;
  }): Promise<Gdal>;
}
