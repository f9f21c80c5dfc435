import Concurrency
import Postgres

/// A few connections that requests take turns on; each is opened when it is needed, and again when it is lost.
actor Pool {
    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Int?, Never>
    }

    private let options: ConnectionOptions
    private let patience: Duration
    private var connections: [PostgresConnection?]
    private var free: [Int]
    private var waiters: [Waiter] = []
    private var nextID = 0
    private var isClosed = false

    /// So many connections, for one of which a request waits only so long.
    init(_ options: ConnectionOptions, size: Int, patience: Duration) {
        self.options = options
        self.patience = patience
        connections = Array(repeating: nil, count: size)
        free = Array((0..<size).reversed())
    }

    /// Lends a session to a closure.
    ///
    /// A connection that turns out to be lost before anything happened is replaced once.
    nonisolated func withSession<Result: Sendable>(
        repeats: Bool = true,
        _ body: @escaping @Sendable (Session) throws -> Result
    ) async throws -> Result {
        let place = try await take()
        do {
            let result = try await lend(place, repeats: repeats, body)
            await give(place)
            return result
        } catch {
            await give(place)
            throw error
        }
    }

    private nonisolated func lend<Result: Sendable>(
        _ place: Int,
        repeats: Bool,
        _ body: @escaping @Sendable (Session) throws -> Result
    ) async throws -> Result {
        let (connection, isOld) = try await connection(at: place)
        do {
            return try await connection.withSession(body)
        } catch let error as PostgresError where error.isConnectionLost {
            await drop(place)
            guard isOld, repeats, !Task.isCancelled else { throw error }
            let (second, _) = try await self.connection(at: place)
            return try await second.withSession(body)
        }
    }

    private func connection(at place: Int) async throws -> (PostgresConnection, isOld: Bool) {
        if let connection = connections[place] { return (connection, true) }
        let opened = try await PostgresConnection.open(options)
        guard !isClosed else {
            await opened.close()
            throw PostgresError(.connectionClosed, "the server stops")
        }
        connections[place] = opened
        return (opened, false)
    }

    private func drop(_ place: Int) async {
        let lost = connections[place]
        connections[place] = nil
        await lost?.close()
    }

    private func take() async throws -> Int {
        guard !isClosed else { throw PostgresError(.connectionClosed, "the server stops") }
        if let place = free.popLast() { return place }
        let id = nextID
        nextID += 1
        let patience = patience
        let timer = Task {
            try await Task.sleep(for: patience)
            self.giveUp(id)
        }
        let place = await withCheckedContinuation { waiters.append(Waiter(id: id, continuation: $0)) }
        timer.cancel()
        guard let place else {
            throw Problem(.tooSlow, "all connections of the dashboard are busy; try again")
        }
        return place
    }

    private func giveUp(_ id: Int) {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
        waiters.remove(at: index).continuation.resume(returning: nil)
    }

    private func give(_ place: Int) {
        if waiters.isEmpty {
            free.append(place)
        } else {
            waiters.removeFirst().continuation.resume(returning: place)
        }
    }

    func close() async {
        isClosed = true
        for waiter in waiters { waiter.continuation.resume(returning: nil) }
        waiters = []
        for place in connections.indices { await drop(place) }
    }
}
