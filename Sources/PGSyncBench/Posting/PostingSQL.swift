/// The tables, the rule and the checks of the benchmark of posting.
enum PostingSQL {
    static let tables = """
        create schema bench;

        create table bench.bills (
            id bigint generated always as identity primary key,
            bill_number text not null,
            patient_id bigint not null,
            bill_date date not null,
            total numeric(12, 2),
            taxable numeric(12, 2),
            cgst numeric(12, 2),
            sgst numeric(12, 2),
            round_off numeric(12, 2),
            status text not null
        );

        -- Bills as fast as one statement makes them; every so manyth lacks its total, if told so.
        create function bench.write_bills(count integer, bad_every integer default 0, into_table regclass default 'bench.bills')
        returns void
        language plpgsql
        as $$
        begin
            execute format(
                'insert into %s (bill_number, patient_id, bill_date, total, taxable, cgst, sgst, round_off, status)
                select
                    ''P-'' || n, n %% 5000, date ''2026-03-01'' + n %% 28,
                    case when $2 > 0 and n %% $2 = 0 then null else 118.40 + n %% 400 end,
                    100 + n %% 400, 9, 9, 0.40, ''final''
                from generate_series(1, $1) as n', into_table
            ) using count, bad_every;
        end;
        $$;
        """

    static let chart = """
        select ledger.import_chart('[
            {"code": "1200", "name": "Receivable", "type": "asset", "party_required": true},
            {"code": "2100", "name": "CGST", "type": "liability"},
            {"code": "2101", "name": "SGST", "type": "liability"},
            {"code": "4300", "name": "Sales", "type": "income"},
            {"code": "6900", "name": "Round-off", "type": "expense"}
        ]');
        select ledger.open_period('2026', '2026-01-01', '2026-12-31');
        """

    /// What pgsync posts the bills by, as a user would write it.
    static let rule = """
        rule bill version 1 on bench.bills
          column bill_number text
          column patient_id  integer
          column bill_date   date
          column total       money
          column taxable     money
          column cgst        money
          column sgst        money
          column round_off   money
          column status      text

          when      status = 'final'
          date      bill_date
          currency  'INR'
          describe  'Bill ' || bill_number

          debit   1200  total      party patient_id
          credit  4300  taxable
          credit  2100  cgst
          credit  2101  sgst
          credit  6900  round_off
          assert  taxable + cgst + sgst + round_off = total  'the parts do not add up to the total'

          example 'a bill'
            given { "bill_number": "P-1", "patient_id": 7, "bill_date": "2026-03-01", "total": "118.40",
                    "taxable": "100.00", "cgst": "9.00", "sgst": "9.00", "round_off": "0.40", "status": "final" }
            posts debit 1200 118.40 party '7'
                  credit 4300 100.00  credit 2100 9.00  credit 2101 9.00  credit 6900 0.40

        """

    /// What must hold in the end, each with the number of times it does not.
    static let checks = """
        select 'every change is finished or has failed' as promise, (
            select count(*) from pgsync.sync_queue where sync_status <> 'failed'
        ) as broken
        union all
        select 'every bill has one entry, or is bad', (
            select count(*)
            from bench.bills as bill
            left join pgsync.sync_master_status as master
                on master.source_table = 'bench.bills'::regclass and master.record_id = bill.id::text collate "C"
            where cardinality(master.entry_ids) is distinct from (bill.total is not null)::integer
        )
        union all
        select 'every entry is of one change', (
            select count(*) - count(distinct entry.change_id) from ledger.journal_entries as entry
        )
        union all
        select 'every attempt is in the audit log once', (
            select count(*)
            from ledger.journal_entries as entry
            left join pgsync.sync_audit_log as attempt
                on attempt.log_id = entry.change_id and attempt.entry_ids = array[entry.id]
            where attempt.log_id is null
        )
        union all
        select 'debits equal credits', (select abs(sum(line.amount))::bigint from ledger.journal_lines as line)
        """
}
