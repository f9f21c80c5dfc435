import Concurrency
import HTTPServer
import JSON
import Postgres
import Telemetry

/// Reads the figures once a second for all who watch, and tells each what has changed; nobody watching, nothing is read.
final class EventHub: Sendable {
    private struct State {
        var viewers: [Int: Viewer] = [:]
        var nextViewer = 0
        var topics: [String: Topic] = [:]
        var counter = 0
        var sampler: Task<Void, Never>?
        var sampling: Task<Void, any Error>?
        var sampledAt: ContinuousClock.Instant?
        var sampledAtText = ""
        var isFailing = false
        var history = "[]"
        var historyAt: ContinuousClock.Instant?
        var isClosed = false
    }

    private let reading: Reading
    private let version: String
    private let logger: Logger
    private let metrics: DashboardMetrics?
    /// Changes with the process, so that numbers of another one are not mistaken for its own.
    private let epoch = Secret.random(length: 8)
    private let state = Locked(State())

    static let mostViewers = 500
    /// Of one token, or of all who have none.
    private static let mostViewersOfOne = 250
    private static let tick = Duration.seconds(1)
    private static let heartbeat = Duration.seconds(15)

    init(_ reading: Reading, version: String, logger: Logger, metrics: DashboardMetrics?) {
        self.reading = reading
        self.version = version
        self.logger = logger
        self.metrics = metrics
    }

    // MARK: Figures

    /// The figures for a single request: those of the sampler if they are fresh, else new ones.
    func status(for actor: Actor) async throws -> Answer {
        let isFresh = state.withLock { $0.sampledAt.map { $0 > .now - Self.tick * 1.5 } ?? false }
        if !isFresh {
            do {
                try await sample()
            } catch {
                // The last figures, with their time, say more than none.
                guard state.withLock({ $0.sampledAtText != "" }) else { throw error }
            }
        }
        let historyIsFresh = state.withLock { $0.historyAt.map { $0 > .now - .seconds(10) } ?? false }
        if !historyIsFresh {
            let rows = try? await reading.read(as: Scope.read.role, Figures.history, []).rows
            state.withLock { state in
                if let history = rows?.first?[0] { state.history = history }
                if rows != nil { state.historyAt = .now }
            }
        }
        return state.withLock { state in
            let status = state.topics["status"]?.json.dropLast() ?? "{"
            let role = actor.scopes.map(\.rawValue).sorted().joined(separator: ", ")
            let rest: JSONValue = ["version": .string(version), "role": .string(role)]
            return Answer(
                json: "\(status),\(rest.text().dropFirst().dropLast()),\"history\":\(state.history)}",
                extra: [("as_of", .string(state.sampledAtText)), ("capped", false)]
            )
        }
    }

    /// Takes a sample; who asks while one is taken waits for that one.
    private func sample() async throws {
        let task = state.withLock { state in
            let running =
                state.sampling
                ?? Task {
                    defer { self.state.withLock { $0.sampling = nil } }
                    try await take()
                }
            state.sampling = running
            return running
        }
        try await task.value
    }

    private func take() async throws {
        let (rows, at) = try await reading.read(as: Scope.read.role, Figures.sample, [])
        let row = rows.first ?? []
        state.withLock { state in
            for (name, json) in zip(Figures.topics, row) {
                guard let json = json?.filter({ $0 != "\n" }), state.topics[name]?.json != json else {
                    continue
                }
                state.counter += 1
                state.topics[name] = Topic(json: json, number: state.counter)
            }
            state.sampledAt = .now
            state.sampledAtText = at
        }
    }

    /// After an act the figures are too old for whoever asks for them.
    func noteAct() { state.withLock { $0.sampledAt = nil } }

    // MARK: Streams

    /// Opens a stream of events.
    func response(for call: Call, gate: Gate) throws -> HTTPResponse {
        let wanted = call.arguments["topics"].map { Set($0.split(separator: ",").map(String.init)) }
        if let unknown = wanted?.subtracting(Figures.topics).min() {
            throw Problem(
                .badRequest,
                "there is no topic \(unknown); there are \(Figures.topics.joined(separator: ", "))"
            )
        }
        let (isFull, isCrowded) = state.withLock { state in
            (
                state.viewers.count >= Self.mostViewers || state.isClosed,
                state.viewers.values.count { $0.token == call.actor.token } >= Self.mostViewersOfOne
            )
        }
        if isFull || isCrowded {
            var problem = Problem(
                isFull ? .databaseAway : .tooMany,
                isFull ? "as many watch as can be served" : "as many watch with this token as may"
            )
            problem.retryAfter = 30
            throw problem
        }
        let seen = call.request.head["Last-Event-ID"].flatMap { number(of: $0) }
        let actor = call.actor
        var response = HTTPResponse(
            headers: [
                ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store, no-transform"),
                ("X-Accel-Buffering", "no"),
            ],
            body: .stream { [self] stream in
                await watch(stream, actor, topics: wanted ?? Set(Figures.topics), seen: seen, gate: gate)
            }
        )
        response.sendBuffer = 32 << 10
        return response
    }

    private func number(of id: String) -> Int? {
        let sides = id.split(separator: "-")
        return sides.count == 2 && sides[0] == epoch ? Int(sides[1]) : nil
    }

