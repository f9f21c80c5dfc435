/// The same work with PgQ, as its users would do it: a trigger of PgQ's, a ticker, and a consumer that posts a
/// batch and finishes it in one transaction.
enum PgQSQL {
    static let isAvailable = "select exists (select from pg_available_extensions where name = 'pgq')"

    static let prepare = """
        create extension pgq;
        select pgq.create_queue('bench');
        -- As often as the ticker is asked, so that it, not a setting, decides how long a change waits.
        select pgq.set_queue_config('bench', 'ticker_max_lag', '0.02');
        select pgq.set_queue_config('bench', 'ticker_max_count', '1000');
        select pgq.register_consumer('bench', 'books');
        create table bench.bills_pgq (like bench.bills including all);
        create trigger enqueue after insert on bench.bills_pgq
        for each row execute function pgq.jsontriga('bench');

        -- One batch, and as many ticks as there are up to it; null when there is nothing yet.
        create function bench.pgq_batch() returns integer
        language plpgsql
        as $$
        declare
            v_batch bigint;
            v_count integer;
        begin
            v_batch := pgq.next_batch('bench', 'books');
            if v_batch is null then
                return null;
            end if;
            with claimed as materialized (
                select
                    -- An id of its own: those of PgQ and of the change log would meet.
                    -event.ev_id as log_id,
                    'bench.bills_pgq'::regclass as source_table,
                    event.ev_data::jsonb ->> 'id' as record_id,
                    event.ev_data::jsonb as data,
                    nextval('ledger.journal_entries_id_seq') as entry_id
                from pgq.get_batch_events(v_batch) as event
            ),

            \(LimitSQL.inserts)

            nothing as (select 1)

            select count(*) into v_count from claimed;
            perform pgq.finish_batch(v_batch);
            return v_count;
        end;
        $$;
        """
}
