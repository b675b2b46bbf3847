import type { Place } from "./ellipsoid.ts";
import { toUps } from "./polar-stereographic.ts";
import { fromUtm, toUtm } from "./transverse-mercator.ts";
import type { UtmPlace } from "./transverse-mercator.ts";

/*
 * The Military Grid Reference System (NGA.STND.0037): a zone and a band of latitude, two letters for a square of 100 km, and the
 * place in it, cut off and not rounded.
 */
const BANDS = "CDEFGHJKLMNPQRSTUVWX";
const COLUMNS = ["STUVWXYZ", "ABCDEFGH", "JKLMNPQR"];
const ROWS = "ABCDEFGHJKLMNPQRSTUV";
const POLAR_ROWS = "ABCDEFGHJKLMNPQRSTUVWXYZ";
const POLAR_WEST = "JKLPQRSTUXYZ";
const POLAR_EAST = "ABCFGHJKLPQR";
const SQUARE = 100_000;

/** The band of a latitude from 80 degrees south to 84 north; the last is wider. */
const bandOf = (latitude: number): string =>
  BANDS[Math.min(Math.floor((latitude + 80) / 8), latitude < 0 ? 9 : 19)] ?? "";

/** The zone of a place: six degrees wide, but for Norway's south-west and Svalbard. */
function zoneOf({ latitude, longitude }: Place): number {
  const zone = Math.min(Math.floor((longitude + 180) / 6), 59) + 1;
  if (latitude >= 56 && latitude < 64 && longitude >= 3 && longitude < 12) return 32;
  if (latitude < 72 || longitude < 0 || longitude >= 42) return zone;
  return longitude < 9 ? 31 : longitude < 21 ? 33 : longitude < 33 ? 35 : 37;
}

/** Rows of even zones begin five letters later. */
const rowsFrom = (zone: number): number => (zone % 2 === 0 ? 5 : 0);

/** What a reference says of a place within its square. */
function within(metres: number, digits: number): string {
  const cut = Math.floor((metres % SQUARE) / 10 ** (5 - digits));
  return String(cut).padStart(digits, "0");
}

/** What is less than a micrometre short of a whole metre is that metre: sums of fractions end a little beside it. */
const exact = (metres: number): number => Math.round(metres * 1_000_000) / 1_000_000;

/** The reference of a place with so many digits (5: metres, 4: ten metres, down to 1), in groups; on UPS near the poles. */
export function toMgrs(place: Place, digits = 5): string {
  const { latitude, longitude } = place;
  const text = (square: string, easting: number, northing: number): string =>
    `${square} ${within(easting, digits)} ${within(northing, digits)}`;
  if (latitude >= 84 || latitude < -80) {
    const [easting, northing] = toUps(place).map(exact) as [number, number];
    const [north, east] = [latitude > 0, easting >= 2_000_000];
    const zone = north ? (east ? "Z" : "Y") : east ? "B" : "A";
    const column = Math.floor(easting / SQUARE) - (east ? 20 : 8);
    const row = Math.floor(northing / SQUARE) - (north ? 13 : 8);
    const square = `${(east ? POLAR_EAST : POLAR_WEST)[column] ?? ""}${POLAR_ROWS[row] ?? ""}`;
    return text(`${zone} ${square}`, easting, northing);
  }
  const zone = zoneOf(place);
  const utm = toUtm({ latitude, longitude }, zone, latitude < 0);
  // What is south of the equator by next to nothing lies in the last row before it, not in the one behind it.
  const most = latitude < 0 ? 9_999_999.999_999 : Infinity;
  const [easting, northing] = [exact(utm.easting), Math.min(exact(utm.northing), most)];
  const column = COLUMNS[zone % 3]?.[Math.floor(easting / SQUARE) - 1] ?? "";
  const row = ROWS[(Math.floor(northing / SQUARE) + rowsFrom(zone)) % 20] ?? "";
  return text(`${String(zone).padStart(2, "0")}${bandOf(latitude)} ${column}${row}`, easting, northing);
}

/** A reference of 15 characters in metres, as NITF has it, on the UTM grid; null for what is none. Near the poles there are none. */
export function fromMgrs(text: string): UtmPlace | null {
  const found = /^(\d\d)([C-HJ-NP-X])([A-HJ-NP-Z])([A-HJ-NP-V])(\d{5})(\d{5})$/.exec(text);
  if (!found) return null;
  const [, digits = "", band = "", column = "", row = "", easting = "", northing = ""] = found;
  const zone = Number(digits);
  const east = COLUMNS[zone % 3]?.indexOf(column) ?? -1;
  if (zone < 1 || zone > 60 || east < 0) return null;
  const south = band < "N";
  const north = ((ROWS.indexOf(row) - rowsFrom(zone) + 20) % 20) * SQUARE + Number(northing);
  // Letters of rows come again every 2,000 km: the band says which of them it is. A square may reach a little beyond its band.
  for (let turns = 0; turns < 5; turns += 1) {
    const place = {
      zone,
      south,
      easting: (east + 1) * SQUARE + Number(easting),
      northing: north + turns * 2_000_000,
    };
    const { latitude } = fromUtm(place);
    const [from, to] = [BANDS.indexOf(band) * 8 - 80, band === "X" ? 84 : BANDS.indexOf(band) * 8 - 72];
    if (latitude > from - 1 && latitude < to + 1) return place;
  }
  return null;
}
