create or replace function pgsync.error_classes()
returns table (class text, meaning text)
language sql
immutable
parallel safe
set search_path = pg_catalog, pgsync, pg_temp
as $$
values
('data.date', 'A text is not a valid date.'),
('data.length', 'A text is longer than the journal allows.'),
('data.missing', 'A value that the rule needs is null.'),
('data.precision', 'An amount has more decimals than its currency.'),
('data.range', 'A number or an amount is too large, or the amount is zero.'),
('data.not_kept', 'A failed item was not kept, and cannot be fetched alone.'),
('data.reference', 'It refers to a row that is not there.'),
('data.refused', 'PostgreSQL refused a value.'),
('data.shape', 'A row of an API is no object.'),
('data.type', 'A value does not have the type that the rule declares.'),
('data.unknown_field', 'A row of an API has a field that no column takes.'),
('data.unknown_mode', 'A map has no entry for the value.'),
('image.encrypted', 'No private key was given that decrypts its image.'),
('rule.assert_failed', 'An assertion of the rule does not hold.'),
('rule.missing', 'No rule posts this table.'),
('rule.no_account', 'The chart has no such account, or the account does not take the line.'),
('rule.no_currency', 'The currency is unknown.'),
('rule.unbalanced', 'Debits and credits of the entry differ.'),
('ledger.account', 'The account is unknown or inactive.'),
('ledger.conflict', 'It was already posted.'),
('ledger.currency', 'The currency is unknown.'),
('ledger.party', 'The account requires a party.'),
('ledger.refused', 'The ledger refused the entry.'),
('period.closed', 'No open period contains its date.'),
('chain.anchor', 'An anchor of the chain could not be written.'),
('chain.broken', 'The chain and one of its anchors contradict each other.'),
('call.auth', 'An API did not take the secret.'),
('call.config', 'An API refused a call as wrong.'),
('call.loop', 'An API answers the same page again and again.'),
('call.moving', 'Rows move from page to page while they are read.'),
('call.refused', 'An answer leads to another host, or is too long.'),
('call.shape', 'An answer is not what the import says it is.'),
('call.skipped', 'A stream needs another one that failed.'),
('call.wait', 'A run waits for an API or its budget.'),
('conflict.unique', 'Another row has the same unique value.'),
('guard.deletes', 'A sweep would have deleted too many rows.'),
('auth.key_gone', 'The secret came with a request to a process that has ended.'),
('transient', 'A temporary failure: a lock, a lost connection, no space.'),
('crash', 'The session that was posting it ended, several times.'),
('unexpected', 'Anything else.');
$$;

comment on function pgsync.error_classes()
is 'The failure classes and what each means. A family of classes is written data.*, for example.';
