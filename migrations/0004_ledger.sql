-- The double-entry ledger. Money is a whole number of the smallest unit of its currency, debit positive and
-- credit negative, so there is nothing to round and nothing that is not a number. Entries and lines are
-- written once, an entry and all its lines in one statement, and never touched again. The two big tables have
-- no foreign keys: those fire once for every row and are off in a replica session; statement triggers that
-- are always on check the same rules once for all rows of a statement.
create table ledger.currencies (
    code text collate "C" not null,
    name text not null,
    exponent smallint not null,
    constraint currencies_pkey primary key (code),
    constraint code_is_three_letters check (code ~ '^[A-Z]{3}$'),
    constraint exponent_is_sane check (exponent between 0 and 4)
);

comment on table ledger.currencies is 'The currencies entries may be in. More are inserted as needed.';
comment on column ledger.currencies.code is 'The code of ISO 4217, such as INR.';
comment on column ledger.currencies.name is 'Its name, for people.';
comment on column ledger.currencies.exponent
is 'How many decimals it has: 2 means that the amount 12345 is 123.45. Never changes.';

insert into ledger.currencies (code, name, exponent)
values
('AED', 'UAE dirham', 2),
('AUD', 'Australian dollar', 2),
('BDT', 'Bangladeshi taka', 2),
('BHD', 'Bahraini dinar', 3),
('CAD', 'Canadian dollar', 2),
('CHF', 'Swiss franc', 2),
('CNY', 'Chinese yuan', 2),
('EUR', 'Euro', 2),
('GBP', 'Pound sterling', 2),
('INR', 'Indian rupee', 2),
('JPY', 'Japanese yen', 0),
('KRW', 'South Korean won', 0),
('KWD', 'Kuwaiti dinar', 3),
('LKR', 'Sri Lankan rupee', 2),
('MYR', 'Malaysian ringgit', 2),
('NPR', 'Nepalese rupee', 2),
('OMR', 'Omani rial', 3),
('PKR', 'Pakistani rupee', 2),
('QAR', 'Qatari riyal', 2),
('SAR', 'Saudi riyal', 2),
('SGD', 'Singapore dollar', 2),
('THB', 'Thai baht', 2),
('USD', 'US dollar', 2),
('VND', 'Vietnamese dong', 0),
('ZAR', 'South African rand', 2);

create table ledger.accounts (
    code text collate "C" not null,
    name text not null,
    type text not null,
    contra boolean not null default false,
    normal_side text not null generated always as (
        case when (type in ('asset', 'expense')) <> contra then 'debit' else 'credit' end
    ) stored,
    parent text collate "C",
    party_required boolean not null default false,
    zero_to_close boolean not null default false,
    active boolean not null default true,
    constraint accounts_pkey primary key (code),
    constraint parent_is_an_account foreign key (parent) references ledger.accounts (code),
    constraint code_is_one_word check (code ~ '^[[:alnum:]][[:alnum:]._:-]{0,39}$'),
    constraint name_is_written check (name ~ '[^[:space:]]'),
    constraint type_is_known check (type in ('asset', 'liability', 'equity', 'income', 'expense')),
    constraint parent_is_another check (parent <> code)
);

comment on table ledger.accounts
is 'The chart of accounts. An account is never deleted, and its code and type never change.';
comment on column ledger.accounts.code is 'What lines and rules call it.';
comment on column ledger.accounts.name is 'Its name, for people.';
comment on column ledger.accounts.type is 'asset, liability, equity, income or expense.';
comment on column ledger.accounts.contra
is 'True for one that lessens others of its type, such as returns: its normal side is the other.';
comment on column ledger.accounts.normal_side is 'debit or credit: the side its balance is expected on.';
comment on column ledger.accounts.parent is 'The account it is listed under.';
comment on column ledger.accounts.party_required is 'Whether each line must name a party.';
comment on column ledger.accounts.zero_to_close
is 'Whether it must have come back to zero before a period is closed, as suspense accounts must.';
comment on column ledger.accounts.active is 'Whether it may still be posted to.';

create table ledger.periods (
    name text not null,
    days daterange not null,
    status text not null default 'open',
    closed_at timestamptz,
    closed_by text,
    constraint periods_pkey primary key (name),
    constraint name_is_written check (name ~ '[^[:space:]]'),
    constraint days_have_two_ends check (
        not isempty(days) and lower(days) > '-infinity' and upper(days) < 'infinity'
    ),
    constraint status_is_known check (status in ('open', 'closing', 'closed')),
    constraint closed_by_somebody check (
        (status = 'closed') = (closed_at is not null and closed_by is not null)
    ),
    constraint periods_do_not_overlap exclude using gist (days with &&)
);

