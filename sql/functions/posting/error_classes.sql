create or replace function pgsync.error_classes()
returns table (class text, meaning text)
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
values
('data.date', 'A text is not a day of the calendar.'),
('data.length', 'A text is longer than the journal takes.'),
('data.missing', 'Something the rule needs is null.'),
('data.precision', 'An amount cannot be told exactly in its currency.'),
('data.range', 'A number or an amount is too large, or the amount is zero.'),
('data.refused', 'PostgreSQL refused a value.'),
('data.type', 'A value is not of the type that the rule says.'),
('data.unknown_mode', 'A map has no entry for the value.'),
('rule.assert_failed', 'An assertion of the rule does not hold.'),
('rule.missing', 'No rule says how the table is posted.'),
('rule.no_account', 'The chart lacks the account, or it takes no such line.'),
('rule.no_currency', 'There is no such currency.'),
('rule.unbalanced', 'Debits and credits of the entry differ.'),
('ledger.account', 'There is no such account, or it is closed.'),
('ledger.conflict', 'It is posted already.'),
('ledger.currency', 'There is no such currency.'),
('ledger.party', 'The account needs a party.'),
('ledger.refused', 'The ledger does not take the entry.'),
('period.closed', 'No period is open for its day.'),
('transient', 'The moment was at fault: a lock, a lost connection, no room.'),
('crash', 'The session that worked on it ended, several times.'),
('unexpected', 'Anything else.');
$$;

comment on function pgsync.error_classes()
is 'The classes of failures there are, and what each means. A family of them is written data.*, for example.';
