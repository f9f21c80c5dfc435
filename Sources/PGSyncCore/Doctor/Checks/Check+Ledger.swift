extension Check {
    static let ledger = [safeguards, references]

    static let safeguards = Check("ledger.safeguards", .ledger, \.ledger) { ledger in
        guard !ledger.missing.isEmpty else { return .ok("all safeguards of the journal are on") }
        let names = ledger.missing.map { "\($0.trigger) on ledger.\($0.table)" }
        let repairs = ledger.missing.map {
            "alter table ledger.\($0.table) enable always trigger \($0.trigger);"
        }
        return .problem(
            "disabled or missing: \(names.joined(separator: ", "))",
            "The journal can be changed against its rules, and may have been.",
            remedy: "\(repairs.joined(separator: " ")) then pgsync ledger check"
        )
    }

    static let references = Check("ledger.references", .ledger, \.ledger) { ledger in
        guard !ledger.danglingReferences.isEmpty else { return .ok("every posted entry is in the journal") }
        return .problem(
            ledger.danglingReferences.joined(separator: "; "),
            "A restore is incomplete, and further postings would build on it.",
            remedy:
                "Stop the workers and restore the whole dump again: pg_restore without --data-only, or with "
                + "--disable-triggers and then pgsync migrate."
        )
    }
}