comment on table ledger.periods
is 'The accounting periods. Entries go into open ones; one that is closing takes only what people post.';
comment on column ledger.periods.name is 'Such as 2026-04.';
comment on column ledger.periods.days is 'Its days. They never change.';
comment on column ledger.periods.status is 'open, closing or closed.';
comment on column ledger.periods.closed_at is 'When it was closed.';
comment on column ledger.periods.closed_by is 'The login role that closed it.';

create table ledger.period_history (
    id bigint generated always as identity,
    period text not null,
    status text not null,
    reason text,
    changed_at timestamptz not null default clock_timestamp(),
    changed_by text not null default session_user,
    constraint period_history_pkey primary key (id)
);

comment on table ledger.period_history is 'Each opening, closing and reopening of a period; never changed.';
comment on column ledger.period_history.id is 'Grows.';
comment on column ledger.period_history.period is 'The period.';
comment on column ledger.period_history.status is 'Its status from then on.';
comment on column ledger.period_history.reason is 'Why, as told: for a reopening.';
comment on column ledger.period_history.changed_at is 'When.';
comment on column ledger.period_history.changed_by is 'The login role that did it.';

create type ledger.purpose as enum ('posting', 'manual', 'opening', 'closing', 'reversal', 'reinstatement');

comment on type ledger.purpose
is 'What an entry is: posted by a rule, by people, or taking back another.';

create sequence ledger.journal_entries_id_seq;

create table ledger.journal_entries (
    id bigint not null default nextval('ledger.journal_entries_id_seq'),
    xid xid8 not null default pg_current_xact_id(),
    posted_at timestamptz not null default now(),
    entry_date date not null,
    document_date date not null,
    swept_from date,
    purpose ledger.purpose not null,
    currency text collate "C" not null,
    reverses bigint,
    change_id bigint,
    source_table regclass,
    record_id text,
    rule text,
    correlation_id text,
    posted_by text not null default session_user,
    idempotency_key text collate "C" not null,
    input_hash bytea not null,
    description text not null,
    constraint journal_entries_pkey primary key (id),
    constraint idempotency_key_is_used_once unique (idempotency_key),
    constraint document_date_is_a_day check (document_date > '-infinity' and document_date < 'infinity'),
    constraint only_reversals_reverse check (
        (purpose in ('reversal', 'reinstatement')) = (reverses is not null)
    ),
    constraint record_has_a_table check ((source_table is null) = (record_id is null)),
    constraint idempotency_key_is_written check (idempotency_key <> ''),
    constraint input_hash_is_present check (octet_length(input_hash) between 1 and 64)
);

alter sequence ledger.journal_entries_id_seq owned by ledger.journal_entries.id;

-- An entry is reversed at most once. Partial, so that the many that reverse nothing cost nothing here.
create unique index entry_is_reversed_once on ledger.journal_entries (reverses) where reverses is not null;
-- What was posted since the balances were last summed.
create index journal_entries_xid on ledger.journal_entries (xid);
-- Reports of a span of days; dates mostly grow with the ids, so this is tiny and costs posting nothing.
create index journal_entries_entry_date on ledger.journal_entries using brin (entry_date)
with (pages_per_range = 16, autosummarize = on);

comment on table ledger.journal_entries
is 'The journal: what was posted, when, why. Written once; corrected only by reversal and a new entry.';
comment on column ledger.journal_entries.id is 'From the sequence; gaps mean nothing.';
comment on column ledger.journal_entries.xid
is 'The transaction that posted it: whether a snapshot includes it can be asked for ever.';
comment on column ledger.journal_entries.posted_at is 'When that transaction began.';
comment on column ledger.journal_entries.entry_date is 'The day it counts for; in a period that was open.';
comment on column ledger.journal_entries.document_date is 'The day on the document.';
comment on column ledger.journal_entries.swept_from
is 'The day it would have counted for, had that day''s period been open.';
comment on column ledger.journal_entries.purpose
is 'posting, manual, opening, closing, reversal, or reinstatement: the reversal of a reversal.';
comment on column ledger.journal_entries.currency is 'The currency of all its lines.';
comment on column ledger.journal_entries.reverses is 'The entry that this one takes back, line by line.';
comment on column ledger.journal_entries.change_id is 'The change it was posted for, in pgsync.sync_logs.';
comment on column ledger.journal_entries.source_table is 'The table of the record it was posted for.';
comment on column ledger.journal_entries.record_id is 'The record it was posted for.';
comment on column ledger.journal_entries.rule is 'The rule and its version.';
comment on column ledger.journal_entries.correlation_id is 'The correlation id of the change.';
comment on column ledger.journal_entries.posted_by is 'The login role that posted it.';
comment on column ledger.journal_entries.idempotency_key
is 'Says which posting this is, so that it is done once: source table, record, change, rule and purpose.';
comment on column ledger.journal_entries.input_hash
is 'A hash of what was to be posted: the same key with another hash is an error.';
comment on column ledger.journal_entries.description is 'What for, for people.';

