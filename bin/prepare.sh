# Sourced by the commands of this folder; needs $root. Makes packages and dist current, silently and in a few
# milliseconds when they are. Everything it says goes to stderr, because stdout belongs to the command.
# In an installed package there is no tsconfig.build.json: packages and dist came with it, and nothing is done.

say() { printf 'caveat: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

is_clone() { [ -f "$root/tsconfig.build.json" ]; }

# A copy of the lock file stands beside the packages that were installed from it. Without the copy, an `npm ci` by hand
# counts when npm finished it (it writes .package-lock.json last) after the lock file was written.
packages_current() {
  [ -d "$root/node_modules" ] || return 1
  [ -f "$root/node_modules/.caveat-stamp" ] && { cmp -s "$root/package-lock.json" "$root/node_modules/.caveat-stamp"; return; }
  [ -x "$root/node_modules/.bin/tsc" ] && [ "$root/node_modules/.package-lock.json" -nt "$root/package-lock.json" ] || return 1
  stamp_packages 2>/dev/null || :
}

stamp_packages() {
  cp "$root/package-lock.json" "$root/node_modules/.caveat-stamp.$$" &&
    mv -f "$root/node_modules/.caveat-stamp.$$" "$root/node_modules/.caveat-stamp"
}

# Names and contents of everything that goes into dist: no time stamp can lie about that.
source_record() {
  (cd "$root" && find src audit migrations bench web tsconfig.json tsconfig.build.json -type f -exec cksum {} + 2>/dev/null | LC_ALL=C sort -k 3)
}

build_current() { [ -f "$root/dist/.sources" ] && source_record | cmp -s - "$root/dist/.sources"; }

# One install or build at a time. The kernel drops a flock with its holder; the directory used where there is no flock
# names its holder, and a dead one's is taken over.
lock() {
  mkdir -p "$root/.build" || die "cannot write to $root"
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$root/.build/lock"
    flock -n 9 && return
    say "waiting for another install or build to end"
    flock 9
  else
    until mkdir "$root/.build/lock.d" 2>/dev/null; do
      holder=$(cat "$root/.build/lock.d/pid" 2>/dev/null || :)
      if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then rm -rf "$root/.build/lock.d"; else sleep 1; fi
    done
    echo $$ >"$root/.build/lock.d/pid"
  fi
}

unlock() {
  if command -v flock >/dev/null 2>&1; then exec 9>&-; else rm -rf "$root/.build/lock.d"; fi
}

# The development packages are named, because NODE_ENV=production would leave the compiler out.
install_packages() {
  command -v npm >/dev/null 2>&1 || die "packages are not installed and npm was not found"
  say "installing packages (npm ci; about half a minute the first time)"
  (cd "$root" && npm ci --ignore-scripts --include=dev --include=optional --no-audit --no-fund --loglevel=error >&2 9>&-) ||
    die "npm ci failed"
  stamp_packages || die "cannot write to $root/node_modules"
}

# Built aside, at the depth that the source maps will be read from, and moved into place, so that nobody ever starts half of it. A type error builds nothing.
build() {
  say "building"
  rm -rf "$root/.build-dist" "$root/.build/old"
  mkdir -p "$root/.build-dist"
  source_record >"$root/.build-dist/.sources"
  (cd "$root" && node_modules/.bin/tsc -p tsconfig.build.json --noEmitOnError --outDir .build-dist >&2 9>&-) || die "the build failed"
  find_node 24 0
  (cd "$root" && "$node" node_modules/vite/bin/vite.js build --config web/vite.config.ts --outDir "$root/.build-dist/web" >&2 9>&-) || die "the page was not built"
  [ ! -d "$root/dist" ] || mv "$root/dist" "$root/.build/old"
  mv "$root/.build-dist" "$root/dist"
  rm -rf "$root/.build/old"
}

prepare_packages() {
  is_clone || return 0
  packages_current && return
  lock
  packages_current || install_packages
  unlock
}

prepare() {
  prepare_packages
  is_clone || return 0
  build_current && return
  lock
  build_current || build
  unlock
}

# Sets $node: the Node that came with the packages, or the system's when it is new enough. $1 and $2: least major, minor.
find_node() {
  for node in "$root/node_modules/.bin/node" "$root"/node_modules/node-linux-*/bin/node "$root"/../node-linux-*/bin/node; do
    [ -x "$node" ] && return
  done
  node=$(command -v node) || die "Node is missing: install Node $1.$2 or newer"
  "$node" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > +process.argv[1] || (a === +process.argv[1] && b >= +process.argv[2]) ? 0 : 1)' "$1" "$2" ||
    die "this is Node $("$node" -p process.versions.node), and $1.$2 or newer is needed"
}

# npm runs a script in the package's folder, but the paths that a person gives are relative to where he typed.
return_to_caller() {
  case "${npm_lifecycle_event:-}" in
    start | tour | caveat | caveat-audit | bench | ni)
      if [ -n "${INIT_CWD:-}" ] && [ "$(pwd -P)" = "$root" ]; then cd "$INIT_CWD"; fi
      ;;
  esac
  unset INIT_CWD
}
