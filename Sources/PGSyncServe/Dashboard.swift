package import HTTPServer
import Compression
import Concurrency
import JSON
package import Postgres
package import Telemetry

/// Serves the HTTP API and the dashboard of one database.
package struct Dashboard: Sendable {
    let options: DashboardOptions
    let logger: Logger
    let metrics: DashboardMetrics?
    private let reads: Pool
    private let acts: Pool
    /// For the figures of those who watch, and for who comes in and what is put on record: neither waits for others.
    private let figures: Pool
    private let door: Pool
    /// For files that take their time.
    private let exports: Pool
    let gate: Gate
    let signatures: Signatures
    let reading: Reading
    let acting: Acting
    let exporting: Exporting
    let hub: EventHub
    let syncs: SyncHub
    let exchange: Exchange
    let changes: ChangeHub
    /// Takes secrets for a worker of this process, if there is one.
    let keys: KeyKeeper?
    private let pages: Pages
    let boundPort: Locked<UInt16>

    private static let bodyLimit = 64 << 10

    package init(
        _ options: DashboardOptions,
        to database: ConnectionOptions,
        logger: Logger,
        metrics: DashboardMetrics? = nil,
        keys: KeyKeeper? = nil
    ) throws {
        self.options = options
        self.logger = logger
        self.metrics = metrics
        self.keys = keys
        let named = database.with("application_name", "pgsync dashboard")
        let given = database["options"].map { $0 + " " } ?? ""
        // Sessions that only read are what this one asks for, so that it cannot demand others.
        let readOnly = named.with("target_session_attrs", "any").with(
            "options",
            given + "-c default_transaction_read_only=on -c statement_timeout=2s -c lock_timeout=100ms "
                + "-c jit=off -c max_parallel_workers_per_gather=0 "
                + "-c idle_in_transaction_session_timeout=10s"
        )
        reads = Pool(readOnly, size: 3, patience: .seconds(2))
        figures = Pool(readOnly, size: 1, patience: .seconds(2))
        door = Pool(
            named.with(
                "options",
                given + "-c statement_timeout=2s -c lock_timeout=1s -c timezone=UTC"
            ),
            size: 1,
            patience: .seconds(2)
        )
        exports = Pool(
            named.with("target_session_attrs", "any").with(
                "options",
                given + "-c default_transaction_read_only=on -c statement_timeout=30s -c lock_timeout=1s "
                    + "-c idle_in_transaction_session_timeout=60s -c timezone=UTC"
            ),
            size: 1,
            patience: .seconds(2)
        )
        acts = Pool(
            named.with(
                "options",
                given + "-c statement_timeout=30s -c lock_timeout=3s -c timezone=UTC "
                    + "-c idle_in_transaction_session_timeout=30s"
            ),
            size: 2,
            patience: .seconds(10)
        )
        gate = Gate(door, anonymous: options.anonymous)
        signatures = Signatures(door, gate)
        reading = Reading(pool: reads, cursorKey: Array(Secret.random(length: 44).utf8))
        acting = Acting(pool: acts, records: door, gate: gate, logger: logger)
        exporting = Exporting(pool: exports, logger: logger, mostLines: options.mostExportedLines)
        hub = EventHub(
            Reading(pool: figures, cursorKey: []),
            version: options.version,
            logger: logger,
            metrics: metrics
        )
        exchange = Exchange(
            Pool(
                named.with(
                    "options",
                    given + "-c statement_timeout=25s -c lock_timeout=3s -c timezone=UTC "
                        + "-c idle_in_transaction_session_timeout=30s"
                ),
                size: 2,
                patience: .seconds(15)
            )
        )
        changes = ChangeHub(exchange, logger: logger)
        syncs = SyncHub(Reading(pool: figures, cursorKey: []), logger: logger)
        pages = Pages()
        boundPort = Locked(options.address.port)
    }

    /// Serves until a closure returns, which is given the address and a way to make log-in links.
    package func run<Success>(_ body: (ListenAddress, _ link: (String) -> String) async throws -> Success)
        async throws
        -> Success
    {
        var limits = ServerLimits()
        limits.connections = 1_000
        limits.crowd = 900
        limits.keepsConnections = true
        limits.headerTime = .seconds(5)
        limits.drainTime = .seconds(5)
        limits.tooLarge = { limit in
            Problem(.tooLarge, "the body is larger than \(limit) bytes").response
        }
        let server = WebServer(
            at: options.address,
            limits: limits,
            identity: options.identity,
            renewal: options.renewal
        ) { head in
            receive(head)
        }
        let result: Result<Success, any Error>
        do {
            result = .success(
                try await server.run { address in
                    boundPort.withLock { $0 = address.port }
                    let outcome: Result<Success, any Error>
                    do {
                        outcome = .success(
                            try await body(address) { token in
                                "\(options.scheme)://\(address)/#login=\(gate.code(for: token))"
                            }
                        )
                    } catch {
                        outcome = .failure(error)
                    }
                    syncs.close()
                    changes.close()
                    await hub.close(because: "the server stops")
                    return try outcome.get()
                }
            )
        } catch {
            result = .failure(error)
        }
        await reads.close()
        await acts.close()
        await figures.close()
        await door.close()
        await exports.close()
        await exchange.close()
        return try result.get()
    }

    // MARK: Requests

    /// Decides on the server's thread what becomes of a request.
    private func receive(_ head: HTTPHead) -> Reception {
        guard isServed(host: head["Host"]) else {
            metrics?.note(.host)
            return .answer(
                Problem(.wrongHost, "name this host with --host if it is meant to be served").response
            )
        }
        guard let path = head.path, let query = head.query else {
            return .answer(Problem(.badRequest, "the path is not understood").response)
        }
        if path == ["readyz"] {
            return .accept(bodyLimit: 0) { _ in
                let answers = (try? await reading.read(as: Scope.read.role, "select 1", [])) != nil
                return .plain(answers ? 200 : 503, answers ? "ready" : "the database is away")
            }
        }
        if path.first == "assets" || path == ["favicon.ico"] || path == ["healthz"] {
            return .answer(pages.asset(path, head))
        }
        guard path.first == "api" else {
            if path.first == "problems" { return .answer(Catalog.problemPage(path.last ?? "")) }
            guard head.method == "GET" || head.method == "HEAD" else {
                var problem = Problem(.methodNotAllowed, "pages are only read")
                problem.headers = [("Allow", "GET, HEAD")]
                return .answer(problem.response)
            }
            // The deepest screen has four parts.
            guard path.count <= 8 else { return .answer(.plain(404, "there is no such page")) }
            return .answer(pages.shell(depth: path.count - 1, head))
        }
        let bodyLimit = path == ["api", "sync", "upload"] ? Exchange.bodyLimit : Self.bodyLimit
        return .accept(bodyLimit: bodyLimit) { request in
            path.starts(with: ["api", "v1"])
                ? await respond(to: request, path.dropFirst(2), query, among: Catalog.endpoints)
                : await respond(to: request, path.dropFirst(), query, among: Catalog.forms)
        }
    }

    private func isServed(host: String?) -> Bool {
        guard let host else { return false }
        let isVersion6 = host.hasPrefix("[")
        guard !isVersion6 || host.contains("]") else { return false }
        let name = isVersion6 ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        let port = host.dropFirst(name.count)
        return options.hosts.contains(name.lowercased())
            && (port.isEmpty
                || port.first == ":" && port.dropFirst().allSatisfy { $0.isASCII && $0.isNumber })
    }
}
