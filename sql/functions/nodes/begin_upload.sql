create or replace function pgsync.begin_upload(node text, sequence bigint, body_hash bytea, clock bigint)
returns jsonb
language plpgsql
security definer
set search_path = pg_catalog, pgsync, pg_temp
as $$
declare
    v_node pgsync.nodes := pgsync.known_node(begin_upload.node);
begin
    select own.* into v_node from pgsync.nodes as own where own.name = v_node.name for update;
    -- Versions that are written meanwhile are of a tick after the fold.
    perform from pgsync.version_fold for share;
    if sequence is not null then
        if sequence = v_node.last_sequence and body_hash = v_node.last_body_hash then
            return v_node.last_answer;
        elsif sequence <> v_node.last_sequence + 1 then
            perform pgsync.refuse_sequence(sequence - 1, v_node.last_sequence);
        end if;
    end if;
    update pgsync.nodes as own
    set
        last_sequence = coalesce(begin_upload.sequence, own.last_sequence),
        last_body_hash = case when begin_upload.sequence is null then own.last_body_hash else begin_upload.body_hash end,
        clock_skew = coalesce(
            make_interval(secs => (begin_upload.clock - extract(epoch from clock_timestamp()) * 1000000) / 1000000),
            own.clock_skew
        ),
        seen_at = clock_timestamp(),
        updated_at = clock_timestamp()
    where own.name = v_node.name;
    return null;
end;
$$;

comment on function pgsync.begin_upload(text, bigint, bytea, bigint)
is 'Begins to take an upload; its answer if it was taken before, and an error if one before it is missing.';
