/**
 * The settings of the embedded server, given on its command line so that a file in the data directory cannot weaken them.
 * Nothing listens on TCP, and the log never holds statements, parameters or key values: they may be labeled text.
 */
export function serverSettings(options: {
  readonly socketDir: string;
  readonly port: number;
  readonly fsync: boolean;
}): readonly (readonly [name: string, value: string])[] {
  return [
    ["listen_addresses", ""],
    ["unix_socket_directories", `"${options.socketDir.replaceAll('"', '""')}"`],
    ["unix_socket_permissions", "0700"],
    ["port", String(options.port)],
    ["max_connections", "100"],
    ["shared_buffers", "128MB"],
    ["timezone", "UTC"],
    ["log_timezone", "UTC"],
    ["logging_collector", "off"],
    ["log_destination", "stderr"],
    ["log_min_messages", "warning"],
    ["log_min_error_statement", "panic"],
    ["log_error_verbosity", "terse"],
    ["log_parameter_max_length", "0"],
    ["log_parameter_max_length_on_error", "0"],
    // Short statements only: compiling and parallel workers cost more than they give, and make times uneven.
    ["jit", "off"],
    ["max_parallel_workers_per_gather", "0"],
    // A new segment of the write-ahead log is not filled with zeros by whoever commits first into it: that kept every entry
    // of the log waiting for 20 to 60 ms, three times a second under load. What is committed is as durable as before.
    ["wal_init_zero", "off"],
    // Without fsync a crash of the machine loses data; a crash of PostgreSQL still does not, because commits are written.
    ...(options.fsync
      ? []
      : ([
          ["fsync", "off"],
          ["full_page_writes", "off"],
        ] as const)),
  ];
}
