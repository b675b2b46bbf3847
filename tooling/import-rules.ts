/** A room: which files it is, and everything that they may reach for. What is not named is refused. */
export interface RoomRule {
  readonly name: string;
  readonly from: RegExp;
  /** May be imported in any way. The room's own files always may. */
  readonly may: readonly RegExp[];
  /** May be imported as types only. */
  readonly mayAsTypes?: readonly RegExp[];
  /** The modules of Node that it may use; all of them when this is absent. */
  readonly node?: readonly RegExp[];
  readonly reason: string;
}

/** Something that only some files may reach for. */
export interface ReservedRule {
  readonly name: string;
  readonly to: RegExp;
  readonly onlyFrom: RegExp;
  readonly reason: string;
}

const ERRORS = /^src\/errors\.ts$/;
const MARKINGS = /^src\/markings\//;
const GEODESY = /^src\/geodesy\//;
const XML = /^src\/xml\//;
const AUDIT = /^audit\//;
const SIGNING = /^src\/signing\//;
/** What a message is authenticated with between this process and the database. */
const MAC = /^src\/signing\/mac-key\.ts$/;
const SIGNER = /^src\/signer\//;
const IDENTITY = /^src\/identity\//;
const POLICY = /^src\/policy\//;
const STORAGE = /^src\/storage\//;
const LEDGER = /^src\/ledger\//;
const PROFILE = /^src\/policy\/profile\.ts$/;
const PORTS = /^src\/storage\/(ports|tables)\.ts$/;
const RECORDS = /^src\/storage\/(delivery|list|task|work)-records\.ts$/;
/** What a command is made of; a domain room knows no more of the policy. */
const COMMANDS = /^src\/policy\/(command|grant|audit-port|installation|actions|decision|facts|target|profile)\.ts$/;
/** The decision: profile, marking, facts and rules in; allow or deny with reasons out. */
const DECISION =
  /^src\/policy\/(ability|actions|closed-conditions|closed-object|decide|decision|effective-shape|facts|load|mandatory|mandatory-tokens|pair|policy-error|profile|row|rules|strict-json)\.ts$/;
const DATASETS = /^src\/datasets\//;
const LABELING = /^src\/labeling\//;
const INTERCHANGE = /^src\/interchange\//;
const DELIVERIES = /^src\/deliveries\//;
const AUDITING = /^src\/auditing\//;
const RULEBOOK = /^src\/rulebook\//;
const ADMINISTRATION = /^src\/administration\//;

