/// What connecting brings into being, on its way from the connection's thread to its actor.
final class OpenedConnection: @unchecked Sendable {
    // Sendable because the thread that makes it hands it over once and keeps nothing of it.
    let session: Session
    let gate: CancelGate
    let hub = NotificationHub()

    init(_ options: ConnectionOptions) throws {
        let handle = try ConnectionHandle.connect(options)
        gate = CancelGate(canceller: try handle.canceller(), patience: .seconds(5))
        session = Session(
            handle,
            gate: gate,
            hub: hub,
            keepsPreparedStatements: options.keepsPreparedStatements
        )
        // Before any other statement.
        try session.settlePath(options)
        try session.settleFormats()
    }
}
