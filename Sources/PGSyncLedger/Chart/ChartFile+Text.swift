extension ChartFile {
    /// A chart as a file that brings an empty ledger to it.
    package static func text(of chart: AccountChart) -> String {
        CSVText.row(columns.map(CSVText.Cell.exact))
            + chart.accounts.map { account in
                CSVText.row([
                    .exact(account.code), .exact(account.name), .exact(account.kind.rawValue),
                    .exact("\(account.isContra)"), account.parent.map(CSVText.Cell.exact) ?? .text(nil),
                    .exact("\(account.needsParty)"), .exact("\(account.mustBeZeroToClose)"),
                    .exact("\(account.isActive)"),
                ])
            }.joined()
    }
}
