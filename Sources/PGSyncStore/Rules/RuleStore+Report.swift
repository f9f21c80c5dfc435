package import PGSyncRules

extension RuleStore {
    /// Checks rule files against the database.
    ///
    /// A trial may give an applied version other content, and be of one that others have overtaken.
    package func report(
        on files: [RuleFile],
        requiresTables: Bool = false,
        from day: CalendarDate? = nil,
        isTrial: Bool = false
    ) throws -> RuleReport {
        var context = try context(tables: RuleChecker.tables(of: files))
        context.requiresTables = requiresTables
        context.activeFrom = day
        context.isTrial = isTrial
        return RuleChecker.report(on: files, in: context)
    }
}
