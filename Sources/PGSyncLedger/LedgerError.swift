package import Postgres

/// Why the books could not be read or changed.
package enum LedgerError: Error, Sendable {
    case unknownAccount(String, known: [String])
    case unknownPeriod(String, known: [String])
    case periodExists(Period)
    case periodOverlaps(Period)
    /// A period can only change from certain states.
    case periodIs(Period.Status, name: String, wanted: Period.Status)
    /// Errors in a chart file, line by line.
    case wrongChart(file: String, problems: [ChartProblem])
    /// The ledger refused it, and says why.
    case refused(PostgresError)
    case notPermitted(PostgresError, user: String)
    /// The journal holds what its rules forbid.
    case corrupt(String)
}

extension LedgerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownAccount(let code, _):
            "unknown account \(code); list them with pgsync ledger accounts"
        case .unknownPeriod(let name, let known):
            "unknown period \(name); "
                + (known.isEmpty
                    ? "create one with pgsync period open"
                    : "list them with pgsync period list")
        case .periodExists(let period):
            "period \(period.name) exists; it covers \(period.firstDay) to \(period.lastDay) and is \(period.status.rawValue)"
        case .periodOverlaps(let period):
            "period \(period.name) covers \(period.firstDay) to \(period.lastDay), and periods do not overlap"
        case .periodIs(let status, let name, let wanted):
            Self.stuck(status, name, wanted)
        case .wrongChart(let file, let problems):
            problems.map { "\(file):\($0.line): \($0.text)" }.joined(separator: "\n")
                + "\nNothing was changed."
        case .refused(let error):
            ([error.message]
                + [("detail", error.detail), ("hint", error.hint)].compactMap { label, text in
                    text.map { "  \(label): \($0)" }
                }).joined(separator: "\n")
        case .notPermitted(let error, let user):
            """
            \(error.message)
              hint: Have an administrator run: grant pgsync_operator to \(Identifier(user).quoted);
            """
        case .corrupt(let what):
            "the ledger is damaged: \(what)"
        }
    }

    private static func stuck(_ status: Period.Status, _ name: String, _ wanted: Period.Status) -> String {
        switch (status, wanted) {
        case (.open, .closed):
            "period \(name) is open; end automatic posting first: pgsync period start-closing '\(name)'"
        case (.closed, .closing):
            "period \(name) is closed; to reopen it: pgsync period reopen '\(name)' --reason TEXT"
        default:
            "period \(name) is already \(status.rawValue)"
        }
    }
}

extension Session {
    /// Requests a change from the ledger, and turns its refusal into a typed error.
    func askLedger(_ change: Query) throws {
        let user = try query("select current_user::text").onlyRow().decode(0, as: String.self)
        do {
            try execute(change)
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw LedgerError.notPermitted(error, user: user)
        } catch let error as PostgresError where error.isRefusedByLedger {
            throw LedgerError.refused(error)
        }
    }
}

extension PostgresError {
    /// Whether one of the ledger's rules refuses, or a constraint of its tables.
    fileprivate var isRefusedByLedger: Bool {
        kind == .server && ["PL", "22", "23"].contains(sqlState?.conditionClass ?? "")
    }
}