create table ledger.journal_lines (
    entry_id bigint not null,
    amount bigint not null,
    line smallint not null,
    account text collate "C" not null,
    currency text collate "C" not null,
    party text,
    dimensions jsonb,
    constraint journal_lines_pkey primary key (entry_id, line),
    -- One constraint for both columns: each costs posting time for every line.
    constraint line_and_amount_are_sane check (
        line > 0 and amount <> 0 and amount between -1000000000000000 and 1000000000000000
    ),
    constraint dimensions_are_an_object check (jsonb_typeof(dimensions) = 'object')
);

comment on table ledger.journal_lines
is 'The lines of the entries, each entry in balance. Written once, together with the entry.';
comment on column ledger.journal_lines.entry_id is 'The entry.';
comment on column ledger.journal_lines.amount
is 'Debit positive, credit negative, in the smallest unit of the currency.';
comment on column ledger.journal_lines.line
is '1, 2, 3 … without a gap, which is how a statement that adds lines later is told.';
comment on column ledger.journal_lines.account is 'The account.';
comment on column ledger.journal_lines.currency is 'The currency, which is that of the entry.';
comment on column ledger.journal_lines.party is 'Whose: the patient, customer, insurer or supplier.';
comment on column ledger.journal_lines.dimensions
is 'Further words to break sums down by, such as counter, doctor or tax rate.';

-- Sums of all entries up to a mark, of each year, each month and each day. The sums are only ever added to,
-- so an entry for an earlier day finds its place; and a balance on any day is that of the whole years,
-- months and days before it, at most some fifty rows for an account, however long the journal is.
create table ledger.balance_snapshots (
    span text not null,
    first_day date not null,
    account text collate "C" not null,
    currency text collate "C" not null,
    amount numeric not null,
    constraint balance_snapshots_pkey primary key (span, first_day, account, currency),
    constraint span_is_known check (span in ('year', 'month', 'day')),
    constraint amount_is_a_whole_number check (abs(amount) < 1e30 and amount = trunc(amount))
);

comment on table ledger.balance_snapshots
is 'Sums of the journal up to the mark; the rest is added when somebody asks. Can be made again at any time.';
comment on column ledger.balance_snapshots.span is 'What is summed: a year, a month or a day.';
comment on column ledger.balance_snapshots.first_day is 'Its first day.';
comment on column ledger.balance_snapshots.account is 'The account.';
comment on column ledger.balance_snapshots.currency is 'The currency.';
comment on column ledger.balance_snapshots.amount is 'Debits less credits, in the smallest unit.';

create table ledger.balance_mark (
    only_row boolean not null default true,
    boundary pg_snapshot not null,
    included_through bigint not null default 0,
    system_identifier bigint,
    taken_at timestamptz,
    taken_by text,
    constraint balance_mark_pkey primary key (only_row),
    constraint there_is_one_row check (only_row)
);

comment on table ledger.balance_mark is 'How far the balance snapshots reach: one row.';
comment on column ledger.balance_mark.only_row is 'True.';
comment on column ledger.balance_mark.boundary
is 'The snapshots include the entries of the transactions that are visible in this.';
comment on column ledger.balance_mark.included_through
is 'And all entries up to this id, whose transaction numbers may be those of another server.';
comment on column ledger.balance_mark.system_identifier
is 'The server whose transactions these are: after a restore elsewhere, they say nothing.';
comment on column ledger.balance_mark.taken_at is 'When they were last brought up to date.';
comment on column ledger.balance_mark.taken_by is 'The login role that did it.';

insert into ledger.balance_mark (boundary) values ('1:1:');

alter table pgsync.sync_configuration
add constraint closed_period_policy_is_known
check (
    key <> 'closed_period_policy' or (value in ('sweep', 'refuse') and default_value in ('sweep', 'refuse'))
)
not valid;

insert into pgsync.sync_configuration (key, value, default_value, kind, description)
values
(
    'closed_period_policy', 'sweep', 'sweep', 'text',
    'What becomes of a document whose period is closed: sweep posts it on the next open day, refuse does not.'
);

revoke all on table
ledger.currencies, ledger.accounts, ledger.periods, ledger.period_history, ledger.journal_entries,
ledger.journal_lines, ledger.balance_snapshots, ledger.balance_mark
from public;
revoke all on sequence ledger.journal_entries_id_seq, ledger.period_history_id_seq from public;
