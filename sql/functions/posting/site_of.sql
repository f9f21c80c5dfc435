create or replace function pgsync.site_of(source_table regclass, record_id text, image jsonb)
returns text
language sql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
select
    pgsync.site_in(
        site_of.image,
        source.site_column,
        (
            select master.site
            from pgsync.sync_master_status as master
            where master.source_table = site_of.source_table
                and master.record_id = pgsync.short_id(site_of.record_id) collate "C"
        )
    )
from pgsync.sources as source
where source.source_table = site_of.source_table;
$$;

comment on function pgsync.site_of(regclass, text, jsonb)
is 'The site of a record, by an image of it or else as it was last posted; null for none.';
