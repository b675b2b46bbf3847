// The demonstration's page: signs somebody in, sends a question in his session, shows the answer under its banner.
// Everything that comes from the server is put in as text, never as markup. What the page says itself stands in the catalogue
// (web/workbench/text/first-page.json): the server puts it into the page, and what this script says of it into a template.

const EXAMPLES = [
  {
    name: "overview",
    query: `query Overview {
  viewer { handle clearance sessionLevel readOns country organization roles }
  programs(first: 10) {
    edges { node {
      id name marking { banner }
      datasets(first: 10) { edges { node { id name marking { portion } contentMarking assetCount labelCount } } }
    } }
  }
}`,
  },
  {
    name: "images",
    query: `query Images {
  programs(first: 5) { edges { node {
    datasets(first: 10) { edges { node {
      name
      assets(first: 20) { edges { node { id title marking { portion } width height displayUrl } } }
    } } }
  } } }
}`,
  },
  {
    name: "labels",
    query: `query Labels($id: ID!) {
  dataset(id: $id) {
    name contentMarking
    labels(first: 20) {
      edges { node { id state marking { portion } latest { class { key } shape attributes score } } }
      pageInfo { hasNextPage endCursor }
    }
  }
}`,
    variables: '{ "id": "" }',
  },
  {
    name: "mine",
    query: `query Mine {
  ownAudit(first: 20) { edges { node { at operation answer } } }
}`,
  },
  {
    name: "log",
    query: `query Log {
  auditEntries(first: 20) {
    edges { node { index kind at leafHash sections { slot state content } } }
    pageInfo { hasNextPage endCursor }
  }
}`,
  },
];

const byId = (id) => document.getElementById(id);
const TEXTS = JSON.parse(byId("said").content.textContent);
/** A text of the catalogue, with what it names in braces filled in. */
const said = (name, values = {}) => TEXTS[name].replaceAll(/\{(\w+)\}/g, (_place, value) => values[value]);
const LEVELS = [
  ["TOP SECRET", "TS"],
  ["SECRET", "S"],
  ["CONFIDENTIAL", "C"],
  ["RESTRICTED", "C"],
  ["UNCLASSIFIED", "U"],
  ["CUI", "CUI"],
];

const CONTROL_SYSTEMS = ["HCS", "RSV", "SI", "TK"];

/** The level that colors a banner: the first level that it names, as in "//NATO SECRET" or "TOP SECRET//NOFORN"; with a control system SCI. */
function levelOf(banner) {
  const [first = "", second = ""] = banner.split("//").filter((part) => part !== "");
  const level = LEVELS.find(([name]) => first.includes(name))?.[1] ?? "none";
  return level === "TS" && CONTROL_SYSTEMS.includes(second.split(/[-/ ]/)[0]) ? "SCI" : level;
}

function showBanner(text) {
  for (const id of ["banner-top", "banner-bottom"]) {
    const element = byId(id);
    element.textContent = text ?? said("noMarkedData");
    element.dataset.level = text === null ? "none" : levelOf(text);
  }
}

function cell(row, text, name) {
  const element = document.createElement(name);
  if (name === "th") element.scope = "row";
  element.textContent = text;
  row.append(element);
  return element;
}

const SIGNED_IN = /(?:^|; )(?:__Host-)?caveat-signed-in=1(?:;|$)/;
/** Other tabs of this server: they are told when somebody else is signed in. */
const tabs = new BroadcastChannel("caveat-session");
function tellTabs(what) {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel takes none: all that listen are of our origin
  tabs.postMessage(what);
}

/** Counts sessions: what was asked in one is not shown in the next. */
let session = 0;

function showSession(text, ended = false) {
  byId("session").textContent = text ?? said(ended ? "signedOut" : "nobody");
  byId("sign-out").hidden = text === null;
}

/** Takes what was shown and typed off the page: it belongs to the session that it was asked in. */
function forget() {
  session += 1;
  showBanner(null);
  byId("receipt").textContent = "";
  byId("answer").textContent = "";
  chooseExample(Number(byId("example").value));
}

/** Sends JSON to the server, in the session of whoever is signed in. */
const post = (path, body) =>
  fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

const levelName = (level) => byId("level").querySelector(`option[value="${level}"]`)?.textContent ?? level;

