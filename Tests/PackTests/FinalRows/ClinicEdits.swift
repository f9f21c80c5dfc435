/// A clinic whose people change their minds: the procedure `replay.edit`, and what it knows of each table.
///
/// A transaction changes one record, so that people never wait in a circle. What is deleted is kept, to come back.
let clinicEdits = #"""
    create schema replay;

    create table replay.kinds (
        number integer generated always as identity primary key,
        source regclass not null,
        weight integer not null,
        -- The numbers of a block's rows begin at so many times those of its bills.
        spread integer not null,
        day text not null,
        good_status text not null,
        amend text not null,
        mend text not null,
        spoils text[] not null
    );

    insert into replay.kinds (source, weight, spread, day, good_status, amend, mend, spoils)
    values
    (
        'public.consultation_invoices', 5, 1, 'invoice_date', '''final''', 'amount = amount + 25',
        'amount = 450, payment_mode = ''cash''',
        array[
            'payment_mode = ''barter''', 'amount = null', 'amount = ''NaN''', 'amount = 10.005', 'amount = 1e20',
            'amount = 10000000000000.01', 'amount = 0'
        ]
    ),
    (
        'public.pharmacy_bills', 8, 1, 'bill_date', 'case when payment_mode is null then ''final'' else ''paid'' end',
        'total_amount = total_amount + 10, taxable = taxable + 10',
        $$total_amount = 210, taxable = case tax_class when 'exempt' then 210 else 200 end,
            gst_amount = case tax_class when 'exempt' then 0 else 10 end, cgst_amount = null, sgst_amount = null,
            round_off = null, cost_amount = 140,
            payment_mode = case when payment_mode is not null then 'cash' end$$,
        array[
            'cost_amount = null', 'total_amount = total_amount + 1', 'cgst_amount = 1, sgst_amount = 2',
            'gst_amount = gst_amount + 0.01, total_amount = total_amount + 0.01', 'payment_mode = ''barter''',
            'total_amount = 1e14 + gst_amount, taxable = 1e14, round_off = null', 'tax_class = ''odd'''
        ]
    ),
    (
        'public.lab_bills', 5, 1, 'bill_date', '''final''',
        'gross_amount = gross_amount + 20, discount = coalesce(discount, 0) + 5',
        'gross_amount = 350, discount = null, payment_mode = ''upi'', payer_type = ''patient''',
        array[
            'payment_mode = ''barter''', 'gross_amount = 1e14', 'payer_type = ''uncle''',
            'discount = gross_amount + 1', 'gross_amount = null'
        ]
    ),
    (
        'public.ultrasound_bills', 5, 1, 'bill_date', '''final''',
        'total_amount = total_amount + 100, due_amount = due_amount + 100',
        'total_amount = 1200, payments = ''[{"mode": "card", "amount": 700}]'', due_amount = 500',
        array[
            $$payments = '[{"mode": "barter", "amount": 1}]'$$, 'due_amount = due_amount + 1', 'due_amount = -1',
            'due_amount = null', $$payments = '7'$$
        ]
    ),
    (
        'public.payments', 3, 4, 'paid_on', '''received''', 'amount = amount + 1',
        'amount = 100, kind = ''advance'', mode = ''cash''',
        array['amount = -5', 'kind = ''gift''', 'amount = 1e14', 'kind = ''receipt'', mode = ''barter''']
    ),
    (
        'public.refunds', 1, 1, 'refunded_on', '''approved''', 'amount = amount - 1', 'amount = 1, kind = ''service''',
        array['amount = 1e9', 'kind = ''gift''']
    ),
    (
        'public.pharmacy_returns', 1, 1, 'return_date', '''final''', 'cost_amount = cost_amount + 1',
        'total_amount = taxable + gst_amount, cost_amount = 10',
        array['cost_amount = null', 'total_amount = total_amount + 1']
    ),
    (
        'public.settlements', 1, 2, 'settled_on', '''final''',
        'gross_amount = gross_amount + 1, net_amount = net_amount + 1',
        'gross_amount = net_amount + fee_amount + fee_cgst + fee_sgst',
        array['gross_amount = gross_amount + 1', 'channel = ''cheque''']
    );

    create table replay.gone (
        source regclass not null,
        id bigint not null,
        image jsonb not null,
        constraint gone_pkey primary key (source, id)
    );

    -- So many changes, each transaction of up to three to one record of what clinic.generate wrote.
    create procedure replay.edit(seed double precision, edits integer, blocks integer, bills integer)
    language plpgsql as $$
    declare
        v_kinds replay.kinds[] := array(
            select kind from replay.kinds as kind, generate_series(1, kind.weight) order by kind.number
        );
        v_kind replay.kinds;
        v_from bigint;
        v_target bigint;
        v_done integer := 0;
        v_throw integer;
    begin
        perform setseed(seed);
        while v_done < edits loop
            v_kind := v_kinds[1 + floor(random() * cardinality(v_kinds))];
            -- Some records are in everybody's mind.
            v_from := v_kind.spread * (
                1000000 * (1 + floor(random() * blocks)) + 1
                + floor(random() * case when random() < 0.15 then least(bills, 20) else bills end)
            );
            v_target := null;
            if random() < 0.2 then
                select gone.id into v_target
                from replay.gone
                where gone.source = v_kind.source and gone.id >= v_from
                order by gone.id
                limit 1;
            end if;
            if v_target is null then
                execute format('select id from %s where id >= $1 order by id limit 1', v_kind.source)
                into v_target using v_from;
            end if;
            for place in 1..1 + floor(random() * 3) loop
                v_done := v_done + 1;
                continue when v_target is null;
                v_throw := floor(random() * 16);
                case
                    when v_throw < 5 then
                        execute format('update %s set %s where id = $1', v_kind.source, v_kind.amend) using v_target;
                    when v_throw < 7 then
                        execute format('update %s set status = ''cancelled'' where id = $1', v_kind.source)
                        using v_target;
                    when v_throw < 9 then
                        execute format('update %s set status = %s where id = $1', v_kind.source, v_kind.good_status)
                        using v_target;
                    when v_throw < 10 then
                        execute format(
                            'with gone as (delete from %1$s where id = $1 returning *)
                            insert into replay.gone (source, id, image) select %1$L, id, to_jsonb(gone) from gone
                            on conflict (source, id) do update set image = excluded.image', v_kind.source
                        ) using v_target;
                    when v_throw < 12 then
                        execute format(
                            'insert into %1$s select (jsonb_populate_record(null::%1$s, gone.image)).*
                            from replay.gone where gone.source = %1$L::regclass and gone.id = $1
                            on conflict do nothing', v_kind.source
                        ) using v_target;
                    when v_throw < 13 then
                        execute format(
                            'update %s set %s where id = $1',
                            v_kind.source, v_kind.spoils[1 + floor(random() * cardinality(v_kind.spoils))]
                        ) using v_target;
                    when v_throw < 15 then
                        execute format('update %s set %s where id = $1', v_kind.source, v_kind.mend) using v_target;
                    else
                        execute format('update %1$s set %2$I = %2$I - 1 where id = $1', v_kind.source, v_kind.day)
                        using v_target;
                end case;
            end loop;
            if random() < 0.03 then rollback; else commit; end if;
        end loop;
    end
    $$;
    """#
