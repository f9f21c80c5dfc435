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
        // Which tables the rules are for shows when they are read, so the first reading is for that alone.
        let tables = RuleChecker.report(on: files, in: RuleContext(chart: Chart([]))).rules.map(\.table)
        var context = try context(tables: Set(tables))
        context.requiresTables = requiresTables
        context.activeFrom = day
        context.isTrial = isTrial
        return RuleChecker.report(on: files, in: context)
    }
}
