import Concurrency
import HTTPServer
import PGSyncServe
import Services
import Telemetry

/// Takes up another certificate while the dashboard serves: when asked to by SIGHUP, and when the files have changed.
///
/// What cannot be used is told, and the one before is kept; it is tried again when the files change once more, so that
/// it does no harm to see them while they are written.
final class IdentityWatch: Sendable {
    private let read: @Sendable () throws -> ServerIdentity
    private let renewal: IdentityRenewal
    private let logger: Logger
    private let metrics: DashboardMetrics?
    private let state: Locked<ServerIdentity?>

    /// How often the files are looked at.
    private static let interval = Duration.seconds(60)

    init(
        _ present: ServerIdentity,
        _ renewal: IdentityRenewal,
        logger: Logger,
        metrics: DashboardMetrics?,
        read: @escaping @Sendable () throws -> ServerIdentity
    ) {
        self.read = read
        self.renewal = renewal
        self.logger = logger
        self.metrics = metrics
        state = Locked(present)
    }

    /// Looks at the files while an operation runs, and at once when the process gets SIGHUP.
    func watch<Success: Sendable>(during operation: @escaping @Sendable () async throws -> Success)
        async throws
        -> Success
    {
        let listener = SignalListener(stopSignals: [], eventSignals: [.hangUp])
        return try await listener.listen(requesting: Shutdown()) { _ in
            self.look(isAsked: true)
        } during: {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    while true {
                        try await Task.sleep(for: Self.interval)
                        self.look()
                    }
                }
                return try await operation()
            }
        }
    }

    /// Takes up what the files have if it is another than before; if asked, also the same again.
    func look(isAsked: Bool = false) {
        let found: ServerIdentity
        do { found = try read() } catch {
            // Said once, until they can be read again.
            let isNews = state.withLock { state in
                defer { state = nil }
                return state != nil
            }
            if isNews || isAsked { refuse("\(error)") }
            return
        }
        let isNews = state.withLock { state in
            defer { state = found }
            return state != found
        }
        guard isNews || isAsked else { return }
        if renewal.renew(with: found) {
            metrics?.noteCertificate(taken: true)
            logger.info("The certificate was read again; new connections use it")
        } else {
            refuse(
                "the certificate, its private key or the authorities are not understood, or do not belong together"
            )
        }
    }

    private func refuse(_ reason: String) {
        metrics?.noteCertificate(taken: false)
        logger.warning(
            "Another certificate cannot be used; the one before is kept",
            ["error": .string(reason)]
        )
    }
}