    private func watch(_ stream: ResponseStream, _ actor: Actor, topics: Set<String>, seen: Int?, gate: Gate)
        async
    {
        let hello = JSONValue.object(
            JSONObject([
                ("epoch", .string(epoch)), ("version", .string(version)),
                ("at", .string(LogTimestamp.now().rfc3339)),
                ("scopes", .array(Scope.allCases.filter(actor.scopes.contains).map { .string($0.rawValue) })),
                ("topics", .array(topics.sorted().map { .string($0) })),
            ])
        )
        let id = state.withLock { state -> Int in
            guard !state.isClosed else { return 0 }
            var viewer = Viewer(stream: stream, topics: topics, session: actor.session, token: actor.token)
            if let seen {
                for (name, topic) in state.topics where topic.number <= seen {
                    viewer.sent[name] = topic.number
                }
            }
            _ = stream.offer(
                "retry: \(Int.random(in: 1000...4000))\nevent: hello\ndata: \(hello.text())\n\n".utf8
            )
            state.nextViewer += 1
            state.viewers[state.nextViewer] = viewer
            if state.sampler == nil { state.sampler = Task { await self.run(gate) } }
            return state.nextViewer
        }
        // What is known is told at once.
        deliver()
        // Until the client has gone or the stream is ended from here.
        while !Task.isCancelled, state.withLock({ $0.viewers[id] != nil }) {
            try? await Task.sleep(for: .milliseconds(250))
        }
        state.withLock { state in
            state.viewers[id] = nil
            metrics?.note(viewers: state.viewers.count)
        }
    }

    private func run(_ gate: Gate) async {
        while true {
            let begun = ContinuousClock.now
            await endLogins(gate)
            do {
                try await sample()
                metrics?.noteSample(failed: false)
                if state.withLock({ $0.isFailing }) { logger.info("The figures are read again") }
                state.withLock { $0.isFailing = false }
            } catch {
                metrics?.noteSample(failed: true)
                if !state.withLock({ $0.isFailing }) {
                    logger.warning("The figures cannot be read", ["error": .string("\(error)")])
                }
                state.withLock { $0.isFailing = true }
            }
            deliver()
            try? await Task.sleep(until: begun + Self.tick, clock: .continuous)
            let isOver = state.withLock { state in
                if state.viewers.isEmpty || state.isClosed { state.sampler = nil }
                return state.sampler == nil
            }
            if isOver { return }
        }
    }

    /// Sends each viewer the newest state of what it has not seen, and drops who cannot keep up.
    private func deliver() {
        state.withLock { state in
            for (id, var viewer) in state.viewers {
                guard !viewer.stream.isGone else {
                    state.viewers[id] = nil
                    continue
                }
                guard viewer.stream.backlog == 0 else {
                    // It gets the newest state when it has read what waits.
                    if viewer.lastSentAt < .now - Self.heartbeat * 2 { end(&state, id, "too slow") }
                    continue
                }
                var text = ""
                // By their numbers, so that the last one sent says what came before it.
                for (name, topic) in state.topics.sorted(by: { $0.value.number < $1.value.number })
                where viewer.topics.contains(name) && viewer.sent[name, default: 0] < topic.number {
                    text += "id: \(epoch)-\(topic.number)\nevent: \(name)\ndata: \(topic.json)\n\n"
                    viewer.sent[name] = topic.number
                }
                if text.isEmpty, viewer.lastSentAt < .now - Self.heartbeat { text = ": \n\n" }
                if !text.isEmpty {
                    _ = viewer.stream.offer(text.utf8)
                    viewer.lastSentAt = .now
                }
                state.viewers[id] = viewer
            }
            metrics?.note(viewers: state.viewers.count)
        }
    }

    /// The more are told at once, the longer the time over which they come back: some 30 in a second.
    private func end(
        _ state: inout State,
        _ id: Int,
        _ reason: String,
        event: String = "bye",
        among count: Int = 1
    ) {
        guard let viewer = state.viewers.removeValue(forKey: id) else { return }
        let retry = Int.random(in: 1000...max(3000, 1000 + 30 * count))
        let data: JSONValue = ["reason": .string(reason), "retry_ms": JSONValue(retry)]
        _ = viewer.stream.offer("event: \(event)\ndata: \(data.text())\n\n".utf8)
    }

    /// Ends the streams of tokens that were revoked and sessions that are over.
    private func endLogins(_ gate: Gate) async {
        let (sessions, tokens) = state.withLock { state in
            (Set(state.viewers.values.compactMap(\.session)), Set(state.viewers.values.compactMap(\.token)))
        }
        guard !sessions.isEmpty || !tokens.isEmpty, let ended = try? await gate.ended(sessions, tokens),
            !ended.isEmpty
        else { return }
        state.withLock { state in
            for (id, viewer) in state.viewers {
                let isOver =
                    viewer.session.map { ended.contains($0) } ?? viewer.token.map { ended.contains("\($0)") }
                    ?? false
                if isOver { end(&state, id, "the log-in has ended", event: "session") }
            }
        }
    }

    /// Says goodbye to all and ends.
    func close(because reason: String) async {
        let streams = state.withLock { state -> [ResponseStream] in
            state.isClosed = true
            let streams = state.viewers.values.map(\.stream)
            for id in state.viewers.keys { end(&state, id, reason, among: streams.count) }
            return streams
        }
        let deadline = ContinuousClock.now + .seconds(1)
        // In a task of its own, because this one may be cancelled.
        await Task {
            while streams.contains(where: { $0.backlog > 0 }), .now < deadline {
                try? await Task.sleep(for: .milliseconds(20))
            }
        }.value
    }
}
