package import Postgres

/// The lock by which writers learn that a worker sleeps.
package struct Doorbell {
    /// What is notified when the bell rings.
    package static let channel = "pgsync"

    private let session: Session

    package init(_ session: Session) {
        self.session = session
    }

    /// Before sleeping: true if the next change will be announced on ``channel``; then look once more.
    ///
    /// The lock belongs to the session, so the session that armed must be the one that disarms; it ends with
    /// it.
    package func arm() throws -> Bool {
        try session.query(.prepared("select pgsync.arm_doorbell()")).onlyRow().decode(0)
    }

    /// After waking: changes need not be announced any more.
    package func disarm() throws {
        try session.execute(.prepared("select pgsync.disarm_doorbell()"))
    }

    /// Whether a change is ready to post.
    package func somethingWaits() throws -> Bool {
        try session.query(
            .prepared(
                """
                select exists (
                    select
                    from pgsync.sync_queue as queue
                    where queue.sync_status = 'pending'
                        and (queue.scheduled_at is null or queue.scheduled_at <= now())
                )
                """
            )
        ).onlyRow().decode(0)
    }

    /// How long a worker that was not woken sleeps before it polls, by the current settings.
    package func pollInterval() throws -> Duration {
        let seconds: Double = try session.query(
            .prepared("select pgsync.configuration_number('poll_interval_seconds')::double precision")
        ).onlyRow().decode(0)
        return .seconds(seconds)
    }
}
