import PGSyncCore
import Postgres

extension PosterFailure {
    /// What an error means for a poster.
    ///
    /// What a failed change is recorded as, `pgsync.error_class_of` says: both must agree on which errors are transient.
    init(_ error: PostgresError) {
        switch (error.kind, error.sqlState) {
        case (.connectionClosed, _), (.cannotConnect, _):
            self = .lostIdle
        case _ where error.isConnectionLost:
            self = .lost
        case (_, .readOnlyTransaction?):
            self = .readOnly
        case (_, .queryCanceled?):
            self = .timeout
        case (_, .lockNotAvailable?):
            self = .contention
        case (_, let state?):
            self =
                switch state.conditionClass {
                case "40": .contention
                case "53", "58": .exhaustion
                default: .refusal
                }
        case (_, nil):
            self = .refusal
        }
    }
}

extension PostgresError {
    /// Whether it happens when the server session has changed since a moment ago.
    var isOfAnotherSession: Bool {
        switch sqlState {
        case .duplicatePreparedStatement?, .invalidStatementName?, .protocolViolation?: true
        default: false
        }
    }

    /// Whether connecting fails for a reason that waiting does not cure: the address, the user, the database.
    var isHopeless: Bool {
        guard kind == .cannotConnect || kind == .invalidOptions else { return false }
        return kind == .invalidOptions || sqlState == .invalidCatalogName || sqlState?.conditionClass == "28"
    }
}
