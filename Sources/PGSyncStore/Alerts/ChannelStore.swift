package import Postgres

/// Channels, and the messages that are to be sent through them.
package struct ChannelStore {
    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    package func list() throws -> [Channel] { try list(named: nil) }

    private func list(named name: String?) throws -> [Channel] {
        try session.query(
            """
            select
                own.*,
                (
                    select count(*)
                    from pgsync.alert_deliveries as unsent
                    where unsent.channel = own.name and unsent.state in ('waiting', 'sending')
                ) as waiting
            from pgsync.channels as own
            where \(name)::text is null or own.name = \(name)
            order by own.name
            """
        ).map(Channel.init)
    }

    package func channel(_ name: String) throws -> Channel {
        guard let found = try list(named: name).first else {
            throw StoreError.unknown(.channel, name, known: try list().map(\.name))
        }
        return found
    }

    /// The settings, of whatever kind, that are lists.
    package func listSettings() throws -> Set<String> {
        let names: [String] = try session.query(
            "select setting from pgsync.channel_settings() where type in ('words', 'names', 'addresses')"
        ).map { try $0.decode(0) }
        return Set(names)
    }

    // MARK: Changing

    /// What to change of a channel; nil keeps it, and an empty text clears a secret.
    package struct Change: Sendable, Equatable {
        package var kind: String?
        package var settings: JSONText?
        package var secret: String?
        package var previousSecret: String?
        package var minSeverity: String?
        package var isEnabled: Bool?

        package init() {}
    }

    package func set(_ name: String, _ change: Change) throws {
        try session.asOperator {
            try session.execute(
                """
                select pgsync.set_channel(
                    \(name), \(change.kind), \(change.settings)::jsonb, \(change.secret), \(change.previousSecret),
                    \(change.minSeverity), \(change.isEnabled)
                )
                """
            )
        }
    }

    package func enable(_ name: String) throws {
        _ = try channel(name)
        try session.asOperator { try session.execute("select pgsync.enable_channel(\(name))") }
    }

    package func disable(_ name: String) throws {
        _ = try channel(name)
        try session.asOperator { try session.execute("select pgsync.disable_channel(\(name))") }
    }

    package func remove(_ name: String) throws {
        _ = try channel(name)
        try session.asOperator { try session.execute("select pgsync.remove_channel(\(name))") }
    }

    // MARK: Sending

    /// How an attempt ended.
    package enum Outcome: String, Sendable {
        case delivered
        case retry
        /// The receiver will never take this message.
        case refused
        /// The receiver will never take any: the channel is disabled.
        case gone
    }

    /// The channels for which something is to be sent now.
    package func due() throws -> [String] {
        try session.query("select name from pgsync.due_channels() as due (name)").map { try $0.decode(0) }
    }

    /// Takes what is to be sent to a channel next.
    package func take(_ channel: String) throws -> [Delivery] {
        try session.query(
            """
            select
                taken.delivery, taken.taking::text as taking, taken.alert, taken.event, taken.message_id, taken.thread,
                taken.severity, taken.subject, taken.body, taken.created_at
            from pgsync.take_deliveries(\(channel)) as taken
            order by taken.delivery
            """
        ).map(Delivery.init)
    }

    /// Records how sending what was taken ended.
    package func settle(
        _ channel: String,
        taking: String,
        _ outcome: Outcome,
        errorClass: String? = nil,
        message: String? = nil,
        retryAfter: Duration? = nil
    ) throws {
        let seconds = retryAfter.map { Double($0.components.seconds) }
        try session.execute(
            """
            select pgsync.settle_deliveries(
                \(channel), \(taking)::text::uuid, \(outcome.rawValue), \(errorClass), \(message),
                make_interval(secs => \(seconds)::double precision)
            )
            """
        )
    }

    /// The one name that listeners listen to.
    package static let notification = "pgsync_alerts"

    /// Tells those who listen, at the end of the transaction.
    package func notify(_ text: String) throws {
        try session.execute("select pg_notify(\(Self.notification), \(text))")
    }
}
