internal import HTTPClient
package import PGSyncStore

/// Why a message was not delivered, and what that means for it.
package struct DeliveryFailure: Error, Sendable, Equatable {
    /// What becomes of the message and the channel.
    package let outcome: ChannelStore.Outcome
    /// See Alerts.md.
    package let errorClass: String
    package let message: String
    /// How long the receiver asked to wait.
    package var retryAfter: Duration?

    init(
        _ outcome: ChannelStore.Outcome,
        _ errorClass: String,
        _ message: String,
        retryAfter: Duration? = nil
    ) {
        self.outcome = outcome
        self.errorClass = errorClass
        self.message = message
        self.retryAfter = retryAfter
    }

    /// The channel is not set up; once it is, the message can go.
    package static func settings(_ message: String) -> DeliveryFailure {
        .init(.retry, "delivery.settings", message)
    }

    init(_ error: TransferError, isEncrypted: Bool) {
        let message = error.description
        switch error {
        case .invalid: self.init(.retry, "delivery.settings", message)
        case .unknownHost, .unreachable, .cancelled, .failed:
            self.init(.retry, "delivery.unreachable", message)
        case .addressRefused(let address):
            self.init(
                .retry,
                "delivery.address",
                isEncrypted
                    ? "the address \(address) is not public, and PGSYNC_ADDRESSES does not name it"
                    : "nothing is sent without encryption to \(address), which PGSYNC_ADDRESSES does not name"
            )
        case .timedOut: self.init(.retry, "delivery.timeout", message)
        case .untrusted, .identity: self.init(.retry, "delivery.untrusted", message)
        case .bodyTooLarge: self.init(.retry, "delivery.failed", message)
        // 5xx is for good, in mail; a login can be put right.
        case .refused(let code, _) where code >= 500 && code != 530 && code != 535:
            self.init(.refused, "delivery.refused", message)
        case .refused(let code, _) where code >= 500: self.init(.retry, "delivery.unauthorized", message)
        case .refused: self.init(.retry, "delivery.unavailable", message)
        }
    }

    /// What the status of a web server means; nil if the message was delivered.
    init?(status: Int, retryAfter: String? = nil) {
        // A date is as good as no hint: the usual waits apply.
        let wait = retryAfter.flatMap { Int64($0) }.map { Duration.seconds(min(max($0, 0), 86_400)) }
        let message = "the receiver answered with status \(status)"
        switch status {
        case 200..<300: return nil
        case 410: self.init(.gone, "delivery.gone", message)
        case 429: self.init(.retry, "delivery.throttled", message, retryAfter: wait ?? .seconds(60))
        case 300..<400: self.init(.retry, "delivery.redirected", message + "; redirects are not followed")
        case 401, 403, 404, 407: self.init(.retry, "delivery.unauthorized", message)
        case 408, 425: self.init(.retry, "delivery.unavailable", message)
        case 400..<500: self.init(.refused, "delivery.refused", message)
        default: self.init(.retry, "delivery.unavailable", message, retryAfter: wait)
        }
    }
}
