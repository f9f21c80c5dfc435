-- What has been applied to the schemas, newest first.
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
