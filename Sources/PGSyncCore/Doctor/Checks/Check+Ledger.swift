extension Check {
    static let ledger = [safeguards]

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
}
