package import PGSyncRules

extension RuleStore {
    /// Checks rule files against the database.
    ///
    /// A trial may give an applied version other content, and be of one that others have overtaken. Tables that are to
    /// be attached otherwise come with the columns they will be captured with.
    package func report(
        on files: [RuleFile],
        requiresTables: Bool = false,
        isTrial: Bool = false,
        captured: [TableName: Set<String>] = [:]
    ) throws -> RuleReport {
        var context = try context(
            tables: RuleChecker.tables(of: files),
            timeZones: RuleChecker.timeZones(of: files)
        )
        context.requiresTables = requiresTables
        context.isTrial = isTrial
        for (table, columns) in captured { context.tables[table.description]?.capture(columns) }
        let report = RuleChecker.report(on: files, in: context)
        guard !report.missingTimeZones.isEmpty else { return report }
        // That of the books takes a while to find out about, so it is done only for rules that need it.
        context.timeZones.merge(try timeZoneOffsets(of: report.missingTimeZones)) { _, new in new }
        return RuleChecker.report(on: files, in: context)
    }
}
