create or replace function pgsync.exchanged_tables(allowed regclass[], names text[])
returns regclass[]
language plpgsql
stable
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_unknown text;
begin
    if names is null then
        return allowed;
    end if;
    select string_agg(wanted.name, ', ')
    into v_unknown
    from unnest(names) as wanted (name)
    where not exists (select from pgsync.synced_tables(allowed) as synced where synced.name = wanted.name);
    if v_unknown is not null then
        raise exception 'not exchanged: %', v_unknown
            using errcode = 'undefined_table',
            hint = coalesce(
                'There are '
                || (select string_agg(synced.name, ', ' order by synced.place) from pgsync.synced_tables(allowed) as synced) || '.',
                'No table is exchanged: pgsync sync on TABLE'
            );
    end if;
    return array(
        select synced.source_table
        from pgsync.synced_tables(allowed) as synced
        where synced.name = any(names)
    );
end;
$$;

comment on function pgsync.exchanged_tables(regclass[], text[])
is 'Tables by their names in what is sent, without names all that are allowed; an error if one is not.';
