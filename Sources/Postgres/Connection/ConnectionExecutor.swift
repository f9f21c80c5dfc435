/// Runs a task on the thread of a connection, so that its statements cost no change of thread.
///
/// For a task that does little but use this connection:
///
/// ```swift
/// try await withTaskExecutorPreference(ConnectionExecutor(connection)) {
///     for order in orders { try await connection.withSession { try $0.execute(…) } }
/// }
/// ```
///
/// While a statement runs, such a task and its child tasks stand still, so none of them may do what the statement
/// waits for.
public final class ConnectionExecutor: TaskExecutor {
    // It holds the connection, whose thread ends with it.
    private let connection: PostgresConnection

    /// Takes the thread of a connection.
    public init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        connection.thread.enqueue(job)
    }
}
