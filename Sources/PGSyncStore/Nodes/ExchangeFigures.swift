package import Postgres

/// How exchanges with nodes and masters stand, at a bounded cost.
package struct ExchangeFigures: Sendable, Equatable {
    package static let allStatuses = ["new", "syncing", "catching_up", "success", "partial", "failed"]

    package enum Role: String, Sendable {
        case node, master
    }

    package struct Neighbour: Sendable, Equatable {
        package let role: Role
        package let name: String
        package let status: String
        /// Seconds since the last exchange; nil before the first.
        package let exchangeAge: Double?
        package let pending: Int
        package let mustResync: Bool
        package let clockSkew: Double?
    }

    package let neighbours: [Neighbour]
    package let openConflicts: Int

    package static func read(_ session: Session) throws -> ExchangeFigures {
        var neighbours: [Neighbour] = []
        var openConflicts = 0
        let rows = try session.query(
            .prepared(
                "select role, name, status, exchange_age, pending, must_resync, clock_skew from pgsync.exchange_figures()"
            )
        )
        for row in rows {
            guard let role = Role(rawValue: try row.decode("role")) else {
                openConflicts = try row.decode("pending")
                continue
            }
            neighbours.append(
                Neighbour(
                    role: role,
                    name: try row.decode("name"),
                    status: try row.decode("status"),
                    exchangeAge: try row.decode("exchange_age"),
                    pending: try row.decode("pending"),
                    mustResync: try row.decode("must_resync"),
                    clockSkew: try row.decode("clock_skew")
                )
            )
        }
        return ExchangeFigures(neighbours: neighbours, openConflicts: openConflicts)
    }
}
