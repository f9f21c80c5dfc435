package import PGSyncRules

extension RuleStore {
    /// Checks rule files against the database.
    ///
    /// A trial may give an applied version other content, and may be of a superseded one. Tables to be attached with
    /// other options come with the columns that will be captured.
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
        // The zone of the books takes a while to find out, so this is only done for rules that need it.
        context.timeZones.merge(try timeZoneOffsets(of: report.missingTimeZones)) { _, new in new }
        return RuleChecker.report(on: files, in: context)
    }
}
