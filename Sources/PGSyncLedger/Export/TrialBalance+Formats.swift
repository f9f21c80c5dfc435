package import JSON

extension TrialBalance {
    /// Rows of account, name, type, currency, debit and credit.
    package var csv: String {
        let header: [CSVText.Cell] = ["account", "name", "type", "currency", "debit", "credit"].map {
            .text($0)
        }
        return
            ([header]
            + rows.map { row in
                [
                    .text(row.account), .text(row.name), .text(row.kind), .text(row.currency.code),
                    .number(row.debit), .number(row.credit),
                ]
            }).map(CSVText.row).joined()
    }

    /// One account a line.
    package var jsonLines: String { rows.map { $0.json.text() + "\n" }.joined() }

    /// The balances as one entry of hledger's.
    package func hledger(_ book: Book) -> String {
        var currencies: [Currency] = []
        for row in rows where !currencies.contains(row.currency) { currencies.append(row.currency) }
        return HledgerFormat(book, until: day, currencies: currencies).journal(of: self)
    }

    package var json: JSONValue {
        [
            "date": .string("\(day)"),
            "balances": .array(rows.map(\.json)),
            "totals": .array(
                totals.map { total in
                    [
                        "currency": .string(total.currency.code), "debit": .string(total.debit),
                        "credit": .string(total.credit),
                    ]
                }
            ),
            "balanced": .bool(isBalanced),
        ]
    }
}

extension TrialBalance.Row {
    fileprivate var json: JSONValue {
        [
            "account": .string(account), "name": .string(name), "type": .string(kind),
            "currency": .string(currency.code), "debit": debit.map(JSONValue.string) ?? .null,
            "credit": credit.map(JSONValue.string) ?? .null, "balance": .string(balance),
        ]
    }
}