/** Who may import whom: an allow-list for each room. */
export const ROOMS: readonly RoomRule[] = [
  {
    name: "audit-core",
    from: /^audit\/core\//,
    may: [],
    node: [],
    reason: "the verifier's core runs in a browser: hashing and signature checks come through a port",
  },
  {
    name: "audit-tiles",
    from: /^audit\/tiles\//,
    may: [/^audit\/core\//],
    node: [],
    reason: "files of a tree come through a port: the page reads them from the server, the command from a folder",
  },
  {
    name: "audit",
    from: AUDIT,
    may: [],
    reason: "whoever verifies us must not have to trust our server's code or any package",
  },
  {
    name: "workbench",
    from: /^web\/workbench\//,
    may: [/^audit\/(?:core|tiles)\//, GEODESY, /^src\/storage\/imagery\/(?:sniff|image-error|nitf\/read)\.ts$/],
    node: [],
    reason:
      "the page carries nothing of the server, which tells it what it may show; it verifies the log with the verifier's core, knows images by the same first bytes, reads headers of NITF and works out positions as the server does",
  },
  { name: "markings", from: MARKINGS, may: [XML], node: [], reason: "pure, and shared with the browser" },
  { name: "xml", from: XML, may: [], node: [], reason: "one reader of hostile XML for whoever needs one; pure" },
  {
    name: "geodesy",
    from: GEODESY,
    may: [],
    node: [],
    reason: "positions on the ground: pure, and shared with the browser",
  },
  { name: "errors", from: ERRORS, may: [], node: [], reason: "everyone imports it" },
  {
    name: "config",
    from: /^src\/config\.ts$/,
    may: [ERRORS],
    mayAsTypes: [IDENTITY, MARKINGS],
    reason: "the configuration is read before anything is made from it",
  },
  { name: "signing", from: SIGNING, may: [AUDIT, ERRORS], reason: "keys know nothing of what is signed" },
  {
    name: "signer",
    from: SIGNER,
    may: [/^audit\/(core\/.+|node-crypto)\.ts$/, SIGNING],
    reason:
      "a program of its own that holds the logs' keys: it must not contain the server, nor what the server was told",
  },
  {
    name: "decision",
    from: DECISION,
    may: [ERRORS, MARKINGS],
    node: [/^node:crypto$/],
    reason: "a decision is a pure function of what is passed in, so that an auditor can compute it again",
  },
  {
    name: "policy",
    from: POLICY,
    may: [ERRORS, MARKINGS, AUDIT, PORTS, RECORDS, /^src\/storage\/(reader|entities\/.+)\.ts$/, MAC],
    mayAsTypes: [IDENTITY, LEDGER, SIGNING, STORAGE],
    reason: "the door stands before the domain rooms and knows none of them",
  },
  {
    name: "identity",
    from: IDENTITY,
    may: [ERRORS, MARKINGS, PROFILE],
    mayAsTypes: [/^src\/storage\/(access-store|browser-session-store)\.ts$/],
    reason: "who somebody is must not depend on what he may do",
  },
  {
    name: "embedded",
    from: /^src\/storage\/embedded\//,
    may: [],
    mayAsTypes: [/^src\/storage\/connection\.ts$/],
    reason: "the launcher is a development default and knows nothing of what it serves",
  },
  {
    name: "storage",
    from: STORAGE,
    may: [ERRORS, MARKINGS, SIGNING, GEODESY],
    reason: "storage serves all rooms and knows none of them",
  },
  {
    name: "ledger",
    from: LEDGER,
    may: [AUDIT, ERRORS, SIGNING, PORTS],
    mayAsTypes: [
      /^src\/storage\/(ledger-store|audit-index-store|transaction|blobs\/tile-port)\.ts$/,
      /^src\/policy\/audit-port\.ts$/,
    ],
    reason: "the log is appended through the door's port and knows neither rules nor domain",
  },
  {
    name: "datasets",
    from: DATASETS,
    may: [ERRORS, MARKINGS, COMMANDS, PORTS, /^src\/storage\/(imagery\/.+|blobs\/ahead)\.ts$/],
    mayAsTypes: [GEODESY],
    reason: "a domain room reaches rows only through the grant that the door gave it",
  },
  {
    name: "labeling",
    from: LABELING,
    may: [ERRORS, MARKINGS, COMMANDS, PORTS, DATASETS],
    reason: "a domain room reaches rows only through the grant that the door gave it; labels lie on datasets",
  },
  {
    name: "interchange",
    from: INTERCHANGE,
    may: [ERRORS, MARKINGS, LABELING, XML],
    reason: "formats of others, in memory: they know shapes, not rows",
  },
  {
    name: "deliveries",
    from: DELIVERIES,
    may: [ERRORS, MARKINGS, COMMANDS, PORTS, AUDIT, SIGNING, DATASETS, INTERCHANGE, /^src\/policy\/mandatory\.ts$/],
    mayAsTypes: [LABELING, RECORDS],
    reason: "a delivery is built from what its requester may read and judged by the recipient's profile",
  },
  {
    name: "auditing",
    from: AUDITING,
    may: [ERRORS, MARKINGS, COMMANDS, PORTS, /^src\/policy\/decide\.ts$/],
    mayAsTypes: [AUDIT],
    reason: "compliance reads the log through the door's port, like everyone",
  },
  {
    name: "rulebook",
    from: RULEBOOK,
    may: [ERRORS, MARKINGS, AUDIT, COMMANDS, DECISION, PORTS, /^src\/policy\/(matrix|row-tables|row-security)\.ts$/],
    reason: "officers work with policies as documents and ask the decision itself; it reads no rows",
  },
  {
    name: "administration",
    from: ADMINISTRATION,
    may: [ERRORS, MARKINGS, COMMANDS, PORTS, AUDIT, RULEBOOK, DECISION, /^src\/policy\/row-security\.ts$/],
    reason: "what needs two people: proposals are rows behind both locks, and PostgreSQL executes them",
  },
  {
    name: "transport",
    from: /^src\/transport\//,
    may: [
      ERRORS,
      MARKINGS,
      IDENTITY,
      POLICY,
      DATASETS,
      LABELING,
      INTERCHANGE,
      DELIVERIES,
      AUDITING,
      RULEBOOK,
      ADMINISTRATION,
    ],
    reason: "transport decides nothing and stores nothing: it calls commands",
  },
  {
    name: "composition",
    from: /^src\/composition\//,
    may: [/^audit\//, /^src\/(?!transport\/|cli\/|main\.ts|tour\/|demonstration\/)/],
    reason: "it makes the server from the rooms; what starts and shows the server stands above it",
  },
  {
    name: "demonstration",
    from: /^src\/demonstration\//,
    may: [
      /^src\/(composition|datasets|labeling|deliveries|interchange|identity|markings|policy|tour|storage\/imagery)\//,
      PORTS,
      ERRORS,
      /^src\/storage\/administration\.ts$/,
    ],
    mayAsTypes: [/^src\/storage\/connection\.ts$/],
    reason:
      "people and clearances come with the demonstration program; everything else goes through the rooms' commands like any client",
  },
];

/** Where each package that runs with the server is used. Its line in CONTRIBUTING.md names the same room. */
export const PACKAGE_ROOMS: readonly { readonly packages: RegExp; readonly room: string; readonly files: RegExp }[] = [
  { packages: /^(@mikro-orm\/.+|pg|kysely)$/, room: "src/storage", files: /^(src\/storage|migrations)\// },
  { packages: /^@noble\/(curves|hashes)$/, room: "web/workbench", files: /^web\/workbench\// },
  { packages: /^sharp$/, room: "src/storage/imagery", files: /^src\/storage\/imagery\// },
  { packages: /^gdal3\.js$/, room: "src/storage/imagery/nitf", files: /^src\/storage\/imagery\/nitf\// },
  { packages: /^(@casl\/ability|@ucast\/mongo2js)$/, room: "src/policy", files: POLICY },
  { packages: /^jose$/, room: "src/identity", files: IDENTITY },
  { packages: /^node-forge$/, room: "src/deliveries", files: DELIVERIES },
  { packages: /^tar-stream$/, room: "src/deliveries, src/transport", files: /^src\/(deliveries|transport)\// },
  { packages: /^pino$/, room: "src/transport, src/cli, src/main.ts", files: /^src\/(transport\/|cli\/|main\.ts)/ },
  {
    packages:
      /^(@apollo\/.+|@as-integrations\/.+|fastify|@fastify\/websocket|graphql|graphql-ws|graphql-scalars|type-graphql|reflect-metadata|jsonc-parser)$/,
    room: "src/transport",
    files: /^src\/transport\//,
  },
];

/** What only some files may reach for, wherever they stand. */
export const RESERVED: readonly ReservedRule[] = [
  {
    name: "main-stands-on-top",
    to: /^src\/main\.ts$/,
    onlyFrom: /^(src\/cli|test|bench)\//,
    reason: "main wires everything; only the command that starts the server imports it",
  },
  {
    name: "environment",
    to: /^(use:process\.env|node:process|npm:process)$/,
    onlyFrom: /^(src\/config\.ts|src\/cli\/|test\/|tooling\/|bench\/|[\w.-]+\.config\.ts)/,
    reason: "the environment is read in one place, where a missing or weak value refuses the start",
  },
  {
    name: "exit",
    to: /^use:process\.exit$/,
    onlyFrom: /^(src\/main\.ts|src\/cli\/|test\/|tooling\/|bench\/)/,
    reason: "an exit in the middle loses what is in flight",
  },
  {
    name: "log-keys",
    to: /^src\/signing\/log-key-file\.ts$/,
    onlyFrom: /^(src\/signer|test|bench)\//,
    reason: "the keys of the logs are loaded by the signer alone, in its own process",
  },
  {
    name: "literal-imports",
    to: /^unknown:/,
    onlyFrom: /^(test|tooling)\//,
    reason: "an import that cannot be read here cannot be judged here",
  },
  {
    name: "tests-and-tools-stay-outside",
    to: /^(test|tooling|bench)\//,
    onlyFrom: /^(test|tooling|bench|[\w.-]+\.config\.ts)/,
    reason: "the server does not contain its tests",
  },
];
