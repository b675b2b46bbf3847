import { CONSOLE } from "./text/console.ts";
import { COPIES } from "./text/copies.ts";
import { count } from "./text/count.ts";
import { DELIVERY } from "./text/delivery.ts";
import { GROUND } from "./text/ground.ts";
import { LEAD } from "./text/lead.ts";
import { HISTORY } from "./text/history.ts";
import { LISTING } from "./text/listing.ts";
import { QUARANTINE } from "./text/quarantine.ts";
import { refusalText } from "./text/refusals.ts";
import { STEWARD } from "./text/steward.ts";

const minuteOf = (time: Date): string => time.toTimeString().slice(0, 5);

/**
 * The catalogue: everything that the pages say, in one place, so that it can be translated. What only one desk says is in text/,
 * and there, in first-page.json, what the first page says, which no build makes: the server puts it in.
 */
export const TEXT = {
  /** What the page itself says, before a script does; it is built into its markup. */
  page: {
    title: "Caveat workbench",
    banner: "Classification banner",
    noScripts: "The workbench needs scripts of this server.",
  },
  nothingShown: "nothing marked is shown",
  signedOut: "Nobody is signed in. Sign in on the first page, then come back.",
  toFirstPage: "To the first page",
  coming: "It is coming …",
  image: {
    opening: "The image is being opened …",
    coming: "The image is coming …",
    late: "Parts of the image do not come. They are asked for again every few seconds.",
  },
  thumbnail: (name: string): string => `Thumbnail of ${name}`,
  noProjects: "There is no project that you may see.",
  refused: refusalText,
  refusedAs: (code: string): string => `The server refused: ${code}.`,
  noAnswer: "The server did not answer.",
  notShown: "Nothing to show",
  person: (handle: string, level: string): string => `${handle}, at ${level}`,
  signOut: "Sign out",
  label: "Label",
  review: "Review",
  nothingToDo: "There is no task for you in this project just now.",
  progress: (done: number, tasks: number, toLabel: number, toJudge: number, setAside: number): string =>
    `${done} of ${tasks} done, ${toLabel} to label, ${toJudge} to judge, ${setAside} set aside`,
  backToProjects: "Back to projects",
  tools: "Tools",
  classes: "Classes",
  findClass: "Find a class",
  shapes: "Labels",
  noShapes: "Nothing is drawn yet.",
  guidelines: "Guidelines",
  guideline: (portion: string, version: number, body: string): string => `${portion} Version ${version}. ${body}`,
  noGuidelines: "This project has none.",
  submit: "Hand in, and the next",
  skip: "Put back",
  skipReason: "Why do you put it back?",
  accept: "Accept",
  reject: "Send back",
  choose: "Choose this one",
  rejectReason: "What is wrong?",
  ok: "Go on",
  cancel: "Leave it",
  undo: "Undo",
  redo: "Redo",
  remove: "Remove",
  fit: "Whole image",
  keys: "Keys",
  opinion: (number: number): string => `Opinion ${number}`,
  saved: "Saved.",
  saving: "Saving.",
  unsaved: "Not saved: the server did not take it. It is tried again.",
  notSaved: (code: string): string => `Not saved, and not tried again. ${refusalText(code)}`,
  leaveUnsaved: "What you did last is not saved. Leave it?",
  halfDrawn: "Something is half drawn, and is not handed in. Hand in without it?",
  handedIn: "Handed in.",
  left: (until: Date): string =>
    `The task stays yours until ${minuteOf(until)}, and goes to others then, or as soon as you sign out. What you drew is kept.`,
  lost: "The task is not yours any more. What you drew is kept, and offered again with the task.",
  below: "This session was shown higher things. Is none of them in what you do here?",
  leaseUntil: (until: Date): string => `Yours until ${minuteOf(until)}`,
  place: (x: number, y: number): string => `${x}, ${y}`,
  verifyLog: "Verify the log",
  logTitle: "The activity log",
  logHelp:
    "Your browser checks by itself; this server only hands the log out. “Verify” reads entries and tree, after a checkpoint that you kept only what came since. “Verify with sections” reads the whole log again, with the chain and the sections that you may open.",
  keptCheckpoint: "Checkpoint that you kept",
  keptCheckpointFile: "Checkpoint that you kept, as a file",
  keptHelp:
    "Choose the file that you kept after an earlier check, or paste its text. Without one the newest entries can be missing unnoticed.",
  ownTrust: "Trust file",
  trustHelp: "Choose the one that your operator gave you. Without it the key of this server is believed.",
  verify: "Verify",
  verifyAll: "Verify with sections",
  stop: "Stop",
  checking: (entries: number, of: number): string => `${count(entries)} of about ${count(of)} entries checked`,
  verified: (entries: number): string => `Verified: all ${count(entries)} entries stand as they were signed.`,
  notVerified: "Not verified.",
  grown: (known: number, more: number): string =>
    `Verified: the log begins with the ${count(known)} entries that your checkpoint signed; ${count(more)} came after it and stand as they were signed.`,
  noSections: "Chain and sections were not read: “Verify with sections” does that.",
  since: (known: number, more: number): string =>
    `The first ${count(known)} are those that your kept checkpoint signed; ${count(more)} came after it.`,
  keyOf: (origin: string, own: boolean): string =>
    own
      ? `Checked with the key of ${origin} from your trust file.`
      : `Checked with the key of ${origin} that this server gave out: whoever rules this server chose it.`,
  times: (first: string, last: string): string => `From ${first} to ${last}, as the log's writers gave the times.`,
  sections: (opened: number, sealed: number, absent: number): string =>
    `Sections: ${count(opened)} opened and matching, ${count(sealed)} withheld from you, sealed and undamaged, ${count(absent)} unused.`,
  took: (seconds: number): string => `It took ${seconds.toFixed(1)} s.`,
  confirmed: (entries: number): string =>
    `The first ${count(entries)} entries lead to a signed root, whatever else was found.`,
  signedCheckpoint: "Checkpoint of what was verified",
  keepCheckpoint: "Keep this checkpoint",
  notTrustFile: "This is no trust file with one activity log.",
  stopped: "Stopped. Nothing was verified.",
  canvas: "The image. Arrow keys move the crosshair, Enter sets a corner; press ? for all keys.",
  canvasRole: "image to draw on",
  hand: {
    set: (corners: number): string => `Corner ${count(corners)} set`,
    left: (corners: number): string =>
      corners === 1 ? "1 corner of what is half drawn" : `${count(corners)} corners of what is half drawn`,
    labels: (labels: number): string => (labels === 1 ? "1 label is drawn" : `${count(labels)} labels are drawn`),
    selected: (name: string): string => `Selected: ${name}`,
    nothingSelected: "Nothing is selected",
  },
  drawn: (portion: string, name: string, number: number, kind: string): string =>
    `${portion} ${number}. ${name}, ${kind}`,
  toolNames: {
    select: "Select",
    pan: "Move",
    box: "Box",
    rotatedBox: "Turned box",
    polygon: "Polygon",
    polyline: "Line",
    ring: "Hole, part",
    point: "Point",
    ruler: "Ruler",
    pin: "Pin",
  },
  keyHelp: [
    ["1 … 9", "class of what is drawn next, or of what is selected"],
    ["C", "where there are more than nine classes, find one by typing; Enter takes the first"],
    [
      "E, Shift+E",
      "next, previous attribute of what is selected, or of what was drawn last; Enter in a field goes back to the image",
    ],
    ["Shift+1 … 9, Shift+0", "give the attribute that value; take it away"],
    [
      "V H B R P L O K M",
      "select, move the image, box, turned box (a side, then its width), polygon, line, hole in the selected polygon or another part of it, point, ruler",
    ],
    ["Space", "while it is held, move the image; what is half drawn waits, as it does with H"],
    ["arrows", "move the crosshair, with Shift by one pixel; with Select move the label"],
    ["Enter", "set a corner; a polygon ends on its first corner, a line on its last; Backspace takes a corner back"],
    ["N, Shift+N", "with Select, next or previous handle: corner, side, turning, vertex; arrows move or turn it"],
    ["Insert, Backspace", "with Select, add a vertex after the handle; remove it"],
    ["Esc", "drop what is half drawn, the handle, or the selection"],
    ["Tab in the list", "go from label to label"],
    ["Delete", "remove what is selected"],
    ["Ctrl+Z, Ctrl+Y", "undo, redo: the corners of what is half drawn first; Ctrl+Shift+Z is redo, too"],
    ["dragging", "with Select, beside the labels: move the image; so does the middle button with every tool"],
    ["right button", "take back the last corner of what is half drawn"],
    ["Ctrl+C, Ctrl+V, Ctrl+D", "copy, put the copy at the crosshair, duplicate"],
    [". ,", "bring to the front, send to the back"],
    ["I, Shift+I", "hide or show what is selected, all labels"],
    ["S, Alt", "snap to other labels or not; Alt with the mouse suspends it"],
    ["[ ] \\", "turn the view by 15 degrees, back to upright"],
    ["W", "small map of the whole image"],
    ["+ − 0", "zoom in, zoom out, whole image, as F does where nothing is judged; the wheel zooms to the pointer"],
    ["Ctrl+Enter", "hand in, and the next"],
    ["Alt+S", "put back, where the project lets you"],
    ["A, X, F, T", "when reviewing: accept or choose, send back, fix it, put pins"],
    ["G", "proposals of a model: hide or show"],
    ["?", "these keys"],
  ],
  characterKeys:
    "Keys of one character act: switched off, a letter, digit or sign does nothing until the page is loaded again",
  copies: COPIES,
  ground: GROUND,
  lead: LEAD,
  listing: LISTING,
  lock: {
    title: "Locked",
    why: (minutes: number): string => `Nobody did anything here for ${minutes} minutes. What was shown is hidden.`,
    kept: (until: Date): string =>
      `What you drew is kept. The task stays yours until ${minuteOf(until)}, and goes to others then, or as soon as you sign out.`,
    unlock: "Show it again",
  },
  console: CONSOLE,
  delivery: DELIVERY,
  history: HISTORY,
  quarantine: QUARANTINE,
  steward: STEWARD,
  remark: {
    label: "Remark",
    judge: "Remark with the verdict",
    help: "It goes with the task; whoever judges or is sent it back reads it. Esc goes back to the image.",
  },
  newLabels: (portion: string): string => `New labels: ${portion}`,
  newLabelsHelp:
    "As the task is marked. What has to stand higher is not handed in with it: put the task back and say why.",
  judging: {
    fix: "Fix it yourself",
    fixed: "Done: what is drawn stands",
    fixing: "You fix it: what you leave as it is stands as its author's, what you change or add is yours.",
    backToJudging: "Judge as handed in",
    pins: "Pins",
    pinText: "What is to be said of this place?",
    removePin: (number: number): string => `Remove pin ${number}`,
    sentBack: "Sent back",
    beginWithIt: (labels: number): string =>
      labels === 1
        ? "Begin with the label that was handed in"
        : `Begin with the ${count(labels)} labels that were handed in`,
    opinion: (portion: string, number: number, labels: number, minutes: string, comment: string): string =>
      `${portion} Opinion ${number}: ${count(labels)} labels, ${minutes}${comment === "" ? "" : `: ${comment}`}`,
    time: (ms: number | null): string => (ms === null ? "time not told" : `${(ms / 60_000).toFixed(1)} min`),
    sideBySide: "Side by side",
    beside: (number: number): string => `Opinion ${count(number)}, beside the one that is looked at`,
    sides: { A: "Window A, on the left", B: "Window B, on the right" },
    side: (side: string, number: number): string => `${side}: opinion ${count(number)}`,
    chosen: (portion: string, number: number): string => `${portion} Opinion ${count(number)}`,
    onlyIn: (side: string): string => `only in ${side}`,
    differ: (onlyA: number, onlyB: number, both: number): string =>
      `Only in A: ${count(onlyA)}. Only in B: ${count(onlyB)}. In both: ${count(both)}.`,
    differHelp:
      "What only one of them has is framed once more, with a word. Labels of one class whose boxes overlap by half count as the same.",
    takeFrom: (number: number): string => `Take over from opinion ${number}`,
    stale: "What was handed in was changed meanwhile. Look again.",
  },
  proposals: {
    title: "Proposed by a model",
    help: "Dotted on the image. It counts only where you take it over.",
    takeAll: "Take all over",
    hide: "Hide proposals",
    take: (portion: string, name: string, kind: string, score: number | null): string =>
      `${portion} Take over: ${name}, ${TEXT.drawing.kinds[kind] ?? kind}${score === null ? "" : `, ${Math.round(score * 100)} %`}`,
    name: (name: string, score: number | null): string =>
      score === null ? `model: ${name}` : `model: ${name} ${Math.round(score * 100)} %`,
  },
  drawing: {
    kinds: {
      box: "box",
      rotatedBox: "turned box",
      polygon: "polygon",
      polyline: "line",
      point: "point",
    } as Readonly<Record<string, string>>,
    problems: {
      SHAPE_NUMBER: "a number is too large",
      SHAPE_OUTSIDE: "it would lie outside the image",
      SHAPE_EMPTY: "it would have no area or length, or lie outside",
      SHAPE_TOO_FEW_POINTS: "it has too few corners",
      SHAPE_TOO_MANY_POINTS: "it has too many corners",
      SHAPE_OF_CLASS: "this class is not drawn with that shape",
      SHAPE_SELF_CROSSING: "its outline crosses itself",
      RING_OF_POLYGON: "select a polygon first: a ring is a hole in it or a part of it",
      RING_CROSSES: "the ring must lie inside one part, or outside all of them",
      RING_TOO_MANY: "the polygon has too many corners for it",
      VERTEX_NEEDED: "this corner cannot go",
      HALF_WAITS: "what is half drawn waits: its tool goes on with it, and Esc drops it then",
      TOO_MANY_LABELS: "at most 1,000 labels are handed in with a task",
      ATTRIBUTE_REQUIRED: "needed",
      ATTRIBUTE_TYPE: "not of its type",
      ATTRIBUTE_CHOICE: "not one of the choices",
      ATTRIBUTE_RANGE: "outside its range",
      ATTRIBUTE_LENGTH: "too long",
      ATTRIBUTE_TEXT: "has characters that are no text",
    } as Readonly<Record<string, string>>,
    problem: (code: string, at: string): string =>
      `⚠ ${at === "" ? "" : `${at}: `}${TEXT.drawing.problems[code] ?? code}`,
    hidden: "hidden",
    filter: "Filter by class or shape",
    listed: (shown: number, all: number): string =>
      shown === all ? `${count(all)} in all` : `${count(shown)} of ${count(all)} are listed`,
    attributes: "Attributes",
    attribute: (key: string, required: boolean): string => (required ? `${key} (needed)` : key),
    nothing: "not said",
    booleans: ["yes", "no"],
    // The key comes last: a letter that is typed finds the word as ever.
    withKey: (name: string, key: number): string => `${name} (${key})`,
    snap: "Snap",
    hide: "Hide",
    hideAll: "Hide all",
    duplicate: "Duplicate",
    front: "To the front",
    behind: "To the back",
    overview: "Map",
    zoomIn: "Zoom in",
    zoomOut: "Zoom out",
    scale: (scale: number): string => `${(100 * scale).toFixed(scale < 0.1 ? 1 : 0)} %`,
    turn: "Turn ⟳",
    turnBack: "Turn ⟲",
    upright: "Upright",
    turned: (angle: number): string => `turned by ${angle}°`,
    light: "Light",
    lights: { brightness: "Brightness", contrast: "Contrast", gamma: "Gamma" },
    asStored: "As stored",
    pixels: (length: number): string => `${length.toFixed(2)} px`,
    measured: (length: number, dx: number, dy: number): string =>
      `${length.toFixed(2)} px (${dx.toFixed(2)} × ${dy.toFixed(2)})`,
  },
} as const;
