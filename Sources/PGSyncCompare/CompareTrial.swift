package import PGSyncDelivery
import PGSyncOperations
package import PGSyncRules
package import Postgres

/// Looks whether a comparison can be made, before it is.
package struct CompareTrial: Sendable {
    private let comparison: Comparison
    private let options: ConnectionOptions
    private let site: DeliverySite

    /// Something that was looked at.
    package struct Check: Sendable, Equatable {
        package let name: String
        /// Nil if all is well.
        package let problem: String?
        /// What was found.
        package let note: String?

        package init(name: String, problem: String?, note: String? = nil) {
            self.name = name
            self.problem = problem
            self.note = note
        }
    }

    package init(_ comparison: Comparison, to options: ConnectionOptions, site: DeliverySite) {
        self.comparison = comparison
        self.options = options
        self.site = site
    }

    package func run() async throws -> [Check] {
        var checks: [Check] = []
        for entity in comparison.entities {
            do {
                let note = try await SidePlaces.plain(comparison, options, site).withPlan(of: entity) {
                    plan,
                    left,
                    right,
                    _ in
                    try await look(plan, left, right)
                }
                checks.append(Check(name: entity.name, problem: nil, note: note))
            } catch let failure as JobFailure {
                checks.append(Check(name: entity.name, problem: failure.description))
            } catch let error as PostgresError {
                checks.append(Check(name: entity.name, problem: error.message))
            }
        }
        return checks
    }

    /// Reads a row of each side, and tries whether what heals would write may be written.
    private func look(_ plan: EntityPlan, _ left: SideReader, _ right: SideReader) async throws -> String {
        for (reader, side) in [(left, plan.left), (right, plan.right)] {
            try await reader.connection.withSession { session in
                _ = try session.query(Query(composed: "select from \(side.relation) limit 1"))
            }
        }
        var note = plan.left.hashes ? "" : "compared by MD5, because the servers differ"
        guard case .copy(let deletes) = plan.entity.heal else { return note }
        guard plan.rightIsTable else {
            throw JobFailure("compare.rights", "\(plan.right.relation) is no table, and cannot be mended")
        }
        let missing = try await PostgresConnection.withConnection(to: options) { connection in
            try await connection.withSession { session in
                try session.query(
                    """
                    select string_agg(own.privilege, ', ')
                    from unnest(\(["insert", "update"] + (deletes ? ["delete"] : []))) as own (privilege)
                    where not has_table_privilege(\(plan.right.relation), own.privilege)
                    """
                ).onlyRow().decode(0, as: String?.self)
            }
        }
        if let missing {
            throw JobFailure(
                "compare.rights",
                "\(plan.right.relation) cannot be mended without the right to \(missing)"
            )
        }
        note += note.isEmpty ? "" : "; "
        return note + "can be mended"
    }
}
