import Concurrency
import HTTPServer
import JSON
import Postgres
import Telemetry

/// Tells those who watch a sync how far it is: one look a second for all of them; nobody watching, nothing is read.
final class SyncHub: Sendable {
    /// How far a sync is.
    struct Progress: Sendable, Equatable {
        let id: String
        let name: String
        let hasEnded: Bool
        /// The document, as JSON in one line.
        let json: String
    }

    private struct Watcher {
        let stream: ResponseStream
        let sync: String
        let session: String?
        let token: Int64?
        var sent = ""
        var lastSentAt = ContinuousClock.Instant.now
    }

    private struct State {
        var watchers: [Int: Watcher] = [:]
        var nextWatcher = 0
        var sampler: Task<Void, Never>?
        var isFailing = false
        var isClosed = false
    }

    private let reading: Reading
    private let logger: Logger
    private let state = Locked(State())

    private static let mostWatchers = 250
    private static let tick = Duration.seconds(1)
    private static let heartbeat = Duration.seconds(15)
    /// The id of the last event, after which there is nothing to wait for.
    static let end = "end"

    init(_ reading: Reading, logger: Logger) {
        self.reading = reading
        self.logger = logger
    }

    /// How far syncs are; those that are not there are left out.
    func progress(of ids: Set<String>) async throws -> [String: Progress] {
        let list = "{\(ids.sorted().joined(separator: ","))}"
        let rows = try await reading.read(as: Scope.read.role, Catalog.progressOfSyncs, [list]).rows
        var found: [String: Progress] = [:]
        for row in rows {
            guard let id = row[0], let name = row[1], let json = row[3] else { continue }
            let line = json.filter { $0 != "\n" }
            found[id] = Progress(id: id, name: name, hasEnded: row[2] == "true", json: line)
        }
        return found
    }

    /// Opens a stream of what becomes of a sync.
    func response(for call: Call, from first: Progress, gate: Gate) throws -> HTTPResponse {
        guard state.withLock({ !$0.isClosed && $0.watchers.count < Self.mostWatchers }) else {
            var problem = Problem(.databaseAway, "as many watch as can be served")
            problem.retryAfter = 30
            throw problem
        }
        // A browser asks again when a stream ends, until it is told not to.
        if first.hasEnded, call.head["Last-Event-ID"] == Self.end { return HTTPResponse(status: 204) }
        let actor = call.actor
        return HTTPResponse(
            headers: [
                ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store, no-transform"),
                ("X-Accel-Buffering", "no"),
            ],
            body: .stream { [self] stream in
                var watcher = Watcher(
                    stream: stream,
                    sync: first.id,
                    session: actor.session,
                    token: actor.token
                )
                guard Self.tell(first, to: &watcher) else { return }
                let id = add(watcher, gate)
                while !Task.isCancelled, state.withLock({ $0.watchers[id] != nil }) {
                    try? await Task.sleep(for: .milliseconds(250))
                }
                state.withLock { $0.watchers[id] = nil }
            }
        )
    }

    private func add(_ watcher: Watcher, _ gate: Gate) -> Int {
        state.withLock { state in
            guard !state.isClosed else { return 0 }
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = watcher
            if state.sampler == nil { state.sampler = Task { await self.run(gate) } }
            return state.nextWatcher
        }
    }

    private func run(_ gate: Gate) async {
        while true {
            let begun = ContinuousClock.now
            await endLogins(gate)
            do {
                let asked = state.withLock { Set($0.watchers.values.map(\.sync)) }
                deliver(try await progress(of: asked), of: asked)
                state.withLock { $0.isFailing = false }
            } catch {
                if !state.withLock({ $0.isFailing }) {
                    logger.warning(
                        "The progress of imports cannot be read",
                        ["error": .string("\(error)")]
                    )
                }
                state.withLock { $0.isFailing = true }
                deliver([:], of: [])
            }
            try? await Task.sleep(until: begun + Self.tick, clock: .continuous)
            let isOver = state.withLock { state in
                if state.watchers.isEmpty || state.isClosed { state.sampler = nil }
                return state.sampler == nil
            }
            if isOver { return }
        }
    }

    /// Tells each what is new to it; who came after these were asked for is told the next time.
    func deliver(_ known: [String: Progress], of asked: Set<String>) {
        state.withLock { state in
            for (id, var watcher) in state.watchers {
                let isSlow = watcher.stream.backlog > 0
                guard !watcher.stream.isGone, !isSlow || watcher.lastSentAt > .now - Self.heartbeat * 2 else {
                    state.watchers[id] = nil
                    continue
                }
                if isSlow { continue }
                var goesOn = true
                if let progress = known[watcher.sync] {
                    if progress.json != watcher.sent { goesOn = Self.tell(progress, to: &watcher) }
                } else if asked.contains(watcher.sync) {
                    // It was removed with old jobs.
                    goesOn = false
                }
                if goesOn, watcher.lastSentAt < .now - Self.heartbeat {
                    _ = watcher.stream.offer(": \n\n".utf8)
                    watcher.lastSentAt = .now
                }
                state.watchers[id] = goesOn ? watcher : nil
            }
        }
    }

    /// False after the last.
    private static func tell(_ progress: Progress, to watcher: inout Watcher) -> Bool {
        let id = progress.hasEnded ? "id: \(end)\n" : ""
        _ = watcher.stream.offer("\(id)data: \(progress.json)\n\n".utf8)
        watcher.sent = progress.json
        watcher.lastSentAt = .now
        return !progress.hasEnded
    }

    /// Ends the streams of tokens that were revoked and sessions that are over.
    private func endLogins(_ gate: Gate) async {
        let (sessions, tokens) = state.withLock { state in
            (
                Set(state.watchers.values.compactMap(\.session)),
                Set(state.watchers.values.compactMap(\.token))
            )
        }
        guard !sessions.isEmpty || !tokens.isEmpty, let ended = try? await gate.ended(sessions, tokens) else {
            return
        }
        state.withLock { state in
            state.watchers = state.watchers.filter { _, watcher in
                !(watcher.session.map { ended.contains($0) } ?? watcher.token.map { ended.contains("\($0)") }
                    ?? false)
            }
        }
    }

    /// Ends all streams.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.watchers = [:]
        }
    }
}
