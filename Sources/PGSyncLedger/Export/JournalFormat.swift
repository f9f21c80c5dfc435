/// How the journal is written down for other programs; pure, a piece of text at a time.
protocol JournalFormat {
    /// What comes before the first entry.
    func opening() -> String
    func text(of entry: JournalEntry) throws -> String
    /// What comes behind the last entry, given what the ledger itself says each account stands at then.
    func closing(_ balance: TrialBalance) -> String
}

extension JournalFormat {
    func opening() -> String { "" }
    func closing(_ balance: TrialBalance) -> String { "" }
}
