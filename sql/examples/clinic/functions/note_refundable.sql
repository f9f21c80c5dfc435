-- A rule sees one row, so what it shall compare a refund with must stand in the row. Refunds of one bill, or
-- of one patient's advances, wait here for one another.
create or replace function clinic.note_refundable()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(
        'clinic refund ' || case new.kind when 'advance' then new.patient_id::text else new.bill_number end, 0
    ));
    new.refundable := coalesce(
        case new.kind
            when 'service' then (
                select sum(paid.amount) from clinic.paid_amounts as paid where paid.bill_number = new.bill_number
            )
            when 'held' then (
                select sum(held.amount)
                from (
                    select payment.amount
                    from public.payments as payment
                    where payment.bill_number = new.bill_number
                        and payment.kind = 'held'
                        and payment.status = 'received'
                    union all
                    select owed.amount
                    from public.refunds as owed
                    where owed.bill_number = new.bill_number
                        and owed.kind = 'service'
                        and owed.mode = 'later'
                        and owed.status = 'approved'
                    union all
                    select owed.total_amount
                    from public.pharmacy_returns as owed
                    where owed.bill_number = new.bill_number and owed.refund_mode = 'later' and owed.status = 'final'
                ) as held
            )
            when 'advance' then (
                select sum(case payment.kind when 'advance' then payment.amount else -payment.amount end)
                from public.payments as payment
                where payment.patient_id = new.patient_id
                    and payment.kind in ('advance', 'application')
                    and payment.status = 'received'
            )
        end,
        0
    ) - coalesce(
        (
            select sum(earlier.amount)
            from public.refunds as earlier
            where earlier.kind = new.kind
                and earlier.mode is not null
                and earlier.status = 'approved'
                and earlier.id <> new.id
                and case new.kind
                    when 'advance' then earlier.patient_id = new.patient_id
                    else earlier.bill_number = new.bill_number
                end
        ),
        0
    );
    return new;
end;
$$;

comment on function clinic.note_refundable()
is 'Writes into a refund what there was to give back: what was paid, less what went back before.';

revoke all on function clinic.note_refundable() from public;

create or replace trigger note_refundable
before insert or update of kind, amount, mode, bill_number, patient_id on public.refunds
for each row execute function clinic.note_refundable();

comment on trigger note_refundable on public.refunds is 'Fills in what there is to give back.';
