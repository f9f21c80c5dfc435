import Postgres

/// The tables that are written, and what pgsync is measured beside: plain SQL, to be read and believed.
enum BenchSQL {
    static let tables = """
        create schema bench;

        \(BenchVariant.allCases.map { table($0.table) }.joined(separator: "\n"))
        """

    /// What a billing application might write.
    private static func table(_ name: String) -> String {
        """
        create table \(name) (
            id bigint generated always as identity primary key,
            patient_id bigint not null,
            bill_number text not null,
            status text not null,
            bill_date date not null default current_date,
            amount numeric(12, 2) not null,
            gst_amount numeric(12, 2) not null
        );
        """
    }

    /// The least that keeps a row of each change: no pinned settings, no search path, no queue, one log for a table.
    static let bare = plainTrigger("bare", notify: "")

    /// The rows that pgsync writes, into its own log and queue, with nothing around them.
    ///
    /// There are no pinned settings, no doorbell, no guard against statements within statements: whoever captures into
    /// these tables can hardly do less.
    static let hand = """
        create function bench.capture_hand() returns trigger language plpgsql as $$
        declare
            v_id text := case tg_op when 'DELETE' then old.id else new.id end;
            v_log_id bigint;
        begin
            insert into pgsync.sync_logs (source_table, source_version, record_id, action, data, slot)
            values (
                tg_relid,
                1,
                v_id,
                case tg_op when 'INSERT' then 'create' when 'UPDATE' then 'update' else 'delete' end,
                case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end,
                hashtext(v_id) & 1023
            )
            returning id into v_log_id;
            insert into pgsync.sync_queue (log_id, slot) values (v_log_id, hashtext(v_id) & 1023);
            return null;
        end;
        $$;

        create trigger capture after insert or update or delete on bench.bills_hand
        for each row execute function bench.capture_hand();
        create trigger capture after insert or update or delete on bench.bills_taken
        for each row execute function bench.capture_hand();
        """

    /// The same, announcing each row.
    static let naive = plainTrigger(
        "naive",
        notify: "perform pg_notify('bench', json_build_object('id', v_id, 'action', tg_op)::text);"
    )

    private static func plainTrigger(_ name: String, notify: String) -> String {
        """
        create table bench.log_\(name) (
            id bigint generated always as identity primary key,
            record_id text not null,
            action text not null,
            data jsonb not null,
            captured_at timestamptz not null default clock_timestamp()
        );

        create function bench.capture_\(name)() returns trigger language plpgsql as $$
        declare
            v_id bigint;
        begin
            if tg_op = 'DELETE' then
                v_id := old.id;
                insert into bench.log_\(name) (record_id, action, data)
                values (old.id::text, 'delete', to_jsonb(old));
            else
                v_id := new.id;
                insert into bench.log_\(name) (record_id, action, data)
                values (
                    new.id::text, case tg_op when 'INSERT' then 'create' else 'update' end, to_jsonb(new)
                );
            end if;
            \(notify)
            return null;
        end;
        $$;

        create trigger capture after insert or update or delete on bench.bills_\(name)
        for each row execute function bench.capture_\(name)();
        """
    }

    /// Takes changes out of the queue in one transaction, from where the last one ended.
    static func take(after mark: Int64) -> Query {
        """
        with taken as (
            delete from pgsync.sync_queue
            where log_id in (
                select queue.log_id from pgsync.sync_queue as queue
                where queue.log_id > \(mark)
                order by queue.log_id
                limit 500
                for update skip locked
            )
            returning log_id
        )
        select count(*) as taken, max(log_id) as newest from taken
        """
    }

    /// How many changes the log of a variant has, and in how many records its last images differ from the table.
    static func check(_ variant: BenchVariant) -> String {
        let log =
            variant.fillsQueue
            ? "select id, record_id, action, data from pgsync.sync_logs where source_table = '\(variant.table)'::regclass"
            : "select id, record_id, action, data from bench.log_\(variant)"
        return """
            with log as materialized (\(log)),
            folded as (
                select distinct on (record_id) record_id, action, data from log order by record_id, id desc
            ),
            left_over as (select record_id, data from folded where action <> 'delete')
            select
                (select count(*) from log) as logged,
                (
                    select count(*)
                    from left_over
                    full join \(variant.table) as bill on bill.id::text = left_over.record_id
                    where left_over.data is distinct from to_jsonb(bill)
                ) as different
            """
    }
}
