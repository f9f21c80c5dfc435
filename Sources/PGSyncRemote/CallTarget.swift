package import HTTPClient
package import PGSyncDelivery
package import PGSyncRules

/// The system that calls go to: where they may go, what they carry, and how its answers are read.
package struct CallTarget: Sendable {
    /// The name of its endpoint.
    package let name: String
    /// Whether a URL may be called.
    package let allows: @Sendable (String) -> Bool
    package var headers: [(name: String, value: String)] = []
    /// Shows who calls; what is in the way of that, if something is.
    package let sign: @Sendable (inout HTTPRequest) -> DeliveryFailure?
    /// Reads an answer as it came, such as one that is encrypted; what cannot be read counts as none.
    package var open: @Sendable (HTTPReply) throws(TransferError) -> HTTPReply = { $0 }
    /// Whether calls show who makes them.
    package var showsSecret = true
    package var conditions: [AnswerCondition] = []
    /// Statuses that are answers, although others would take them for failures.
    package var answers: Set<Int> = []
    /// How long to wait where too many calls were made and nothing is told.
    package var leastWait = Duration.seconds(60)

    package init(
        _ name: String,
        allows: @escaping @Sendable (String) -> Bool,
        sign: @escaping @Sendable (inout HTTPRequest) -> DeliveryFailure?
    ) {
        self.name = name
        self.allows = allows
        self.sign = sign
    }

    /// The API of an import.
    package init(_ definition: ImportDefinition, _ authentication: Authentication) {
        self.init(
            definition.name,
            allows: { definition.allows($0) },
            sign: { request in
                do throws(DeliveryFailure) { try authentication.add(to: &request) } catch { return error }
                return nil
            }
        )
        headers = definition.headers.map { ($0.name, $0.value) }
        showsSecret = definition.auth != nil
        conditions = definition.conditions
        // At least until its own count may have moved on.
        leastWait = definition.budgets.first.map { min($0.span, .seconds(60)) } ?? .seconds(60)
    }
}
