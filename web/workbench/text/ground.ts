/** What the workbench says of positions on the ground. */
export const GROUND = {
  title: "On the ground",
  outside: "outside the image",
  notRead: "no position was read when this image was received",
  none: {
    NONE: "no position in this file",
    SYSTEM: "no position: its coordinate system is not one that is read",
    CONTRADICTION: "no position: what the file says of it contradicts itself",
    CONTROL_POINTS: "no position: the file has control points and no transform",
    DAMAGED: "no position: what the file says of it cannot be read",
    OUTSIDE: "no position: it would lie outside its coordinate system",
  } as Readonly<Record<string, string>>,
  why: (why: string, system: string): string =>
    `${GROUND.none[why] ?? GROUND.none["NONE"]}${system === "" ? "" : ` (${system})`}`,
  latitude: (text: string, north: boolean): string => `${text} ${north ? "N" : "S"}`,
  longitude: (text: string, east: boolean): string => `${text} ${east ? "E" : "W"}`,
  pair: (latitude: string, longitude: string): string => `${latitude}, ${longitude}`,
  mgrs: (text: string): string => `MGRS ${text}`,
  datum: (datum: string, approximate: boolean): string =>
    approximate ? `${datum}, approximate: between stated corners` : datum,
  metres: (text: string, approximate: boolean): string => `${approximate ? "≈ " : ""}${text} m`,
  kilometres: (text: string, approximate: boolean): string => `${approximate ? "≈ " : ""}${text} km`,
  opposite: "no distance: nearly on opposite sides of the globe",
  onGround: (text: string): string => `${text} on the ground`,
  center: (text: string, approximate: boolean): string => `Centre: MGRS ${approximate ? "≈ " : ""}${text}`,
} as const;
