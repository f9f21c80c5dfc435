extension Check {
    static let ledger = [safeguards, references]

    static let safeguards = Check("ledger.safeguards", .ledger, \.ledger) { ledger in
        guard !ledger.missing.isEmpty else { return .ok("all safeguards of the journal are on") }
        let names = ledger.missing.map { "\($0.trigger) on ledger.\($0.table)" }
        let repairs = ledger.missing.map {
            "alter table ledger.\($0.table) enable always trigger \($0.trigger);"
        }
        return .problem(
            "off or gone: \(names.joined(separator: ", "))",
            "The journal can be written past its rules, and may have been.",
            remedy: "\(repairs.joined(separator: " ")) then pgsync ledger check"
        )
    }

    static let references = Check("ledger.references", .ledger, \.ledger) { ledger in
        guard !ledger.danglingReferences.isEmpty else { return .ok("what was posted is in the journal") }
        return .problem(
            ledger.danglingReferences.joined(separator: "; "),
            "Part of a restore is missing, and what is posted from here on builds on it.",
            remedy:
                "Stop the workers and restore again as a whole: pg_restore without --data-only, or with "
                + "--disable-triggers and then pgsync migrate."
        )
    }
}
