/// What the tests ask of a database, as functions of the schema checks.
let checks = #"""
    create schema checks;

    create function checks.captured_image(captured regclass, image jsonb) returns jsonb language sql stable as $$
        select jsonb_object_agg(field.key, field.value)
        from jsonb_each(image) as field
        inner join pgsync.sources as source on source.source_table = captured
        where source.captured_columns is null or field.key = any(source.captured_columns)
    $$;

    create function checks.record_id(captured regclass, image jsonb) returns text language sql stable as $$
        select case cardinality(source.key_columns)
            when 1 then image ->> source.key_columns[1]
            else (
                select jsonb_agg(image -> key.name order by key.place)::text
                from unnest(source.key_columns) with ordinality as key (name, place)
            )
        end
        from pgsync.sources as source where source.source_table = captured
    $$;

    -- A row read by a backfill comes before every change that its snapshot does not include.
    create view checks.effective as
    select live.*
    from pgsync.sync_logs as live
    left join pgsync.sync_logs as read
        on read.source_table = live.source_table and read.record_id = live.record_id and read.snapshot is not null
    where live.snapshot is null and (read.id is null or not pgsync.is_included(live, read))
    union all
    select read.* from pgsync.sync_logs as read where read.snapshot is not null;

    create function checks.differences(captured regclass) returns setof text language plpgsql
    set timezone = 'UTC' set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set extra_float_digits = 1
    set bytea_output = 'hex' set row_security = off
    as $$
    begin
        return query execute format($query$
            with folded as (
                select distinct on (log.record_id) log.record_id, log.action, log.data
                from checks.effective as log
                where log.source_table = $1
                    and log.id > coalesce((
                        select max(cut.id) from pgsync.sync_logs as cut
                        where cut.source_table = $1 and cut.action = 'truncate'
                    ), 0)
                order by log.record_id, log.snapshot is null desc, log.id desc
            ),
            present as (
                select checks.record_id($1, to_jsonb(pgsync_row)) as record_id,
                    checks.captured_image($1, to_jsonb(pgsync_row)) as data
                from %s as pgsync_row
            )
            select concat_ws(' ', coalesce(folded.record_id, present.record_id), 'log:', folded.data, 'table:', present.data)
            from (select * from folded where action <> 'delete') as folded
            full join present on present.record_id = folded.record_id
            where folded.data is distinct from present.data
            limit 20
        $query$, captured) using captured;
    end
    $$;

    -- Changes that cannot follow one another, or that skip a version of the column v.
    create function checks.disorder(captured regclass) returns setof text language sql stable as $$
        select format('%s: %s after %s', log.record_id, log.action || coalesce(' ' || log.v, ''), log.earlier || coalesce(' ' || log.earlier_v, ''))
        from (
            select record_id, action, (data ->> 'v')::bigint as v,
                lag(action) over (partition by record_id order by id) as earlier,
                lag((data ->> 'v')::bigint) over (partition by record_id order by id) as earlier_v
            from pgsync.sync_logs where source_table = captured
        ) as log
        where case log.action
            when 'create' then coalesce(log.earlier, 'delete') <> 'delete'
            when 'update' then coalesce(log.earlier, 'delete') = 'delete' or log.v <> log.earlier_v + 1
            else coalesce(log.earlier, 'delete') = 'delete' or log.v <> log.earlier_v
        end
        limit 20
    $$;

    create view checks.history as
    select id, source_table, format('%s %s', action, record_id) as line, data, old_data from pgsync.sync_logs;

    create function checks.unqueued() returns bigint language sql stable as $$
        select count(*) from pgsync.sync_logs as log full join pgsync.sync_queue as queue on queue.log_id = log.id
        where log.id is null or queue.log_id is null
    $$;

    create table checks.stop (at timestamptz default now());
    create table checks.seen (id bigint primary key, tick bigint);
    create table checks.naive (id bigint);

    -- One writer: short and slow transactions, rollbacks, subtransactions, many changes of few records. A
    -- transaction locks one record that others write to, so that writers never wait in a circle.
    create procedure checks.write(target regclass, writer integer, transactions integer, shared integer) language plpgsql as $$
    declare
        hot integer;
        first integer := 1000000 + writer * 10000;
    begin
        perform setseed(writer / 100.0);
        for i in 1..transactions loop
            hot := floor(random() * shared);
            for j in 1..1 + floor(random() * 3) loop
                case floor(random() * 5)::integer
                    when 0 then execute format('delete from %s where id = $1', target) using hot;
                    when 1, 2 then
                        execute format('insert into %s as t (id, v) values ($1, 1) on conflict (id) do update set v = t.v + 1', target) using hot;
                    when 3 then execute format('update %s set v = v + 1 where id = $1', target) using hot;
                    else
                        begin
                            execute format('update %s set v = v + 1 where id = $1', target) using hot;
                            perform 1 / (random() < 0.5)::integer;
                        exception when division_by_zero then null;
                        end;
                end case;
            end loop;
            case i % 4
                when 0 then execute format('insert into %s (id, v) select id, 1 from generate_series($1, $2) as id on conflict do nothing', target) using first, first + 9;
                when 1 then execute format('update %s set v = v + 1 where id between $1 and $2', target) using first, first + 9;
                when 2 then execute format('update %1$s set id = id + 5000 where id between $1 and $2 and not exists (select from %1$s where id between $1 + 5000 and $2 + 5000)', target) using first, first + 3;
                else execute format('delete from %s where id between $1 and $2 or id between $1 + 5000 and $2 + 5000', target) using first, first + 5;
            end case;
            if random() < 0.1 then perform pg_sleep(random() * 0.02); end if;
            if random() < 0.1 then rollback; else commit; end if;
        end loop;
    end
    $$;

    -- One reader by ticks and one by the last id, side by side.
    create procedure checks.read() language plpgsql as $$
    declare
        earlier bigint;
        latest bigint;
        last_id bigint := 0;
        stopped boolean;
    begin
        loop
            stopped := exists (select from checks.stop);
            latest := pgsync.tick();
            commit;
            insert into checks.seen select id, latest from pgsync.changes_between(earlier, latest);
            with taken as (
                insert into checks.naive select id from pgsync.sync_logs where id > last_id returning id
            )
            select coalesce(max(id), last_id) into last_id from taken;
            commit;
            earlier := latest;
            exit when stopped;
        end loop;
    end
    $$;
    """#
