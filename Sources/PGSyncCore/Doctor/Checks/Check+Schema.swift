extension Check {
    static let schema = [installation]

    static let installation = Check("schema.version", .schema, \.schema) { schema in
        switch schema {
        case .upToDate(_, let deviations?):
            .problem(
                "not as pgsync migrate left it",
                "As after a restore without owners, rights or triggers: \(deviations).",
                remedy: "pgsync migrate"
            )
        case .upToDate(let count, nil):
            .ok("up to date, \(Quantity.count(count, "migration"))")
        case .missing:
            .problem("not installed", "Nothing of pgsync is in this database.", remedy: "pgsync migrate")
        case .behind(let steps):
            .problem(
                "\(Quantity.count(steps.count, "step")) behind",
                "This pgsync needs: \(steps.joined(separator: ", ")).",
                remedy: "pgsync migrate"
            )
        case .newer(let migrations):
            .note(
                "newer than this pgsync",
                "A later pgsync applied \(migrations.joined(separator: ", ")); this one can still be used."
            )
        case .unusable(let reason):
            .problem(
                "not usable by this pgsync",
                reason,
                remedy: "pgsync migrate --status shows what has been applied, by whom and when."
            )
        }
    }
}
