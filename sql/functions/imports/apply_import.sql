-- Everything in force follows from the newest version: the endpoint, its budgets, and its streams. What has
-- been read of a stream stays, unless another table is its target.
create or replace function pgsync.apply_import(
    name text,
    version integer,
    content text,
    endpoint jsonb,
    streams jsonb
)
returns text
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
#variable_conflict use_column
declare
    v_checksum constant text := encode(sha256(convert_to(apply_import.content, 'UTF8')), 'hex');
    v_newest pgsync.imports;
begin
    perform pg_advisory_xact_lock(1886876536 /* endpoints */, hashtext('apply ' || apply_import.name));
    select newest.*
    into v_newest
    from pgsync.imports as newest
    where newest.name = apply_import.name
    order by newest.version desc
    limit 1;
    if v_newest.checksum = v_checksum then
        return 'unchanged';
    elsif v_newest.version >= apply_import.version then
        raise exception 'import % has version % already, with another content', apply_import.name, v_newest.version
            using errcode = 'object_not_in_prerequisite_state',
            hint = format('Say version %s in the first line.', v_newest.version + 1);
    end if;

    insert into pgsync.endpoints as present (name, kind, base_url, hosts, secret_ref, parallel)
    select apply_import.name, 'api', given.base_url, given.hosts, given.secret_ref, given.parallel
    from jsonb_to_record(apply_import.endpoint) as given (base_url text, hosts text[], secret_ref text, parallel integer)
    on conflict on constraint endpoints_pkey do update
    set
        base_url = excluded.base_url,
        hosts = excluded.hosts,
        secret_ref = excluded.secret_ref,
        parallel = excluded.parallel,
        updated_at = clock_timestamp();
    delete from pgsync.endpoint_budgets as gone
    where gone.endpoint = apply_import.name
        and not exists (
            select
            from jsonb_to_recordset(apply_import.endpoint -> 'budgets') as given (name text)
            where given.name = gone.name
        );
    insert into pgsync.endpoint_budgets as present (endpoint, name, call_limit, span, allowed)
    select apply_import.name, given.name, given.call_limit, given.span, given.call_limit
    from jsonb_to_recordset(apply_import.endpoint -> 'budgets')
        as given (name text, call_limit integer, span interval)
    on conflict on constraint endpoint_budgets_pkey do update
    set call_limit = excluded.call_limit, span = excluded.span, allowed = excluded.call_limit
    where present.call_limit <> excluded.call_limit or present.span <> excluded.span;

    insert into pgsync.imports (name, version, content, checksum, applied_by)
    values (apply_import.name, apply_import.version, apply_import.content, v_checksum, pgsync.actor());
    delete from pgsync.cursors as moved
    using pgsync.import_streams as earlier, jsonb_to_recordset(apply_import.streams) as given (stream text, target oid)
    where moved.endpoint = apply_import.name
        and earlier.import = moved.endpoint
        and earlier.stream = moved.stream
        and given.stream = moved.stream
        and earlier.target <> given.target::regclass;
    delete from pgsync.import_streams as earlier where earlier.import = apply_import.name;
    insert into pgsync.import_streams (import, stream, place, target, key_columns, columns)
    select apply_import.name, given.stream, given.place, given.target::regclass, given.key_columns, given.columns
    from jsonb_to_recordset(apply_import.streams)
        as given (stream text, place integer, target oid, key_columns text[], columns text[]);
    return case when v_newest.version is null then 'added' else 'changed' end;
end;
$$;

comment on function pgsync.apply_import(text, integer, text, jsonb, jsonb)
is 'Brings a version of an import into force; returns added, changed or unchanged.';
