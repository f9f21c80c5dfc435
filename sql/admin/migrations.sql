-- What has been applied to the schemas, newest first.
set search_path to pg_catalog, pg_temp;

select
    applied.applied_at,
    applied.kind,
    applied.path,
    applied.breaking,
    applied.binary_version,
    applied.applied_by,
    left(applied.checksum, 12) as checksum
from pgsync.migrations as applied
order by applied.applied_at desc, applied.number desc, applied.path asc;
