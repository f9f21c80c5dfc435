/// A table whose keys are texts, posted by the rule of bills.
let longKeys = """
    create table public.pages (like public.bills including defaults);
    alter table public.pages alter column id type text, add primary key (id);
    select pgsync.attach('public.pages');
    set role pgsync_owner;
    do $do$ begin
        execute replace(pg_get_functiondef('pgsync.rule_bill_v1'::regproc), 'rule_bill_v1', 'rule_page_v1');
    end $do$;
    select pgsync.add_rule('page', 1, 'public.pages');
    reset role;
    -- As long as an index of the application takes; two that differ in their last letter, and what compresses.
    create function public.key(number integer) returns text language sql as $$
        select case number
            when 1 then (select left(string_agg(encode(sha256(g::text::bytea), 'base64'), ''), 2690) from generate_series(1, 62) as g)
            when 2 then left(public.key(1), -1) || '\\'
            when 3 then repeat('é', 30000)
            else number::text
        end
    $$;
    """
