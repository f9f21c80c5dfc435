import PGSyncStore
package import Postgres

/// Sends what waits for a channel, one after the other.
package struct DeliveryRunner: Sendable {
    /// How one attempt ended.
    package struct Report: Sendable, Equatable {
        package let channel: String
        package let messages: Int
        package var failure: DeliveryFailure?
    }

    private let sender: ChannelSender
    /// Slack takes about one message a second.
    private let slackPause: Duration

    package init(_ sender: ChannelSender, slackPause: Duration = .milliseconds(1_100)) {
        self.sender = sender
        self.slackPause = slackPause
    }

    /// Takes and sends until nothing is due, or until a closure says so.
    ///
    /// - Throws: if the connection is lost or the task cancelled; what was taken is taken again after its time.
    package func run(
        _ name: String,
        on connection: PostgresConnection,
        while goesOn: @Sendable () -> Bool = { true },
        onReport: @Sendable (Report) -> Void = { _ in }
    ) async throws {
        while goesOn() {
            let (channel, taken) = try await connection.withTransaction { session in
                let store = ChannelStore(session)
                return (try store.channel(name), try store.take(name))
            }
            guard let taking = taken.first?.taking else { return }
            var failure: DeliveryFailure?
            if channel.kind == .notify {
                // Both or neither.
                try await connection.withTransaction { session in
                    let store = ChannelStore(session)
                    for delivery in taken { try store.notify(delivery.notification) }
                    try store.settle(name, taking: taking, .delivered)
                }
            } else {
                do throws(DeliveryFailure) {
                    _ = try await sender.send(taken, through: channel)
                } catch {
                    try Task.checkCancellation()
                    failure = error
                }
                let end = failure
                try await connection.withTransaction { session in
                    try ChannelStore(session).settle(
                        name,
                        taking: taking,
                        end?.outcome ?? .delivered,
                        errorClass: end?.errorClass,
                        message: end?.message,
                        retryAfter: end?.retryAfter
                    )
                }
            }
            onReport(Report(channel: name, messages: taken.count, failure: failure))
            if channel.kind == .slack { try await Task.sleep(for: slackPause) }
        }
    }
}
