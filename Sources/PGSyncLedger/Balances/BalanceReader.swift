package import Days
package import Postgres

/// Reads account balances, from the snapshots and what came after them.
package struct BalanceReader {
    private let session: Session
    private let book: Book

    package init(_ session: Session, _ book: Book) {
        self.session = session
        self.book = book
    }

    /// The balance of each account at the end of a day, by default today by the server's calendar.
    package func trialBalance(at day: Day? = nil) throws -> TrialBalance {
        let asked = Parameter.inferred(day?.description)
        let found = try session.query(
            """
            select
                balance.account,
                balance.name,
                balance.type,
                balance.currency,
                sum(balance.debit)::text as debit,
                sum(balance.credit)::text as credit
            from ledger.trial_balance_at(coalesce(\(asked)::date, current_date)) as balance
            group by grouping sets ((balance.account, balance.name, balance.type, balance.currency), (balance.currency))
            order by balance.account, balance.currency
            """
        )
        var rows: [TrialBalance.Row] = []
        var totals: [TrialBalance.Total] = []
        for row in found {
            let currency = try book.currency(try row.decode("currency"))
            let debit: String? = try row.decode("debit")
            let credit: String? = try row.decode("credit")
            guard let account: String = try row.decode("account", as: String?.self) else {
                let total = TrialBalance.Total(
                    currency: currency,
                    debit: debit ?? currency.zero,
                    credit: credit ?? currency.zero
                )
                totals.append(total)
                continue
            }
            rows.append(
                TrialBalance.Row(
                    account: account,
                    name: try row.decode("name"),
                    kind: try row.decode("type"),
                    currency: currency,
                    debit: debit,
                    credit: credit
                )
            )
        }
        return TrialBalance(day: try day ?? today(), rows: rows, totals: totals)
    }

    /// Every account below its parent, with its balance.
    package func accounts() throws -> [AccountBalance] {
        let amounts = try session.query(
            """
            select balance.account, balance.currency, balance.balance::text as balance
            from ledger.account_balances as balance
            where balance.currency is not null
            order by balance.account, balance.currency
            """
        ).map { row in
            let amount = AccountBalance.Amount(
                currency: try row.decode("currency"),
                balance: try row.decode("balance")
            )
            return (account: try row.decode("account", as: String.self), amount: amount)
        }
        let byAccount = Dictionary(grouping: amounts, by: \.account)
        return book.chart.tree.map { account, depth in
            AccountBalance(
                account: account,
                depth: depth,
                amounts: byAccount[account.code]?.map(\.amount) ?? []
            )
        }
    }

    /// The lines of an account; by default until today, from the first day of the month of the last day.
    package func statement(
        of code: String,
        from: Day? = nil,
        until: Day? = nil
    ) throws -> AccountStatement {
        let account = try book.account(code)
        let span = try session.query(
            """
            select
                coalesce(\(.inferred(from?.description))::date, date_trunc('month', span.last_day)::date)::text as first_day,
                span.last_day::text as last_day
            from (select coalesce(\(.inferred(until?.description))::date, current_date) as last_day) as span
            """
        ).onlyRow()
        let (firstDay, lastDay) = (try span.day("first_day"), try span.day("last_day"))
        let lines = try session.query(
            """
            select
                entry_date::text as entry_date, entry_id, description, party, currency, debit::text as debit,
                credit::text as credit, balance::text as balance
            from ledger.account_statement(
                \(code), \(.inferred(firstDay.description))::date, \(.inferred(lastDay.description))::date
            )
            """
        ).map { row in
            AccountStatement.Line(
                date: try row.day("entry_date"),
                entry: try row.decode("entry_id"),
                description: try row.decode("description"),
                party: try row.decode("party"),
                currency: try row.decode("currency"),
                debit: try row.decode("debit"),
                credit: try row.decode("credit"),
                balance: try row.decode("balance")
            )
        }
        return AccountStatement(account: account, from: firstDay, until: lastDay, lines: lines)
    }

    private func today() throws -> Day {
        try session.query("select current_date::text as today").onlyRow().day("today")
    }
}
