-- The variant with log, sections and gate off that `bench -- pages` measures beside the product: a login for which row security,
-- and with it the gate, does not stand. It exists in the benchmark's own database alone.
create role bench_off login bypassrls;
grant caveat_app to bench_off;
