create or replace function pgsync.difference_kinds()
returns table (kind text, subject text, healing text, description text)
language sql
immutable
set search_path = pg_catalog, pgsync, pg_temp
as $$
values
-- Healed by adding the row to the log again.
('not_captured', 'record', 'change', 'A row of which no change was ever captured.'),
('missing_entry', 'record', 'change', 'A row for which nothing is posted, although the rules make an entry of it.'),
('wrong_entry', 'record', 'change', 'A row whose entry says something else than the rules do.'),
('older_rule', 'record', 'change', 'A row that is posted by other rules than those of its document date.'),
('extra_entry', 'record', 'change', 'A row for which something is posted, although the rules make no entry of it.'),
('deleted_record', 'record', 'change', 'A record that is posted, although its row was deleted.'),
('rule_failure', 'record', 'change', 'A row that the rules refuse, without a dead letter that says so.'),
-- Healed by taking the status from the journal, and then adding the row to the log again.
('wrong_status', 'record', 'status', 'A record whose status does not match the entries that it names.'),
('lost_entry', 'record', 'status', 'A record whose status names an entry that does not exist.'),
('reversed_entry', 'record', 'status', 'A record whose status names an entry that was reversed.'),
('orphan_entry', 'entry', 'status', 'An entry that no record names and that is not reversed.'),
('altered_entry', 'entry', 'status', 'An entry whose lines are not those that were posted.'),
-- Healed by letting it wait again.
('lost_change', 'change', 'queue', 'A change that neither waits nor has an outcome.'),
-- These need a person.
('outcome_twice', 'change', 'person', 'A change with two outcomes, or with an outcome although it waits.'),
('unknown_change', 'change', 'person', 'An outcome or a waiting change that the log does not have.'),
('unknown_entry', 'change', 'person', 'An outcome that names an entry which does not exist.'),
('journal', 'entry', 'person', 'An entry or account that breaks a rule of the ledger.'),
('balance', 'books', 'person', 'Balances that are not the sum of the lines.'),
('unreadable', 'source', 'person', 'A table whose rows could not be read: nothing of it was verified.'),
('capture', 'source', 'person', 'A table whose changes are not all captured.'),
('schema', 'schema', 'person', 'Something in the schema was changed after it was installed.'),
('rule', 'schema', 'person', 'The function of a rule was changed after it was applied.'),
('sequence', 'schema', 'person', 'A sequence that is behind the numbers in use.'),
('clock', 'schema', 'person', 'The clock of the server is behind what it was.')
$$;

comment on function pgsync.difference_kinds()
is 'The kinds of differences: subject, how they are healed (change, status, queue, person), meaning.';
