-- The index of days takes its place. Alone, because who posts reads the journal before he writes to it:
-- dropping this after the other indexes were made could meet him in a deadlock, and they were made in vain.
-- squawk-ignore require-concurrent-index-deletion
drop index ledger.journal_entries_entry_date;
