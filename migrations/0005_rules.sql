-- The posting rules. Each version is written once, with the text it was compiled from, so that what was
-- posted by it can be explained and done again for ever. Which version a document belongs to is said by the
-- day on the document; no two versions of a rule are for the same day. evaluate is generated from this table
-- and so belongs to the data: here is its form without a rule, and pgsync.refresh_evaluate replaces it.
create table pgsync.rules (
    name text collate "C" not null,
    version integer not null,
    table_name text not null,
    source_table regclass not null,
    content text not null,
    checksum text not null,
    columns text[] not null,
    function_name text not null,
    function_checksum text,
    currency text collate "C" not null,
    active_from date not null default '-infinity',
    active_until date,
    applied_at timestamptz not null default clock_timestamp(),
    applied_by text not null default session_user,
    constraint rules_pkey primary key (name, version),
    constraint name_is_plain check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
    constraint version_counts_from_one check (version between 1 and 999999),
    constraint checksum_is_that_of_content check (
        checksum = encode(sha256(convert_to(content, 'UTF8')), 'hex')
    ),
    constraint function_name_follows check (function_name = 'rule_' || name || '_v' || version::text),
    constraint active_from_is_a_day check (
        active_from = '-infinity' or active_from between '0001-01-01' and '9999-12-31'
    ),
    constraint active_until_is_a_day check (active_until between '0001-01-01' and '9999-12-31')
);

comment on table pgsync.rules
is 'Every version of every posting rule that was applied; written by pgsync rules apply, never changed.';
comment on column pgsync.rules.name is 'What the rule is called.';
comment on column pgsync.rules.version is 'Grows; a greater one takes the place of those before it.';
comment on column pgsync.rules.table_name is 'The table whose rows it posts, as the rule writes it.';
comment on column pgsync.rules.source_table is 'That table.';
comment on column pgsync.rules.content
is 'The rule as written, after the maps it uses: a rule file by itself.';
comment on column pgsync.rules.checksum
is 'SHA-256 of content: the same version with other content is refused.';
comment on column pgsync.rules.columns is 'The columns it reads.';
comment on column pgsync.rules.function_name is 'The function it was compiled to, in this schema.';
comment on column pgsync.rules.function_checksum
is 'Of that function when it was made, to notice that it was changed: see pgsync.rule_checksum.';
comment on column pgsync.rules.currency is 'The currency of its entries.';
comment on column pgsync.rules.active_from is 'The first day of documents it is for; -infinity for all.';
comment on column pgsync.rules.active_until
is 'The first day of documents it is no longer for, once retired. See rule_spans for all its days.';
comment on column pgsync.rules.applied_at is 'When it was applied.';
comment on column pgsync.rules.applied_by is 'The login role that applied it.';

-- Whoever posts calls this for a batch of any mix of tables. It has no setting and is not strict, so that the
-- planner puts it and the compiled rules into the query that calls it.
create function pgsync.evaluate(tables regclass[], images jsonb[])
returns table (
    number integer,
    rule text,
    error_class text,
    error_message text,
    error_column text,
    entry_date date,
    currency text,
    description text,
    accounts text[],
    amounts bigint[],
    parties text[],
    dimensions jsonb[]
)
language sql
stable
parallel safe
begin atomic
    select
        null::integer as number,
        null::text as rule,
        null::text as error_class,
        null::text as error_message,
        null::text as error_column,
        null::date as entry_date,
        null::text as currency,
        null::text as description,
        null::text[] as accounts,
        null::bigint[] as amounts,
        null::text[] as parties,
        null::jsonb[] as dimensions
    where false;
end;

comment on function pgsync.evaluate(regclass[], jsonb[])
is 'What the rules make of row images, a row for each rule that applies. Made by refresh_evaluate.';

revoke all on table pgsync.rules from public;
