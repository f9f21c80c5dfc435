package import Days
package import Postgres

/// The accounting periods: what can be posted when.
package struct PeriodBook {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Every period, by its days.
    package func list() throws -> [Period] {
        try session.query(
            """
            select
                period.name,
                lower(period.days)::text as first_day,
                (upper(period.days) - 1)::text as last_day,
                period.status,
                period.closed_at,
                period.closed_by,
                (
                    select history.reason
                    from ledger.period_history as history
                    where history.period = period.name and history.reason is not null
                    order by history.id desc
                    limit 1
                ) as reason
            from ledger.periods as period
            order by period.days
            """
        ).map(Period.init)
    }

    package func period(_ name: String) throws -> Period {
        let periods = try list()
        guard let period = periods.first(where: { $0.name == name }) else {
            throw LedgerError.unknownPeriod(name, known: periods.map(\.name))
        }
        return period
    }

    /// Creates a period: from then on, entries can be posted on its days.
    @discardableResult
    package func open(_ name: String, from firstDay: Day, until lastDay: Day) throws -> Period {
        for period in try list() {
            if period.name == name { throw LedgerError.periodExists(period) }
            if period.firstDay <= lastDay && firstDay <= period.lastDay {
                throw LedgerError.periodOverlaps(period)
            }
        }
        try session.askLedger(
            """
            select ledger.open_period(
                \(name), \(.inferred(firstDay.description))::date, \(.inferred(lastDay.description))::date
            )
            """
        )
        return try period(name)
    }

    /// The first step of closing: from then on only users can post in it.
    @discardableResult
    package func startClosing(_ name: String) throws -> Period {
        try move(name, to: .closing, from: [.open], "select ledger.start_closing(\(name))")
    }

    /// The second step: nothing more can be posted.
    @discardableResult
    package func close(_ name: String) throws -> Period {
        try move(name, to: .closed, from: [.closing], "select ledger.close_period(\(name))")
    }

    /// Reopens a period; the reason is recorded.
    @discardableResult
    package func reopen(_ name: String, reason: String) throws -> Period {
        try move(
            name,
            to: .open,
            from: [.closing, .closed],
            "select ledger.reopen_period(\(name), \(reason))"
        )
    }

    private func move(
        _ name: String,
        to wanted: Period.Status,
        from allowed: [Period.Status],
        _ query: Query
    ) throws -> Period {
        let before = try period(name)
        guard allowed.contains(before.status) else {
            throw LedgerError.periodIs(before.status, name: name, wanted: wanted)
        }
        try session.askLedger(query)
        return try period(name)
    }
}

extension Period {
    init(_ row: Row) throws {
        let status: String = try row.decode("status")
        guard let known = Status(rawValue: status) else {
            throw LedgerError.corrupt("unknown status \(status) of periods")
        }
        self.init(
            name: try row.decode("name"),
            firstDay: try row.day("first_day"),
            lastDay: try row.day("last_day"),
            status: known,
            closedAt: try row.decode("closed_at"),
            closedBy: try row.decode("closed_by"),
            reason: try row.decode("reason")
        )
    }
}

/// An accounting period.
package struct Period: Sendable, Equatable {
    package enum Status: String, Sendable {
        case open, closing, closed
    }

    package let name: String
    package let firstDay: Day
    package let lastDay: Day
    package let status: Status
    package let closedAt: Timestamp?
    package let closedBy: String?
    /// Why it was last reopened.
    package let reason: String?
}