/** Asks who is signed in, where somebody is: the session is a cookie that no script can read, and another one says that it is there. */
async function resume() {
  const own = session;
  showSession(null, location.hash === "#signed-out");
  // Said once: not after a reload, nor to whoever comes next.
  if (location.hash !== "") history.replaceState(null, "", "/");
  if (!SIGNED_IN.test(document.cookie)) return;
  const response = await post("/graphql", { query: "{ viewer { handle sessionLevel } }" });
  const { data } = await response.json();
  if (own !== session) return;
  const { handle, sessionLevel } = data?.viewer ?? {};
  if (data) showSession(said("signedIn", { who: handle, level: levelName(sessionLevel) }));
  else if (response.status !== 401) showSession(said("mayBeIn", { status: response.status }));
}

async function signIn(handle) {
  forget();
  const own = session;
  const level = byId("level").value;
  try {
    const response = await post("/session", { handle, level });
    tellTabs("another session");
    if (own !== session) return;
    if (response.ok) showSession(said("signedIn", { who: handle, level: levelName(level) }));
    else byId("session").textContent = said("refused", { status: response.status });
  } catch {
    byId("session").textContent = said("noAnswer");
  }
}

async function signOut() {
  forget();
  const own = session;
  let text = said("mayBeOpenUnanswered");
  let ended = false;
  // What the workbench kept sealed goes also where there is no session any more, or no answer.
  indexedDB.deleteDatabase("caveat-copies");
  try {
    const { status } = await fetch("/session", { method: "DELETE" });
    ended = status === 200;
    // 401: there is no such session any more.
    text = status === 200 || status === 401 ? null : said("mayBeOpen", { status });
    tellTabs("signed out");
  } catch {
    // Said below.
  }
  if (own !== session) return;
  if (text === null) showSession(null, ended);
  else byId("session").textContent = text;
}

async function showPeople() {
  const { people, tokenCommand } = await (await fetch("/demonstration.json")).json();
  for (const person of people) {
    const row = document.createElement("tr");
    cell(row, person.handle, "th");
    cell(row, person.displayName, "td");
    cell(row, person.summary, "td");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = said("signIn");
    button.setAttribute("aria-label", said("signInAs", { who: person.displayName }));
    button.addEventListener("click", () => void signIn(person.handle));
    cell(row, "", "td").append(button);
    byId("people-rows").append(row);
  }
  byId("token-command").textContent = tokenCommand.replace("HANDLE", people[0]?.handle ?? "HANDLE");
}

function chooseExample(index) {
  const example = EXAMPLES[index] ?? EXAMPLES[0];
  byId("query").value = example.query;
  byId("variables").value = example.variables ?? "";
}

/** Sends the question; the answer replaces the last one together with its banner, so that neither stands without the other. */
async function send(event) {
  event.preventDefault();
  const button = byId("send");
  const variables = byId("variables").value.trim();
  let body;
  try {
    body = { query: byId("query").value, variables: variables === "" ? {} : JSON.parse(variables) };
  } catch {
    byId("receipt").textContent = said("notJson");
    byId("variables").focus();
    return;
  }
  const own = session;
  button.disabled = true;
  byId("receipt").textContent = said("sending");
  try {
    const response = await post("/graphql", body);
    const answer = await response.json();
    if (own !== session) return;
    if (response.status === 401) showSession(null);
    const { marking = null, receipt = null } = answer.extensions ?? {};
    showBanner(marking);
    byId("receipt").textContent =
      receipt === null ? said("refused", { status: response.status }) : said("receipt", { receipt });
    byId("answer").textContent = JSON.stringify(answer.data ?? answer.errors, null, 2);
  } catch {
    if (own !== session) return;
    showBanner(null);
    byId("receipt").textContent = said("noAnswer");
    byId("answer").textContent = "";
  } finally {
    button.disabled = false;
  }
}

for (const [index, { name }] of EXAMPLES.entries()) byId("example").append(new Option(said(name), String(index)));
byId("example").addEventListener("change", (event) => chooseExample(Number(event.target.value)));
byId("question").addEventListener("submit", (event) => void send(event));
byId("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) byId("question").requestSubmit();
});
chooseExample(0);
byId("sign-out").addEventListener("click", () => void signOut());
void showPeople();
void resume();
tabs.addEventListener("message", () => {
  forget();
  void resume();
});
