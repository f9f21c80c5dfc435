import Days
package import Postgres

/// What amounts and accounts in the journal mean: the chart and the currencies.
package struct Book: Sendable {
    package let chart: AccountChart
    private let currencies: [String: Currency]

    init(_ chart: AccountChart, _ currencies: [Currency]) {
        self.chart = chart
        self.currencies = Dictionary(currencies.map { ($0.code, $0) }) { first, _ in first }
    }

    /// Reads both; in the same transaction as what they are to explain.
    package init(_ session: Session) throws {
        self.init(
            AccountChart(try Account.all(session)),
            try session.query("select code, exponent from ledger.currencies").map { row in
                Currency(
                    code: try row.decode("code"),
                    exponent: Int(try row.decode("exponent", as: Int16.self))
                )
            }
        )
    }

    func currency(_ code: String) throws -> Currency {
        guard let currency = currencies[code] else {
            throw LedgerError.corrupt("unknown currency \(code)")
        }
        return currency
    }

    /// The account, or the error that says which one was probably meant.
    package func account(_ code: String) throws -> Account {
        guard let account = chart[code] else {
            throw LedgerError.unknownAccount(code, known: chart.accounts.map(\.code))
        }
        return account
    }
}

extension Account {
    /// Every account, by code.
    static func all(_ session: Session) throws -> [Account] {
        try session.query(
            """
            select code, name, type, contra, parent, party_required, zero_to_close, active
            from ledger.accounts
            order by code
            """
        ).map { row in
            let type: String = try row.decode("type")
            guard let kind = Kind(rawValue: type) else {
                throw LedgerError.corrupt("unknown type \(type) of accounts")
            }
            return Account(
                code: try row.decode("code"),
                name: try row.decode("name"),
                kind: kind,
                isContra: try row.decode("contra"),
                parent: try row.decode("parent"),
                needsParty: try row.decode("party_required"),
                mustBeZeroToClose: try row.decode("zero_to_close"),
                isActive: try row.decode("active")
            )
        }
    }
}

extension Row {
    /// A day, which the statement casts to text.
    func day(_ column: String) throws -> Day {
        let text: String = try decode(column)
        guard let day = Day(text) else {
            throw LedgerError.corrupt("\(text) is not a date that the ledger can hold")
        }
        return day
    }

    func day(ifAny column: String) throws -> Day? {
        try decode(column, as: String?.self) == nil ? nil : day(column)
    }
}
