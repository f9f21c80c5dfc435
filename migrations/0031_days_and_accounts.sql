-- The entries of a day are found in their order, and the lines of an account by the entries they are of: so a
-- page of a statement reads about as many lines as it shows. The index of page ranges before found little
-- once late entries had widened its ranges. Posting waits while these are made.
-- squawk-ignore require-concurrent-index-creation
create index journal_entries_entry_date_id on ledger.journal_entries (entry_date, id);
-- squawk-ignore require-concurrent-index-creation
create index journal_lines_account on ledger.journal_lines (account, entry_id);
-- What people post themselves is rare.
-- squawk-ignore require-concurrent-index-creation
create index journal_entries_by_hand on ledger.journal_entries (entry_date, id)
where purpose not in ('posting', 'reversal');
