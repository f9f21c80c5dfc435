create or replace function pgsync.set_master(
    endpoint text,
    base_url text,
    secret_ref text default null,
    tables text[] default null,
    other_urls text[] default '{}',
    protection text default null,
    certificate_ref text default null,
    authorities_ref text default null
)
returns void
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_tables regclass[];
    v_others text[] := array(
        select rtrim(other.url, '/')
        from unnest(set_master.other_urls) with ordinality as other (url, place)
        order by other.place
    );
begin
    if set_master.tables is not null then
        v_tables := pgsync.exchanged_tables(null, set_master.tables);
    end if;
    insert into pgsync.endpoints as own (name, kind, base_url, hosts, secret_ref)
    values (
        set_master.endpoint,
        'master',
        rtrim(set_master.base_url, '/'),
        array(
            select distinct substring(own.url from '^https?://([^/:]+|\[[^]]+\])')
            from unnest(array[set_master.base_url] || v_others) as own (url)
        ),
        set_master.secret_ref
    )
    on conflict on constraint endpoints_pkey do update
    set
        base_url = excluded.base_url,
        hosts = excluded.hosts,
        secret_ref = coalesce(excluded.secret_ref, own.secret_ref),
        updated_at = clock_timestamp()
    where own.kind = 'master';
    if not found then
        raise exception '% is the endpoint of something else', set_master.endpoint using errcode = 'duplicate_object';
    end if;
    insert into pgsync.masters as own (
        endpoint, tables, other_urls, protection, certificate_ref, authorities_ref
    )
    values (
        set_master.endpoint,
        v_tables,
        v_others,
        set_master.protection,
        set_master.certificate_ref,
        set_master.authorities_ref
    )
    on conflict on constraint masters_pkey do update
    set
        tables = coalesce(excluded.tables, own.tables),
        other_urls = excluded.other_urls,
        protection = coalesce(excluded.protection, own.protection),
        certificate_ref = coalesce(excluded.certificate_ref, own.certificate_ref),
        authorities_ref = coalesce(excluded.authorities_ref, own.authorities_ref),
        updated_at = clock_timestamp();
    perform pgsync.check_masters();
end;
$$;

comment on function pgsync.set_master(text, text, text, text[], text[], text, text, text)
is 'Names the system to exchange records with, where it is, and where its token is kept.';
