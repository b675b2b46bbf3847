const EXIT_CODES = `Exit codes:
  0  verified
  1  refused: something is wrong, and the output says what and where
  2  the command line, a key file or a policy folder is wrong
  3  the input cannot be read`;

export const HELP = `caveat-audit: checks archives of a Caveat log, the decisions in them, and signed deliveries.

  caveat-audit verify log PATH --key KEY [--known FILE | --resume FILE] [--json] [--quiet]
  caveat-audit verify proof PATH --key KEY [--leaf FILE] [--open FILE] [--json] [--quiet]
  caveat-audit verify decisions ARCHIVE --key KEY [--policies FOLDER] [--known FILE] [--json] [--quiet]
  caveat-audit verify delivery PATH --trust FILE [--json] [--quiet]
  caveat-audit fsck DIR --key KEY [--known FILE] [--json] [--quiet]
  caveat-audit diff A B --key KEY [--json] [--quiet]
  caveat-audit trust certificates FILE
  caveat-audit --help | --version      (--help also after each command)

It needs no database, no account and no network, and opens no connection.

${EXIT_CODES}`;

const VERIFY_LOG_HELP = `caveat-audit verify log PATH --key KEY [--known FILE | --resume FILE] [--json] [--quiet]

Checks that nothing in an archive of the log was changed, removed, added or put in another order.

  PATH          an archive (log.ndjson), or a directory that holds one
  --key KEY     the log's public key: a verifier key line (name+id+key), a file that holds one, or a trust file
  --known FILE  a checkpoint of this log that you kept from before. Without one, nobody can exclude that the
                newest entries were left off or that the log's owner keeps a second history; the output says so
  --resume FILE what this command printed with --json when it last verified this log: goes on from there, and passes
                over the entries before. Keep that file where nobody else can change it
  --json        print the report as JSON on standard output, and no progress
  --quiet       print only the verdict

The first line of the output is the verdict: VERIFIED or REFUSED. Warnings do not refuse.

${EXIT_CODES}`;

const VERIFY_DECISIONS_HELP = `caveat-audit verify decisions ARCHIVE --key KEY [--policies FOLDER] [--known FILE] [--json] [--quiet]

Checks an archive as verify log does, and takes each decision that is open in it again from the policy, profile, marking and
facts that its entry cites, by a second evaluator that shares no code with the server.

  ARCHIVE       an archive (log.ndjson), or a directory that holds one
  --key KEY     the log's public key: a verifier key line (name+id+key), a file that holds one, or a trust file
  --policies FOLDER
                your own copy: a policies folder, or its rules folder; again for each policy. Without it the rule files
                that the archive carries are taken. Entries name their policy by the hash of its rule files, so that no
                other is taken for it, and an archive whose rule files are others is refused
  --known FILE  a checkpoint of this log that you kept from before
  --json        print the report as JSON on standard output, and no progress
  --quiet       print only the verdict

The first line of the output is the verdict: VERIFIED or REFUSED. What could not be checked, because a section is sealed in
this archive or a policy is neither in it nor given, is counted as NOT CHECKED and never as passed; when nothing could be
checked the verdict is REFUSED.

A policy in the archive is shown to be the one that entries cite, no more. That it was rightly in force is said by the log's
entries of kind policy.activation and log.boot, and by your own copy. A policy that is cited, and of which no open entry of
these kinds says so, is named.

${EXIT_CODES}`;

const VERIFY_DELIVERY_HELP = `caveat-audit verify delivery PATH --trust FILE [--json] [--quiet]

Checks that a delivery is whole, that its signed statement names it, and that its release stands in the recipient's log.

  PATH          the delivery: its directory, or its .tar
  --trust FILE  the trust file that you got from the operator by a way that you trust
  --json        print the report as JSON on standard output, and no progress
  --quiet       print only the verdict

The CMS signature is checked by openssl; the output prints the command.

${EXIT_CODES}`;

const TRUST_HELP = `caveat-audit trust certificates FILE

Prints the certificates of a trust file as PEM, for openssl's -CAfile.

${EXIT_CODES}`;

const VERIFY_PROOF_HELP = `caveat-audit verify proof PATH --key KEY [--leaf FILE] [--open FILE] [--json] [--quiet]

Checks that one entry stands in the log, under a checkpoint that its key has signed, without the rest of the log.

  PATH          an inclusion proof (C2SP tlog-proof), or the directory of a delivery, whose proof of release is taken
  --key KEY     the log's public key: a verifier key line (name+id+key), a file that holds one, or a trust file
  --leaf FILE   the entry's leaf; of a delivery, its own is taken
  --open FILE   openings of its sections, as a delivery carries them (FORMAT.md section 8); of a delivery, its own
  --json        print the report as JSON on standard output
  --quiet       print only the verdict

${EXIT_CODES}`;

const FSCK_HELP = `caveat-audit fsck DIR --key KEY [--known FILE] [--json] [--quiet]

Checks the tiles of a log (C2SP tlog-tiles: checkpoint, tile/0/..., tile/entries/...), as its server keeps and serves them.
Every tile is made anew from the leaves. Where these do not lead to the signed root, tiles that do tell which were changed.

  DIR           the log's folder
  --key KEY     the log's public key: a verifier key line (name+id+key), a file that holds one, or a trust file
  --known FILE  a checkpoint of this log that you kept from before
  --json        print the report as JSON on standard output, and no progress
  --quiet       print only the verdict

${EXIT_CODES}`;

const DIFF_HELP = `caveat-audit diff A B --key KEY [--json] [--quiet]

Compares two histories of one log, each an archive or a folder of tiles, after checking each by itself: whether they are the
same, one is an older state of the other, or they part, where, and who can have done that.

  --key KEY     the log's public key: a verifier key line (name+id+key), a file that holds one, or a trust file
  --json        print the report as JSON on standard output, and no progress
  --quiet       print only the verdict

Exit code 0: both verify and neither contradicts the other.

${EXIT_CODES}`;

/** Help by command. */
export const HELPS: ReadonlyMap<string, string> = new Map([
  ["verify log", VERIFY_LOG_HELP],
  ["verify proof", VERIFY_PROOF_HELP],
  ["verify decisions", VERIFY_DECISIONS_HELP],
  ["verify delivery", VERIFY_DELIVERY_HELP],
  ["trust", TRUST_HELP],
  ["fsck", FSCK_HELP],
  ["diff", DIFF_HELP],
]);
